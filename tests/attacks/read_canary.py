# tries: reading a file of the grader's
# expect: raised
# says: PermissionError
def f(x):
    return open("/tmp/by-hand-canary").read()
