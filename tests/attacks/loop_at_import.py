# tries: an endless loop before any function is called
# expect: out of time
while True:
    pass
