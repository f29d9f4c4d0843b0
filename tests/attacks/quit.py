# tries: leaving by quit, as in a console
# expect: exited
def f(x):
    quit()
