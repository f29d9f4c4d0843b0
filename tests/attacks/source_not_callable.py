# tries: a name that is no function
# expect: no such function
f = 3
