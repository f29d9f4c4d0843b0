# tries: a pair of sockets
# expect: raised
# says: PermissionError
import socket


def f(x):
    return socket.socketpair()
