"""NAdam: Adam with Nesterov's momentum, which looks one update ahead."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch import optim

from lib.lesson.formula import formula, of
from lib.lesson.optimizer import OPTAX, Convention, Optimizer, keras, speed_only
from lib.lesson.pieces import gradient, moments, move
from lib.lesson.pieces.checks import need_betas, need_not_negative
from lib.lesson.pieces.gradient import fed, ready
from lib.lesson.pieces.moments import (
    average,
    corrected,
    count,
    not_first,
    square_average,
    update_number,
)
from lib.lesson.pieces.move import denominator, divided_step, shrunk
from lib.lesson.spec import Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question


def check(*, param, grad, state, lr, betas, eps, weight_decay, momentum_decay, maximize, decoupled_weight_decay):
    need_not_negative(lr=lr, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay)
    need_betas(betas)


def by_hand(
    param, grad, state, *, lr, betas, eps, weight_decay, momentum_decay, maximize, decoupled_weight_decay
) -> Steps:
    """From the averages and two momenta, this update's and the next one's, to a step between gradient and average."""
    beta1, beta2 = betas
    l2, decoupled = (0, weight_decay) if decoupled_weight_decay else (weight_decay, 0)
    t = yield from count(state)
    g, source = yield from ready(grad, param, weight_decay=l2, maximize=maximize)
    param, place = yield from shrunk(param, lr, decoupled)
    mu = yield from momentum("mu", r"\mu_t", "t", beta1, float(t), momentum_decay)
    ahead = yield from momentum("mu_next", r"\mu_{t+1}", "t + 1", beta1, float(t) + 1, momentum_decay)
    old = state.get("mu_product", np.float32(1))
    product = yield Step(
        "mu_product",
        r"\pi_t = \mu_1 \mu_2 \cdots \mu_t",
        np.asarray(old, dtype=np.float32) * np.asarray(mu, dtype=np.float32),
        worked=lambda: formula(r"<old> \cdot <mu>", old=old, mu=mu),
        words="Multiply all momenta so far. It takes the place of beta to the power of t.",
    )
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1", source)
    v = yield from square_average("exp_avg_sq", "v", state, g, beta2, r"\beta_2", source)
    v_hat = yield from corrected("v_hat", "v", v, "exp_avg_sq", 2, beta2, t)
    size = yield from denominator(v_hat, eps, r"\hat v_i", "v_hat")
    direction = yield from mixed(g, source, m, mu, ahead, np.asarray(product, dtype=np.float64))
    new = yield from divided_step(param, lr, direction, size, "d_i", "direction", place=place)
    return new, {"step": t, "mu_product": np.asarray(product, dtype=np.float32), "exp_avg": m, "exp_avg_sq": v}


def momentum(name, symbol, count_latex, beta1, update, decay) -> Steps:
    """The momentum of the update with the number `update`: it grows from about half of β₁ towards β₁."""
    value = yield Step(
        name,
        rf"{symbol} = \beta_1 \left(1 - \tfrac12 \cdot 0.96^{{({count_latex})\,\psi}}\right)",
        np.asarray(beta1 * (1.0 - 0.5 * (0.96 ** (update * decay)))),
        worked=lambda: formula(
            r"<beta1> \left(1 - \tfrac12 \cdot 0.96^{<update> \cdot <momentum_decay>}\right)",
            beta1=beta1,
            update=update,
            momentum_decay=decay,
        ),
        words="From near half of beta 1 towards all of it, as a power of 0.96 fades with the updates.",
        called="momentum of this update" if name == "mu" else "",
    )
    return value


def mixed(g, source, m, mu, ahead, product) -> Steps:
    """Nesterov's direction: the gradient with this update's momentum, the average with the next one's."""
    direction = yield Step(
        "direction",
        r"d_i = \frac{1 - \mu_t}{1 - \pi_t}\, g_i + \frac{\mu_{t+1}}{1 - \pi_t \mu_{t+1}}\, m_i",
        (1 - mu) / (1 - product) * g + ahead / (1 - product * ahead) * m,
        axes="i",
        worked=lambda *i: formula(
            r"\frac{1 - <mu>}{1 - <mu_product>} \cdot <grad> + "
            r"\frac{<mu_next>}{1 - <mu_product> \cdot <mu_next>} \cdot <exp_avg>",
            mu=mu,
            mu_product=product,
            grad=of(source, g[i]),
            mu_next=ahead,
            exp_avg=m[i],
        ),
        words="Some of the gradient, with this momentum, and some of the average, with the next one.",
    )
    return direction


def constant_momentum(param, grad, state, *, lr, betas, eps, weight_decay, **_) -> Steps:
    """NAdam of optax: the momentum is β₁ in every update."""
    beta1, beta2 = betas
    t = yield from count(state)
    g = grad + weight_decay * param
    m = yield from average("exp_avg", "m", state, g, beta1, r"\beta_1")
    v = yield from square_average("exp_avg_sq", "v", state, g, beta2, r"\beta_2")
    direction = yield Step(
        "direction",
        r"d_i = \frac{1 - \beta_1}{1 - \beta_1^t} g_i + \frac{\beta_1}{1 - \beta_1^{t+1}} m_i",
        (1 - beta1) / (1 - beta1 ** float(t)) * g + beta1 / (1 - beta1 ** (float(t) + 1)) * m,
        axes="i",
    )
    size = np.sqrt(v / (1 - beta2 ** float(t))) + eps
    new = yield from divided_step(param, lr, direction, size, "d_i", "direction")
    return new, {"step": t, "exp_avg": m, "exp_avg_sq": v}


def without_psi(param, grad, state, **given) -> Steps:
    """Nadam of Keras: the momentum grows with 0.96 to the power of t, as if psi were 1."""
    result = yield from by_hand(param, grad, state, **{**given, "momentum_decay": 1.0})
    return result


def grown(given, update):
    """The momentum of that update."""
    return given["betas"][0] * (1 - 0.5 * 0.96 ** (update * given["momentum_decay"]))


def gradients_part(given, done):
    """What of the direction is the gradient."""
    return (1 - done["mu"]) / (1 - done["mu_product"]) * fed(given, done)


MISTAKES = {
    "constant_momentum": Mistake(
        {"mu": lambda given, done: given["betas"][0], "mu_next": lambda given, done: given["betas"][0]},
        "You took β₁ itself. PyTorch's momentum grows towards it, from about half.",
    ),
    "mu_counts_from_0": Mistake(
        {
            "mu": lambda given, done: grown(given, update_number(given) - 1),
            "mu_next": lambda given, done: grown(given, update_number(given)),
        },
        "You counted updates from 0. The first update has t = 1.",
    ),
    "everything_counts_from_0": Mistake(
        {
            "mu": lambda given, done: grown(given, update_number(given) - 1),
            "mu_next": lambda given, done: grown(given, update_number(given)),
            "bias_correction_2": lambda given, done: 1 - given["betas"][1] ** (update_number(given) - 1),
        },
        "You counted updates from 0 everywhere: at first the correction of v is 1 − 1 = 0, and 0 cannot be divided by. "
        "The first update has t = 1.",
        not_finite=True,
    ),
    "half_of_beta": Mistake(
        {
            "mu": lambda given, done: given["betas"][0] - done["mu"],
            "mu_next": lambda given, done: given["betas"][0] - done["mu_next"],
        },
        "You multiplied by ½ · 0.96 to a power. It is 1 minus that: the momentum grows.",
    ),
    "leaves_out_the_half": Mistake(
        {
            "mu": lambda given, done: 2 * done["mu"] - given["betas"][0],
            "mu_next": lambda given, done: 2 * done["mu_next"] - given["betas"][0],
        },
        "You left the ½ out: the momentum starts near half of β₁.",
    ),
    "leaves_out_psi": Mistake(
        {},
        "You left psi (momentum_decay) out of the power.",
        when=lambda given: given["momentum_decay"] != 1,
        given=lambda given: {"momentum_decay": 1.0},
    ),
    "momentum_of_this_update": Mistake(
        {"mu_next": lambda given, done: done["mu"]},
        "You took this update's momentum. The next one's has t + 1 in the power.",
    ),
    "last_momentum_for_the_product": Mistake(
        {"mu_product": lambda given, done: done["mu"]},
        "You took the last momentum. All momenta so far are multiplied.",
        when=not_first,
    ),
    "beta_to_the_t_for_the_product": Mistake(
        {"mu_product": lambda given, done: given["betas"][0] ** update_number(given)},
        "You took β₁ᵗ. The momenta differ from update to update: multiply them.",
    ),
    "product_starts_at_0": Mistake(
        {"mu_product": lambda given, done: 0.0},
        "Your product starts at 0, and stays there. A product starts at 1.",
    ),
    "next_momentum_in_the_product": Mistake(
        {"mu_product": lambda given, done: done["mu_product"] * done["mu_next"]},
        "You put the next momentum into the product. π goes up to μₜ.",
    ),
    **moments.BOTH_AVERAGES,
    **moments.bare_squares("exp_avg_sq", moments.beta2),
    **moments.COUNTED,
    **moments.correction_mistakes(2, "exp_avg_sq", "v_hat"),
    **move.root_mistakes("v_hat"),
    "adam": Mistake(
        {"direction": lambda given, done: done["exp_avg"] / (1 - done["mu_product"])},
        "You took the average alone: that is Adam. NAdam mixes the gradient in.",
    ),
    "mixed_without_correction": Mistake(
        {"direction": lambda given, done: (1 - done["mu"]) * fed(given, done) + done["mu_next"] * done["exp_avg"]},
        "You left the corrections out: the two parts are divided by 1 − π and 1 − π times the next momentum.",
    ),
    "product_without_the_next": Mistake(
        {
            "direction": lambda given, done: (
                gradients_part(given, done) + done["mu_next"] / (1 - done["mu_product"]) * done["exp_avg"]
            )
        },
        "You divided both parts by 1 − π. Under the average the next momentum belongs to the product: 1 − π·μₜ₊₁.",
    ),
    "product_with_the_next_twice": Mistake(
        {
            "direction": lambda given, done: (
                done["direction"]
                - gradients_part(given, done)
                + gradients_part(given, done) * (1 - done["mu_product"]) / (1 - done["mu_product"] * done["mu_next"])
            )
        },
        "You divided both parts by 1 − π·μₜ₊₁. Under the gradient the product goes up to μₜ only.",
    ),
    "momenta_swapped": Mistake(
        {
            "direction": lambda given, done: (
                (1 - done["mu_next"]) / (1 - done["mu_product"]) * fed(given, done)
                + done["mu"] / (1 - done["mu_product"] * done["mu_next"]) * done["exp_avg"]
            )
        },
        "You swapped the momenta. The gradient gets this update's, the average the next one's.",
    ),
    "corrects_as_adam": Mistake(
        {
            "direction": lambda given, done: (
                gradients_part(given, done)
                + done["mu_next"] * done["exp_avg"] / (1 - given["betas"][0] ** update_number(given))
            )
        },
        "You corrected the average by 1 − β₁ᵗ, as Adam does. Here it is 1 minus the product of the momenta, the next "
        "one included.",
    ),
    "the_bare_gradient_in_the_direction": Mistake(
        {
            "direction": lambda given, done: (
                done["direction"]
                + (1 - done["mu"]) / (1 - done["mu_product"]) * (gradient.turned_or_not(given, done) - fed(given, done))
            )
        },
        "You mixed the bare gradient in. d, with the decay in it, takes the gradient's place everywhere.",
        when=gradient.decays,
    ),
    "divides_by_the_old_average": Mistake(
        {"v_hat": lambda given, done: moments.before(given, "exp_avg_sq") / done["bias_correction_2"]},
        "You divided by the average as it was before this update. Update it first.",
    ),
    "epsilon_before_the_correction": Mistake(
        {"denominator": lambda given, done: np.sqrt(done["v_hat"]) + given["eps"] / np.sqrt(done["bias_correction_2"])},
        "You added epsilon to the root of the uncorrected average. PyTorch corrects first, then adds epsilon.",
    ),
    **move.MISTAKES,
    **move.undivided("direction"),
}

LESSON = Optimizer(
    title="NAdam",
    torch=optim.NAdam,
    order=12,
    names=("Nesterov加速的Adam", "Nesterov-accelerated Adam", "Nadam", "look ahead"),
    purpose="Adam that already uses the momentum of the next update.",
    use_when="Adam works and you want it a little quicker at the start of training.",
    not_when="You compare with Keras or optax by number: they schedule the momentum differently.",
    formula=r"\theta \leftarrow \theta - \gamma\, \frac{1}{\sqrt{\hat v} + \epsilon} "
    r"\left(\frac{1 - \mu_t}{1 - \pi_t}\, g + \frac{\mu_{t+1}}{1 - \pi_t \mu_{t+1}}\, m\right)",
    symbols=(
        *gradient.SYMBOLS,
        *moments.SYMBOLS,
        (r"\psi", "momentum_decay: how fast the momentum grows"),
        (r"\mu_t, \mu_{t+1}", "the momentum of this update and of the next one"),
        (r"\pi_t", "the product of all momenta so far (mu_product)"),
        (r"c_2", "the bias correction of the mean square"),
        (r"\hat v_i", "the corrected mean square"),
        move.SIZE,
        (r"d_i", "the direction: gradient and average mixed"),
        move.EPSILON,
        *move.SYMBOLS,
    ),
    parameters=(
        Number("lr", 2e-3, "The learning rate: about how far each number moves per update.", (0.1,)),
        moments.BETAS,
        replace(move.EPS, rare=True),
        gradient.WEIGHT_DECAY,
        Number("momentum_decay", 4e-3, "How fast the momentum grows from half of β₁ towards it.", (1.0, 0.0)),
        move.DECOUPLED,
        gradient.MAXIMIZE,
    ),
    examples=(
        Example(
            "The bowl",
            {"objective": "bowl", "start": [2.0], "updates": 60, "lr": 0.1},
            "With PyTorch's small momentum_decay the momentum stays near 0.45 for hundreds of updates.",
        ),
        Example(
            "A momentum that grows quickly",
            {"objective": "bowl", "start": [2.0], "updates": 60, "lr": 0.1, "momentum_decay": 1.0},
            "With psi at 1, as in Keras, the momentum is above 0.8 after 50 updates.",
        ),
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 60, "lr": 0.1},
            "Like Adam, with more weight on the newest gradient.",
        ),
        move.DECOUPLED_DECAY,
        Example(
            "Weight decay as L2",
            {"objective": "absolute", "start": [1.05], "updates": 30, "lr": 0.05, "weight_decay": 0.5, "eps": 0.01},
            "The decay goes into both averages.",
        ),
        gradient.UPHILL,
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why is today's gradient mixed in once more after averaging?",
            (
                "It looks ahead: the next step's momentum is taken already now.",
                "That is Nesterov's idea, put into Adam.",
            ),
            ("Because the average leaves today's gradient out.", "It holds it, with the weight 1 − beta1."),
            ("Because then no bias correction is needed.", "It has one, made of the products of its momenta."),
        ),
        "without_numbers": question(
            "The gradient turns round. Beside Adam with the same settings, NAdam …",
            ("reacts sooner", "Today's gradient has more weight in its step."),
            ("reacts later", "It would if the old average had more weight; it has less."),
            ("reacts just as fast", "The averages are the same, but today's gradient is mixed in once more."),
        ),
    },
    mistakes={**gradient.MISTAKES, **move.SHRUNK, **move.DECAYS_THE_OTHER_WAY, **MISTAKES},
    conventions=(
        Convention(
            "optax: the same momentum throughout",
            "optax takes β₁ in every update. PyTorch follows the paper: the momentum starts near half of it and grows.",
            constant_momentum,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.1},
            references=(OPTAX,),
        ),
        Convention(
            "Keras: the momentum grows with 0.96ᵗ",
            "Keras leaves psi out of the power, as if momentum_decay were 1, so its momentum grows 250 times as fast.",
            without_psi,
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 20, "lr": 0.1},
            references=(keras("Nadam"),),
        ),
    ),
    pitfalls=(
        Pitfall(
            "The learning rate is twice Adam's",
            "lr is 0.002 unless given.",
        ),
        Pitfall(
            "The product is kept in single precision",
            "mu_product is float32 even beside a float64 parameter; "
            "a program in float64 throughout differs by up to 5e-9. The hand calculation rounds the same way.",
        ),
        Pitfall(
            "A negative momentum decay",
            "The momentum would shrink below half of β₁ and then turn negative.",
            error="Invalid momentum_decay value: -0.1",
            values={"momentum_decay": -0.1},
        ),
        moments.BETA_OF_1,
    ),
    references=(
        Reference(
            "Dozat, Incorporating Nesterov Momentum into Adam (2016)",
            "https://openreview.net/forum?id=OM0jvwB8jIp57ZJjtNEZ",
        ),
    ),
    tries=(
        Try("What if the momentum grew at once?", {"momentum_decay": 1.0}),
        Try("What if it forgot faster?", {"betas": (0.5, 0.9)}),
    ),
    check=check,
    sweeps="betas[0]",
    speed_only=speed_only("foreach", "capturable", "differentiable"),
    exact="PyTorch keeps mu_product in float32, and so does the hand calculation.",
)
