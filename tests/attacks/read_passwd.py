# tries: reading /etc/passwd
# expect: raised
# says: PermissionError
def f(x):
    return open("/etc/passwd").read()
