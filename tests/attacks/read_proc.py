# tries: reading /proc/self/mem
# expect: raised
# says: PermissionError
def f(x):
    return open("/proc/self/mem", "rb").read(1)
