"""SGD: a step against the gradient; momentum carries earlier gradients along."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import Convention, Optimizer, keras, speed_only
from lib.lesson.pieces import gradient, move
from lib.lesson.pieces.checks import refuse_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import has_buffer
from lib.lesson.pieces.move import step_along
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Switch, Try, question
from lib.refusal import Refusal


def check(*, param, grad, state, lr, momentum, dampening, weight_decay, nesterov, maximize):
    refuse_negative(lr=lr, momentum=momentum, weight_decay=weight_decay)
    if nesterov and (momentum <= 0 or dampening != 0):
        raise Refusal(
            "nesterov=True came with momentum {momentum:g} and dampening {dampening:g}; "
            "expected a momentum above 0 and no dampening: Nesterov looks ahead along the buffer.",
            momentum=momentum,
            dampening=dampening,
        )


def by_hand(param, grad, state, *, lr, momentum, dampening, weight_decay, nesterov, maximize) -> Steps:
    """From the gradient, through the momentum buffer, to the new parameter."""
    d, source = yield from ready(grad, param, weight_decay=weight_decay, maximize=maximize, letter="d")
    if not np.any(momentum != 0):
        new = yield from step_along(param, lr, d, "d_i" if weight_decay else "g_i", source)
        return new, state
    buffer = yield from carried(d, source, state.get("momentum_buffer"), momentum, dampening)
    if nesterov:
        ahead = yield from looked_ahead(d, source, buffer, momentum)
        new = yield from step_along(param, lr, ahead, "u_i", "direction")
    else:
        new = yield from step_along(param, lr, buffer, "b_i", "momentum_buffer")
    return new, {**state, "momentum_buffer": buffer}


def carried(d, source, old, momentum, dampening) -> Steps:
    """The momentum buffer: first the gradient itself, then a part of the old buffer and the new gradient."""
    if old is None:
        buffer = yield Step(
            "momentum_buffer",
            r"b_i = d_i",
            d,
            axes="i",
            worked=lambda *i: formula("<grad>", grad=of(source, d[i])),
            words="The first buffer is the gradient itself.",
        )
        return buffer
    buffer = yield Step(
        "momentum_buffer",
        r"b_i = \mu\, b_i^{\text{old}} + (1 - \tau)\, d_i",
        momentum * old + (1 - dampening) * d,
        axes="i",
        worked=lambda *i: formula(
            r"<momentum> \cdot <old> + <rest> \cdot <grad>",
            momentum=momentum,
            old=old[i],
            rest=1 - dampening,
            grad=of(source, d[i]),
        ),
        words="Keep a part of the old buffer, and add the gradient.",
    )
    return buffer


def looked_ahead(d, source, buffer, momentum) -> Steps:
    """Nesterov's direction: the gradient, and what will be kept of the new buffer."""
    direction = yield Step(
        "direction",
        r"u_i = d_i + \mu\, b_i",
        d + momentum * buffer,
        axes="i",
        worked=lambda *i: formula(
            r"<grad> + <momentum> \cdot <momentum_buffer>",
            grad=of(source, d[i]),
            momentum=momentum,
            momentum_buffer=buffer[i],
        ),
        words="Nesterov: the gradient, and once more the momentum's part of the new buffer.",
    )
    return direction


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
    """Nesterov's own form: θ is the point ahead, where the gradient is taken."""
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


def starts_a_buffer(given):
    return given["momentum"] != 0 and not has_buffer(given)


def old_buffer(given):
    """The buffer as the last update left it."""
    return given["state"]["momentum_buffer"]


def kept(given):
    """What is kept of the old buffer."""
    return given["momentum"] * old_buffer(given)


def weighed(given):
    """What of the gradient goes into the buffer: all of it at first, later what dampening leaves."""
    return 1 - given["dampening"] if has_buffer(given) else 1


MISTAKES = {
    "dampens_the_first_gradient": Mistake(
        {"momentum_buffer": lambda given, done: (1 - given["dampening"]) * fed(given, done)},
        "You dampened the first gradient. The first buffer is all of it; dampening starts later.",
        when=lambda given: starts_a_buffer(given) and given["dampening"] != 0,
    ),
    "starts_an_average": Mistake(
        {"momentum_buffer": lambda given, done: (1 - given["momentum"]) * fed(given, done)},
        "You started an average. PyTorch's first buffer is the whole gradient.",
        when=starts_a_buffer,
    ),
    "rate_in_the_buffer": Mistake(
        {
            "momentum_buffer": lambda given, done: (
                done["momentum_buffer"] - (1 - given["lr"]) * weighed(given) * fed(given, done)
            )
        },
        "You put the learning rate into the buffer, as Keras does. PyTorch multiplies by it only at the end.",
        when=lambda given: given["momentum"] != 0,
    ),
    "rate_in_every_buffer": Mistake(
        {
            "momentum_buffer": lambda given, done: given["lr"] * done["momentum_buffer"],
            "param": lambda given, done: given["param"] + (done["param"] - given["param"]) / given["lr"],
        },
        "You put the learning rate into the buffer in every update, as Keras does, "
        "and not into the step. PyTorch multiplies by it only at the end.",
        when=lambda given: has_buffer(given) and given["lr"] != 0,
    ),
    "dampening_left_out": Mistake(
        {"momentum_buffer": lambda given, done: kept(given) + fed(given, done)},
        "You left the dampening out: 1 − dampening of the gradient goes into the buffer.",
        when=lambda given: has_buffer(given) and given["dampening"] != 0,
    ),
    "dampening_the_other_way": Mistake(
        {"momentum_buffer": lambda given, done: kept(given) + given["dampening"] * fed(given, done)},
        "You multiplied the gradient by dampening. Dampening is the part that is left out: 1 − dampening of the "
        "gradient goes in.",
        when=has_buffer,
    ),
    "keeps_a_share_of_the_gradient_too": Mistake(
        {"momentum_buffer": lambda given, done: kept(given) + given["momentum"] * weighed(given) * fed(given, done)},
        "You multiplied the gradient by μ too. Only the old buffer is.",
        when=has_buffer,
    ),
    "buffer_whole": Mistake(
        {"momentum_buffer": lambda given, done: done["momentum_buffer"] + old_buffer(given) - kept(given)},
        "You kept the whole old buffer. μ times it is carried along.",
        when=has_buffer,
    ),
    "decays_outside_the_buffer": Mistake(
        {
            "decayed": gradient.turned_or_not,
            "param": lambda given, done: done["param"] - given["lr"] * given["weight_decay"] * given["param"],
        },
        "You added the decay after the buffer. It belongs to the gradient, so it goes into the buffer and is carried "
        "along.",
        when=lambda given: gradient.decays(given) and given["momentum"] != 0,
    ),
    "turns_the_decay_round": Mistake(
        {"decayed": lambda given, done: done["uphill"] - given["weight_decay"] * given["param"]},
        "You turned the sign after adding the decay, so that uphill the decay pushes away from 0. Turn the gradient "
        "first, then add the decay.",
        when=lambda given: given["maximize"] and gradient.decays(given),
    ),
    "shrinks_without_the_learning_rate": Mistake(
        {
            "decayed": gradient.turned_or_not,
            "param": lambda given, done: done["param"] - given["weight_decay"] * given["param"],
        },
        "You shrank the parameter by λ itself. The decay is part of the gradient, so the learning rate multiplies it "
        "too.",
        when=gradient.decays,
    ),
    "an_average": Mistake(
        {"momentum_buffer": lambda given, done: kept(given) + (1 - given["momentum"]) * fed(given, done)},
        "You made an average with 1 − μ. PyTorch's buffer adds the whole gradient (times 1 − dampening).",
        when=lambda given: has_buffer(given) and given["dampening"] != given["momentum"],
    ),
    "keeps_the_rest": Mistake(
        {
            "momentum_buffer": lambda given, done: (
                (1 - given["momentum"]) * given["state"]["momentum_buffer"] + weighed(given) * fed(given, done)
            )
        },
        "You kept 1 − μ of the old buffer. It is μ times it.",
        when=lambda given: has_buffer(given) and given["momentum"] != 0.5,
    ),
    "rate_in_the_momentum": Mistake(
        {"momentum_buffer": lambda given, done: given["lr"] * kept(given) + weighed(given) * fed(given, done)},
        "You multiplied the old buffer by the learning rate too. It is μ times it; the rate comes with the step.",
        when=lambda given: has_buffer(given) and given["lr"] != 1,
    ),
    "takes_the_buffer_away": Mistake(
        {"momentum_buffer": lambda given, done: weighed(given) * fed(given, done) - kept(given)},
        "You took the old buffer away. It is added: momentum goes on in its direction.",
        when=has_buffer,
    ),
    "sign_of_the_gradient": Mistake(
        {"momentum_buffer": lambda given, done: kept(given) + weighed(given) * np.sign(fed(given, done))},
        "You took the gradient's sign alone. Its size counts.",
        when=has_buffer,
    ),
    "buffer_forgotten": Mistake(
        {"momentum_buffer": fed},
        "You left the old buffer out: μ times it is carried along.",
        when=has_buffer,
    ),
    "takes_the_gradient_away": Mistake(
        {"momentum_buffer": lambda given, done: kept(given) - weighed(given) * fed(given, done)},
        "You took the gradient away from the buffer. It is added here; the minus comes with the step.",
        when=has_buffer,
    ),
    "plain_momentum": Mistake(
        {"direction": lambda given, done: done["momentum_buffer"]},
        "You stepped along the buffer. Nesterov adds the gradient to μ times the new buffer.",
        when=lambda given: given["nesterov"],
    ),
    "looks_along_the_old_buffer": Mistake(
        {"direction": lambda given, done: fed(given, done) + kept(given)},
        "You used the old buffer. Nesterov takes the one that you have just computed.",
        when=lambda given: given["nesterov"] and has_buffer(given),
    ),
    "adds_the_whole_buffer": Mistake(
        {"direction": lambda given, done: fed(given, done) + done["momentum_buffer"]},
        "You added the whole buffer. Nesterov adds μ times the new buffer to the gradient.",
        when=lambda given: given["nesterov"],
    ),
    "momentum_on_the_gradient": Mistake(
        {"direction": lambda given, done: given["momentum"] * fed(given, done) + done["momentum_buffer"]},
        "You multiplied the gradient by μ. Nesterov adds the gradient to μ times the new buffer.",
        when=lambda given: given["nesterov"],
    ),
    "buffer_twice": Mistake(
        {"direction": lambda given, done: (1 + given["momentum"]) * done["momentum_buffer"]},
        "You took 1 + μ times the buffer. Nesterov adds the gradient itself to μ times the new buffer.",
        when=lambda given: given["nesterov"],
    ),
    "steps_along_the_old_buffer": Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * old_buffer(given)},
        "You stepped along the old buffer. The step goes along the one that you have just computed.",
        when=has_buffer,
    ),
    **move.MISTAKES,
    "steps_along_the_bare_gradient": Mistake(
        {"param": lambda given, done: given["param"] - given["lr"] * gradient.turned_or_not(given, done)},
        "You stepped along the bare gradient. The step goes along what you have made of it.",
        when=lambda given: has_buffer(given) or gradient.decays(given),
    ),
}

SUTSKEVER = Reference(
    "Sutskever et al., On the importance of initialization and momentum in deep learning (2013)",
    "https://proceedings.mlr.press/v28/sutskever13.html",
)

LESSON = Optimizer(
    title="SGD",
    torch=optim.SGD,
    order=1,
    names=("随机梯度下降", "动量", "stochastic gradient descent", "momentum", "Nesterov", "gradient descent"),
    purpose="Steps against the gradient; momentum carries earlier gradients along.",
    use_when="You train image networks, or want few settings that are well understood: "
    "with momentum and a schedule it often ends at better test results than adaptive methods.",
    not_when="Gradients of different parameters differ by orders of magnitude, as in transformers (use AdamW), "
    "or you have no time to look for the learning rate.",
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
        gradient.WEIGHT_DECAY,
        Switch("nesterov", False, "Step along the gradient plus momentum times the new buffer.", rare=True),
        gradient.MAXIMIZE,
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
            "Three times the learning rate and no momentum: "
            "ahead for four updates, then behind, but it never turns round.",
        ),
        Example(
            "Less momentum",
            {"objective": "bowl", "start": [2.0], "updates": 100, "lr": 0.01, "momentum": 0.63},
            "Momentum 0.63 is below 0.1 first, but stays below 0.01 later than the run without.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.03, "momentum": 0.8},
            "Without momentum the steep direction bears a learning rate below 0.08, and the flat one crawls. "
            "Momentum takes the loss to 0.00002 in 60 updates; without it stays at 0.05.",
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
            "Uphill, with a decay in the buffer",
            {
                "objective": "saddle",
                "start": [1.0, 0.5],
                "updates": 20,
                "lr": 0.1,
                "momentum": 0.5,
                "weight_decay": 0.5,
                "maximize": True,
            },
            "The gradient is turned round, then the decay is added, and the buffer carries both along.",
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
    questions={
        "why": question(
            "Why does momentum help in a long, narrow valley?",
            (
                "Steps along the valley add up, steps across it cancel.",
                "Along it the gradients agree; across it they change sign from step to step.",
            ),
            (
                "It makes the learning rate smaller.",
                "On the contrary: a gradient that stays the same ends up 1 / (1 − momentum) times as strong.",
            ),
            ("It remembers the best point so far.", "It remembers how it moved, and no points."),
        ),
        "without_numbers": question(
            "Plain SGD: the loss is multiplied by 10 and the learning rate divided by 10. The path …",
            ("stays the same", "The gradient is ten times as long, and each step takes a tenth of it."),
            ("has steps ten times as long", "The gradient is ten times as long, but the learning rate is a tenth."),
            ("has steps a tenth as long", "The learning rate is a tenth, but the gradient is ten times as long."),
        ),
    },
    mistakes={**gradient.MISTAKES, **MISTAKES},
    conventions=(
        Convention(
            "Keras and TensorFlow: the learning rate inside the buffer",
            r"$v \leftarrow \mu v - \gamma g$, then $\theta + v$. "
            r"As long as the learning rate stays, $v$ is $-\gamma$ times PyTorch's buffer, and the paths are the same. "
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
            references=(keras("SGD"), SUTSKEVER),
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
            "Nesterov takes the gradient at a point ahead of the parameter. "
            "PyTorch has the gradient at the parameter only, and keeps θ at the point ahead: "
            "the update θ − μv + (1 + μ)v' is the same as its g + μb as long as the learning rate stays, "
            "and parts when it drops.",
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
            "The buffer holds gradients without the learning rate. "
            "In Keras it holds finished steps, which go on with the old learning rate for a while.",
        ),
        Pitfall(
            "Nesterov needs momentum",
            "Without momentum there is nothing to look ahead along, and dampening would change what it is.",
            error="Nesterov momentum requires a momentum and zero dampening",
            values={"lr": 0.1, "nesterov": True},
        ),
        move.NEGATIVE_RATE,
        Pitfall(
            "None is not 0",
            "After zero_grad() the gradient is None and the parameter is skipped. "
            "With a gradient of 0 it still moves: by momentum, and by weight decay.",
        ),
        Pitfall(
            "Dampening spares the first gradient",
            "The first buffer is the whole gradient, whatever dampening says.",
        ),
    ),
    article="The article prints lr as required; since PyTorch 2.2 it is 1e-3 unless given. "
    "It says momentum brings in an exponential average: "
    "PyTorch's buffer is a sum, up to 1/(1−μ) times as large. "
    "And Nesterov does not compute the gradient at a predicted point: "
    "it adds μ times the buffer to the gradient at the present one.",
    references=(
        SUTSKEVER,
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
