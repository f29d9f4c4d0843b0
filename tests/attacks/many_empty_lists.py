# tries: many small lists, which take more memory than the text that names them
# expect: bad result
# says: 400,0.. bytes or more; allowed are 65,536
# limits: result_bytes=65536
def f(x):
    return {"state": [[]] * 50_000}
