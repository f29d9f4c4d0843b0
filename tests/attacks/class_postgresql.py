# tries: reaching the database of a class over the network, a socket of this machine, or a connection left open
# expect: raised
# says: PermissionError nothing
import os
import socket
import stat


def f(x):
    got = []
    for family, address in ((socket.AF_INET, ("127.0.0.1", 5432)), (socket.AF_UNIX, "/var/run/postgresql/.s.PGSQL.5432")):
        try:
            got.append(socket.socket(family).connect(address))
        except PermissionError:
            pass
    for descriptor in range(3, 256):  # what the app had open when it started this process
        try:
            kind = os.fstat(descriptor).st_mode
        except OSError:
            continue
        if stat.S_ISREG(kind) or stat.S_ISSOCK(kind) or stat.S_ISBLK(kind):
            got.append(descriptor)
    if not got:
        raise PermissionError("nothing")
    return got
