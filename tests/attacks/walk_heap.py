# tries: looking for expected values in all objects
# expect: returned
# limits: cpu_seconds=4,wall_seconds=8,memory_mib=512
import gc


def f(x):
    needle = "-".join(["canary", "secret"])
    gc.unfreeze()
    found = [item for item in gc.get_objects() if isinstance(item, (list, dict, tuple))]
    texts = [text for item in found for text in (item.values() if isinstance(item, dict) else item) if isinstance(text, str)]
    assert not any(needle in text for text in texts)
    return x
