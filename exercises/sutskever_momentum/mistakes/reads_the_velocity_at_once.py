"""You read state['velocity'] at the first update, when the state is empty. state.get('velocity', 0.0) gives 0 then."""


def sutskever_momentum(param, grad, state, *, lr=0.01, momentum=0.0):
    velocity = momentum * state["velocity"] - lr * grad
    return param + velocity, {"velocity": velocity}
