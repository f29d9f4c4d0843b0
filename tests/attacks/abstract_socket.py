# tries: an abstract Unix socket, which needs no file
# expect: raised
# says: PermissionError
import socket


def f(x):
    socket.socket(socket.AF_UNIX).bind("\0by-hand")
