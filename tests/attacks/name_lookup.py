# tries: looking up a name, which tells a name server
# expect: raised
# says: gaierror|PermissionError
import socket


def f(x):
    return socket.gethostbyname("example.org")
