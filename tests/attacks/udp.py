# tries: a UDP packet
# expect: raised
# says: PermissionError
import socket


def f(x):
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))
