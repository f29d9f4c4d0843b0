# tries: printing control characters and halves of characters
# expect: returned
import os


def f(x):
    os.write(1, bytes(range(256)))
    print("\x1b]0;title\x07 \u202e")
    return x
