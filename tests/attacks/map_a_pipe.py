# tries: mapping the pipes, and the empty file that it is left with
# expect: raised
import mmap


def f(x):
    found = []
    for descriptor in range(16):
        try:
            found.append(mmap.mmap(descriptor, 4096, prot=mmap.PROT_READ))
        except (OSError, ValueError):
            continue
    assert found, "no descriptor can be mapped"
    return x
