# tries: printing without end
# expect: too much output
# limits: cpu_seconds=5,wall_seconds=10
def f(x):
    while True:
        print("x" * 1000)
