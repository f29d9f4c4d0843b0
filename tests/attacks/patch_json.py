# tries: a patched json, in which every answer is right
# expect: returned|bad result
import json


def f(x):
    json.dumps = lambda *a, **k: '{"outcome": "passed", "token": "", "arrays": [], "value": null}'
    return x
