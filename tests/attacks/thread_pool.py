# tries: a pool of threads
# expect: raised
# says: RuntimeError
from concurrent.futures import ThreadPoolExecutor


def f(x):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(abs, [1, 2]))
