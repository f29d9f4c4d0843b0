# tries: reading /etc/shadow
# expect: raised
# says: PermissionError
def f(x):
    return open("/etc/shadow").read()
