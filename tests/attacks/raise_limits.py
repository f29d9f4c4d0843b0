# tries: raising its own limits
# expect: raised
# says: PermissionError|ValueError|not here
import resource


def f(x):
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
