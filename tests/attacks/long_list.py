# tries: a list of a million numbers
# expect: bad result
# limits: cpu_seconds=3,wall_seconds=6
def f(x):
    return [0.5] * 1_000_000
