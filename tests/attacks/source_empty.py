# tries: an empty file
# expect: no such function
