# tries: leaving a file in /dev/shm
# expect: raised
# says: PermissionError
def f(x):
    open("/dev/shm/by-hand-escaped", "w").write("out")
