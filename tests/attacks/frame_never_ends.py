# tries: a frame that announces more than comes
# expect: bad result|out of time
import os

PREFIX = b"by-hand1"


def send(data):
    for descriptor in range(3, 16):
        try:
            os.write(descriptor, data)
        except OSError:
            pass


def f(x):
    send(PREFIX + (100).to_bytes(4, "little") + bytes(8) + b"{")
    while True:
        pass
