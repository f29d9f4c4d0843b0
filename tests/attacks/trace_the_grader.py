# tries: a trace function that changes the grader's own variables
# expect: returned|bad result
import sys


def f(x):
    def watch(frame, event, arg):
        if "header" in frame.f_locals:
            frame.f_locals["header"]["outcome"] = "our fault"
        return watch

    sys.settrace(watch)
    frame = sys._getframe().f_back
    while frame:
        frame.f_trace = watch
        frame = frame.f_back
    return x
