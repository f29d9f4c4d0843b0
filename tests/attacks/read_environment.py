# tries: reading the app's environment
# expect: raised
# says: PermissionError
def f(x):
    return open("/proc/1/environ").read()
