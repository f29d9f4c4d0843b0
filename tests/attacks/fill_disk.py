# tries: filling the disk
# expect: raised
# says: PermissionError
def f(x):
    with open("/tmp/by-hand-escaped", "wb") as file:
        while True:
            file.write(bytes(2**20))
