# tries: a Unix socket
# expect: raised
# says: PermissionError
import socket


def f(x):
    socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")
