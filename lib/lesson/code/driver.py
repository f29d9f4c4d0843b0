"""What walks through a hand calculation in a program that is taken away, as text."""

STEPS_DRIVER = '''
def drive(steps):
    """Walks through a hand calculation: each step is handed its own value back."""
    done, reply = {}, None
    while True:
        try:
            step = next(steps) if reply is None else steps.send(reply)
        except StopIteration:
            return done
        done[step.name] = reply = np.asarray(step.value)
'''

UPDATE_DRIVER = '''
def drive(steps):
    """Walks through one update: each step is handed its own value back; returns the parameter and the state."""
    reply = None
    while True:
        try:
            step = next(steps) if reply is None else steps.send(reply)
        except StopIteration as end:
            return end.value
        reply = np.asarray(step.value)
'''
