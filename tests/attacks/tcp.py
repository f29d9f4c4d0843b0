# tries: a TCP connection
# expect: raised
# says: PermissionError|gaierror
import socket


def f(x):
    socket.create_connection(("127.0.0.1", 80), timeout=0.2)
