# tries: waiting for somebody to type
# expect: raised
# says: EOFError
def f(x):
    return input("your answer? ")
