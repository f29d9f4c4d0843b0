# tries: reading where memory lies
# expect: raised
# says: PermissionError
def f(x):
    return open("/proc/self/maps").read()
