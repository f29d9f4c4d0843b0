"""SGD: a step against the gradient; momentum carries earlier gradients along."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.optimizer import MAXIMIZE, Convention, Optimizer, speed_only
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.latex import num
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Switch, Try


def check(*, param, grad, state, lr, momentum, dampening, weight_decay, nesterov, maximize):
    need_not_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
    if nesterov and (momentum <= 0 or dampening != 0):
        raise ValueError(
            f"nesterov=True came with momentum {momentum:g} and dampening {dampening:g}; "
            "expected a momentum above 0 and no dampening: Nesterov looks ahead along the buffer."
        )


def by_hand(param, grad, state, *, lr, momentum, dampening, weight_decay, nesterov, maximize) -> Steps:
    """From the gradient over the momentum buffer to the new parameter."""
    d = grad
    if maximize:
        d = yield Step(
            "uphill",
            r"g_i \leftarrow -g_i",
            -grad,
            axes="i",
            worked=lambda *i: rf"-{num(grad[i])}",
            words="Going up means going against the negative gradient: turn the sign round.",
        )
    if weight_decay != 0:
        slope = d
        d = yield Step(
            "decayed",
            r"d_i = g_i + \lambda\, \theta_i",
            slope + weight_decay * param,
            axes="i",
            worked=lambda *i: rf"{num(slope[i])} + {num(weight_decay)} \cdot {num(param[i])}",
            words="Weight decay adds a pull towards 0 to the gradient.",
        )
    if np.any(momentum != 0):
        pull, old = d, state.get("momentum_buffer")
        buffer = yield Step(
            "momentum_buffer",
            r"b_i = d_i" if old is None else r"b_i = \mu\, b_i^{\text{old}} + (1 - \tau)\, d_i",
            pull if old is None else momentum * old + (1 - dampening) * pull,
            axes="i",
            worked=lambda *i: (
                num(pull[i])
                if old is None
                else rf"{num(momentum)} \cdot {num(old[i])} + {num(1 - dampening)} \cdot {num(pull[i])}"
            ),
            words="The first buffer is the gradient itself."
            if old is None
            else "Keep a part of the old buffer, and add the gradient.",
        )
        state = {**state, "momentum_buffer": buffer}
        d = buffer
        if nesterov:
            d = yield Step(
                "direction",
                r"u_i = d_i + \mu\, b_i",
                pull + momentum * buffer,
                axes="i",
                worked=lambda *i: rf"{num(pull[i])} + {num(momentum)} \cdot {num(buffer[i])}",
                words="Nesterov: the gradient, and once more the momentum's part of the new buffer.",
            )
    new = yield Step(
        "param",
        rf"\theta_i^{{\text{{new}}}} = \theta_i - \gamma\, {_direction(momentum, nesterov, weight_decay)}",
        param - lr * d,
        axes="i",
        worked=lambda *i: rf"{num(param[i])} - {num(lr)} \cdot {num(d[i])}",
        words="Take the learning rate times the direction away from the parameter.",
    )
    return new, state


def _direction(momentum, nesterov, weight_decay) -> str:
    """The symbol of what the parameter moves along."""
    if np.any(momentum != 0):
        return "u_i" if nesterov else "b_i"
    return "d_i" if weight_decay else "g_i"


def learning_rate_inside(param, grad, state, *, lr, momentum, weight_decay, nesterov, **_) -> Steps:
    """SGD of Keras, TensorFlow and Sutskever's paper: the learning rate goes into the buffer."""
    d = grad + weight_decay * param
    velocity = yield Step(
        "velocity",
        r"v_i = \mu\, v_i^{\text{old}} - \gamma\, d_i",
        momentum * state.get("velocity", np.zeros_like(param)) - lr * d,
        axes="i",
    )
    move = momentum * velocity - lr * d if nesterov else velocity
    new = yield Step("param", r"\theta_i^{\text{new}} = \theta_i + v_i", param + move, axes="i")
    return new, {"velocity": velocity}


def looking_ahead(param, grad, state, *, lr, momentum, weight_decay, **_) -> Steps:
    """Nesterov's own form: θ is kept at the point looked ahead to, and moves by the difference of the velocities."""
    old = state.get("velocity", np.zeros_like(param))
    velocity = yield Step(
        "velocity",
        r"v_i = \mu\, v_i^{\text{old}} - \gamma\, d_i",
        momentum * old - lr * (grad + weight_decay * param),
        axes="i",
    )
    new = yield Step(
        "param",
        r"\theta_i^{\text{new}} = \theta_i - \mu v_i^{\text{old}} + (1 + \mu)\, v_i",
        param - momentum * old + (1 + momentum) * velocity,
        axes="i",
    )
    return new, {"velocity": velocity}


def buffer_of_velocity(state, given):
    """Torch's buffer has no learning rate in it, and the other sign."""
    return {"momentum_buffer": -state["velocity"] / given["lr"]}


def decays(given):
    return given["weight_decay"] != 0


def has_buffer(given):
    return "momentum_buffer" in given["state"]


def first_with_momentum(given):
    return given["momentum"] != 0 and not has_buffer(given)


def pull_of(given, done):
    """The gradient as it enters the buffer."""
    return done.get("decayed", done.get("uphill", given["grad"]))


def kept(given):
    return given["momentum"] * given["state"]["momentum_buffer"]


MISTAKES = (
    Mistake(
        {"uphill": lambda given, done: given["grad"]},
        "You kept the sign. With maximize=True the gradient is turned round before anything else.",
        when=lambda given: given["maximize"],
    ),
    Mistake(
        {"decayed": lambda given, done: done.get("uphill", given["grad"])},
        "You left the weight decay out: λθ belongs to the gradient.",
        when=decays,
    ),
    Mistake(
        {"decayed": lambda given, done: done.get("uphill", given["grad"]) - given["weight_decay"] * given["param"]},
        "You took the weight decay away. It is added: it pulls the parameter towards 0.",
        when=decays,
    ),
    Mistake(
        {"decayed": lambda given, done: done.get("uphill", given["grad"]) + given["weight_decay"]},
        "You added λ alone. It is λ times the parameter.",
        when=decays,
    ),
    Mistake(
        {"momentum_buffer": lambda given, done: (1 - given["dampening"]) * pull_of(given, done)},
        "You dampened the first gradient. The first buffer is all of it; dampening starts later.",
        when=lambda given: first_with_momentum(given) and given["dampening"] != 0,
    ),
    Mistake(
        {"momentum_buffer": lambda given, done: (1 - given["momentum"]) * pull_of(given, done)},
        "You started an average. PyTorch's first buffer is the whole gradient.",
        when=first_with_momentum,
    ),
    Mistake(
        {"momentum_buffer": lambda given, done: kept(given) + given["lr"] * pull_of(given, done)},
        "You put the learning rate into the buffer, as Keras does. PyTorch multiplies by it only at the end.",
        when=has_buffer,
    ),
    Mistake(
        {"momentum_buffer": lambda given, done: kept(given) + (1 - given["momentum"]) * pull_of(given, done)},
        "You made an average with 1 − μ. PyTorch's buffer adds the whole gradient (times 1 − dampening).",
        when=lambda given: has_buffer(given) and given["dampening"] != given["momentum"],
    ),
    Mistake(
        {"momentum_buffer": lambda given, done: pull_of(given, done)},
        "You left the old buffer out: μ times it is carried along.",
        when=has_buffer,
    ),
    Mistake(
        {"momentum_buffer": lambda given, done: kept(given) - pull_of(given, done)},
        "You took the gradient away from the buffer. It is added here; the minus comes with the step.",
        when=has_buffer,
    ),
    Mistake(
        {"direction": lambda given, done: done["momentum_buffer"]},
        "You stepped along the buffer. Nesterov adds the gradient to μ times the new buffer.",
        when=lambda given: given["nesterov"],
    ),
    Mistake(
        {"direction": lambda given, done: pull_of(given, done) + kept(given)},
        "You used the old buffer. Nesterov takes the one that you have just computed.",
        when=lambda given: given["nesterov"] and has_buffer(given),
    ),
    Mistake(
        {"param": lambda given, done: 2 * given["param"] - done["param"]},
        "You went up. The step is taken away from the parameter.",
    ),
    Mistake(
        {"param": lambda given, done: given["param"] - (given["param"] - done["param"]) / given["lr"]},
        "You left the learning rate out.",
        when=lambda given: given["lr"] not in (0, 1),
    ),
    Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * given["grad"]},
        "You stepped along the bare gradient. The step goes along what you have made of it.",
        when=lambda given: has_buffer(given) or decays(given),
    ),
)

LESSON = Optimizer(
    title="SGD",
    torch=optim.SGD,
    order=1,
    names=("随机梯度下降", "动量", "stochastic gradient descent", "momentum", "Nesterov", "gradient descent"),
    purpose="Steps against the gradient; momentum carries earlier gradients along.",
    use_when="You train image networks, or want few settings that are well understood: with momentum and a schedule it "
    "often ends at better test results than adaptive methods.",
    not_when="Gradients of different parameters differ by orders of magnitude, as in transformers (use AdamW), or you "
    "have no time to look for the learning rate.",
    formula=r"b \leftarrow \mu\, b + (1 - \tau)\, g, \qquad \theta \leftarrow \theta - \gamma\, b",
    symbols=(
        (r"\theta_i", "element i of the parameter"),
        (r"g_i", "its gradient"),
        (r"\gamma", "lr: the learning rate"),
        (r"\mu", "momentum: how much of the buffer is kept"),
        (r"\tau", "dampening: how much of the new gradient is left out of the buffer"),
        (r"\lambda", "weight_decay"),
        (r"d_i", "the gradient with weight decay"),
        (r"b_i", "the momentum buffer"),
        (r"u_i", "the direction with Nesterov"),
    ),
    parameters=(
        Number("lr", 1e-3, "The learning rate: how far a step goes along its direction.", (0.1,)),
        Number("momentum", 0, "How much of the buffer is kept from update to update.", (0.9,)),
        Number(
            "dampening",
            0,
            "How much of the new gradient is left out of the buffer, from the second update on.",
            (0.5,),
            rare=True,
        ),
        Number("weight_decay", 0, "Adds this times the parameter to the gradient.", (0.1,)),
        Switch("nesterov", False, "Step along the gradient plus momentum times the new buffer.", rare=True),
        MAXIMIZE,
    ),
    examples=(
        Example(
            "The article's run with momentum",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.01, "momentum": 0.9},
            "With momentum 0.9 the parameter is through 0 at update 6 and swings back: too much momentum here.",
        ),
        Example(
            "The article's run without",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.03},
            "Three times the learning rate and no momentum: ahead for four updates, then behind, but it never turns "
            "round.",
        ),
        Example(
            "Less momentum",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.01, "momentum": 0.63},
            "Momentum 0.63 is below 0.1 first, but stays below 0.01 later than the run without.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.03, "momentum": 0.8},
            "Without momentum the steep direction bears a learning rate below 0.08, and the flat one crawls. Momentum "
            "takes the loss to 0.00002 in 60 updates; without it stays at 0.05.",
        ),
        Example(
            "Nesterov",
            {
                "objective": "quadratic",
                "start": [2.0, 1.0],
                "updates": 60,
                "lr": 0.03,
                "momentum": 0.8,
                "nesterov": True,
            },
            "Nesterov's direction brakes earlier, so the path swings less.",
        ),
        Example(
            "A drop of the learning rate",
            {
                "objective": "bowl",
                "start": [2.0],
                "updates": 20,
                "lr": 0.1,
                "momentum": 0.9,
                "drop_at": 11,
                "drop_to": 0.01,
            },
            "PyTorch's buffer has no learning rate in it, so the drop works at once; see Conventions.",
        ),
        Example(
            "Weight decay",
            {"objective": "absolute", "start": [1.05], "updates": 20, "lr": 0.1, "weight_decay": 0.5},
            "The decay is part of the gradient: 1 + 0.5 θ on the right of 0.",
        ),
        Example(
            "Dampening",
            {"objective": "bowl", "start": [2.0], "updates": 40, "lr": 0.05, "momentum": 0.9, "dampening": 0.9},
            "With dampening equal to momentum the buffer is an average after all, except for its first value.",
        ),
        Example(
            "Uphill",
            {"objective": "saddle", "start": [1.0, 0.5], "updates": 20, "lr": 0.1, "maximize": True},
            "With maximize the saddle is climbed along x without end, while y goes to 0.",
        ),
        Example(
            "It explodes",
            {"objective": "bowl", "start": [2.0], "updates": 40, "lr": 0.3},
            "Above a learning rate of ¼ every step of this bowl goes further out than the one before.",
        ),
        Example(
            "Your own gradients",
            {
                "objective": "typed gradients",
                "start": [[1.0, -1.0], [0.5, 2.0]],
                "grads": [[[1, 0], [0, -1]], [[1, 1], [0, 0]], [[-1, 1], [2, 0]]],
                "updates": 3,
                "lr": 0.1,
                "momentum": 0.9,
            },
            "A 2×2 parameter and three gradients: a gradient of 0 still moves what has momentum.",
        ),
    ),
    by_hand=by_hand,
    mistakes=MISTAKES,
    conventions=(
        Convention(
            "Keras and TensorFlow: the learning rate inside the buffer",
            "$v \\leftarrow \\mu v - \\gamma g$, then $\\theta + v$. As long as the learning rate stays, $v$ is "
            "$-\\gamma$ times PyTorch's buffer, and the paths are the same. "
            "After a drop $v$ still holds steps of the old learning rate.",
            learning_rate_inside,
            {
                "objective": "bowl",
                "start": [2.0],
                "updates": 20,
                "lr": 0.1,
                "momentum": 0.9,
                "drop_at": 11,
                "drop_to": 0.01,
            },
            in_torchs_terms=buffer_of_velocity,
            references=(
                Reference("Keras documentation: SGD", "https://keras.io/api/optimizers/sgd/"),
                Reference(
                    "Sutskever et al., On the importance of initialization and momentum in deep learning (2013)",
                    "https://proceedings.mlr.press/v28/sutskever13.html",
                ),
            ),
        ),
        Convention(
            "The same with a constant learning rate",
            "Nothing parts: the same update, written with another buffer.",
            learning_rate_inside,
            {"objective": "bowl", "start": [2.0], "updates": 20, "lr": 0.1, "momentum": 0.9},
            parts=False,
            in_torchs_terms=buffer_of_velocity,
        ),
        Convention(
            "Nesterov's look-ahead point",
            "Nesterov takes the gradient at a point ahead of the parameter. PyTorch has the gradient at the parameter "
            "only, and keeps θ at the point ahead: the update θ − μv + (1 + μ)v' is the same as its "
            "g + μb as long as the learning rate stays, and parts when it drops.",
            looking_ahead,
            {
                "objective": "bowl",
                "start": [2.0],
                "updates": 20,
                "lr": 0.05,
                "momentum": 0.9,
                "nesterov": True,
                "drop_at": 11,
                "drop_to": 0.01,
            },
            in_torchs_terms=buffer_of_velocity,
        ),
    ),
    pitfalls=(
        Pitfall(
            "The buffer is a sum, not an average",
            "With a constant gradient of 1 and momentum 0.9 the buffer grows to 10, so the steps grow tenfold. "
            "If you add momentum, lower the learning rate.",
        ),
        Pitfall(
            "A changed learning rate works at once",
            "The buffer holds gradients without the learning rate. In Keras it holds finished steps, which go on with "
            "the old learning rate for a while.",
        ),
        Pitfall(
            "Nesterov needs momentum",
            "Without momentum there is nothing to look ahead along, and dampening would change what it is.",
            error="Nesterov momentum requires a momentum and zero dampening",
            values={"lr": 0.1, "nesterov": True},
        ),
        Pitfall(
            "A negative learning rate",
            "To go up, use maximize=True.",
            error="Invalid learning rate: -0.1",
            values={"lr": -0.1},
        ),
        Pitfall(
            "None is not 0",
            "After zero_grad() the gradient is None and the parameter is skipped. With a gradient of 0 it still moves: "
            "by momentum, and by weight decay.",
        ),
        Pitfall(
            "Dampening spares the first gradient",
            "The first buffer is the whole gradient, whatever dampening says.",
        ),
    ),
    article="The article prints lr as required; since PyTorch 2.2 it is 1e-3 unless given. It says momentum brings in "
    "an exponential average: PyTorch's buffer is a sum, up to 1/(1−μ) times as large. And Nesterov does not compute "
    "the gradient at a predicted point: it adds μ times the buffer to the gradient at the present one.",
    references=(
        Reference("PyTorch documentation: SGD", "https://docs.pytorch.org/docs/2.13/generated/torch.optim.SGD.html"),
        Reference(
            "Sutskever et al., On the importance of initialization and momentum in deep learning (2013)",
            "https://proceedings.mlr.press/v28/sutskever13.html",
        ),
        Reference("Goh, Why Momentum Really Works (2017)", "https://distill.pub/2017/momentum/"),
    ),
    tries=(
        Try("What if there were no momentum?", {"momentum": 0.0}),
        Try("What if the learning rate were 0.1?", {"lr": 0.1}),
        Try("What if it looked ahead?", {"nesterov": True}),
    ),
    check=check,
    sweeps="momentum",
    speed_only=speed_only("foreach", "differentiable", "fused"),
)
