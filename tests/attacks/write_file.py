# tries: leaving a file
# expect: raised
# says: PermissionError
def f(x):
    open("/tmp/by-hand-escaped", "w").write("out")
