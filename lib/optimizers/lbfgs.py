"""LBFGS: a Newton step without second derivatives; the curvature is read off the last steps and gradients."""

from __future__ import annotations

import numpy as np
from torch import optim

from lib.budget import Cost
from lib.lesson import cost
from lib.lesson.formula import Formula, formula, joined, of, total
from lib.lesson.optimizer import Optimizer
from lib.lesson.pieces.checks import need_not_negative
from lib.lesson.pieces.line_search import Line, Trial, strong_wolfe
from lib.lesson.spec import Choice, Example, Mistake, Number, Pitfall, Reference, Step, Steps, Try, question
from lib.refusal import Refusal

LEAST_CURVATURE = 1e-10  # a pair with less is not kept


def check(
    *, param, grad, state, lr, max_iter, max_eval, tolerance_grad, tolerance_change, history_size, line_search_fn
):
    need_not_negative(lr=lr)
    if not callable(grad):
        raise Refusal(
            "LBFGS got a gradient; expected a closure: a function that gives loss and gradient at any parameter, "
            "because it evaluates several times in one step."
        )


TURN = 10_000  # what a turn costs in Python alone, as numbers worked out meanwhile; PAIR: what a pair in its loops does
PAIR = 1_000


def cost_of_turns(given):
    """Up to max_iter turns, and max_eval evaluations; each turn goes twice through the pairs that are kept. Torch
    makes room for all history_size of them in every turn."""
    size = cost.size(given.get("param"))
    turns, room = cost.count(given.get("max_iter")), cost.count(given.get("history_size"))
    evaluations = cost.count(given.get("max_eval"), otherwise=1.25 * turns)
    pairs = min(turns, room)
    numbers = turns * (TURN + cost.STEPS * size + pairs * (PAIR + 4 * size)) + evaluations * (PAIR + cost.STEPS * size)
    return Cost(numbers, 2 * cost.BYTES * (room + pairs * (size + 10)) + cost.OBJECTS)


def by_hand(
    param, grad, state, *, lr, max_iter, max_eval, tolerance_grad, tolerance_change, history_size, line_search_fn
) -> Steps:
    """One step(closure): up to max_iter turns of direction, step length and move. `grad` is the closure."""
    x, shape = np.ravel(param), np.shape(param)
    most = max_iter * 5 // 4 if max_eval is None else max_eval
    memory = remembered(state)
    loss, g = at(grad, x, shape)
    evaluations = 1
    found = not np.abs(g).max() <= tolerance_grad
    for turn in range(1, max_iter + 1) if found else ():
        memory["n_iter"] += 1
        g = yield Step(f"gradient[{turn}]", r"g_k = \nabla f(x_k)", g, given=True)
        d = yield from direction(turn, g, memory, history_size)
        slope = yield from slope_along(turn, g, d)
        before, memory["prev_loss"], memory["prev_flat_grad"] = loss, loss, g
        t = min(1.0, 1.0 / np.abs(g).sum()) * lr if memory["n_iter"] == 1 else lr
        memory |= {"d": d, "t": t}
        if slope > -tolerance_change:
            break
        line = Line(lambda y: at(grad, y, shape), x, d, Trial(np.zeros(()), loss, g, slope))
        best = None
        if line_search_fn is not None:
            best = yield from searched(turn, line, t, tolerance_change, most - evaluations)
        t = yield from step_length(turn, g, lr, memory, best)
        moved = x + t * d
        x = yield from point(turn, x, t, d)
        memory["t"] = t
        if best is not None:
            loss, g = (best.loss, best.grad) if np.array_equal(x, moved) else at(grad, x, shape)
            evaluations += len(line.tried)
        elif turn < max_iter:
            loss, g = at(grad, x, shape)
            evaluations += 1
        if evaluations >= most or np.abs(g).max() <= tolerance_grad or turn == max_iter:
            break
        if np.abs(d * t).max() <= tolerance_change or abs(loss - before) < tolerance_change:
            break
    memory["func_evals"] += evaluations
    new = yield Step(
        "param",
        r"\theta^{\text{new}} = x_{k+1} \text{ of the last turn}",
        x.reshape(shape),
        words="The point at which the last turn ended.",
    )
    return new, memory


def direction(turn, g, memory, history_size) -> Steps:
    """Against the gradient at first; then the two-loop recursion over the pairs that are kept."""
    if memory["n_iter"] == 1:
        memory |= {"old_dirs": [], "old_stps": [], "ro": [], "H_diag": 1}
        d = yield Step(
            f"direction[{turn}]",
            "d_k = -g_k",
            -g,
            worked=lambda: formula("-<gradient>", gradient=vector(f"gradient[{turn}]", g)),
            words="At first, against the gradient.",
        )
        return d
    y = yield Step(
        f"gradient_change[{turn}]",
        r"y_k = g_k - g_{k-1}",
        g - memory["prev_flat_grad"],
        words="By how much the gradient has changed since the last turn.",
    )
    s = yield Step(
        f"move[{turn}]", r"s_k = t_{k-1}\, d_{k-1}", memory["d"] * memory["t"], words="How far the last turn moved."
    )
    curvature = yield Step(
        f"curvature[{turn}]",
        r"y_k \cdot s_k = \sum_i y_{k,i}\, s_{k,i}",
        y @ s,
        worked=lambda: dot(f"gradient_change[{turn}]", y, f"move[{turn}]", s),
        words="Change of the gradient times the move, added up: above 0 where the loss curves up.",
    )
    if curvature > LEAST_CURVATURE:
        _keep(memory, y, s, curvature, history_size)
        memory["H_diag"] = yield Step(
            f"scale[{turn}]",
            r"H_k = \frac{y_k \cdot s_k}{y_k \cdot y_k}",
            curvature / (y @ y),
            worked=lambda: formula(
                r"\frac{<curvature>}{<square>}",
                curvature=of(f"curvature[{turn}]", curvature),
                square=dot(f"gradient_change[{turn}]", y, f"gradient_change[{turn}]", y),
            ),
            words="The newest pair's curvature over its squared change of the gradient.",
            called="one over the curvature",
        )
    d = yield from two_loops(turn, g, memory, history_size)
    return d


def _keep(memory, y, s, curvature, history_size) -> None:
    """Adds a pair; where the history is full, the oldest one goes. ValueError if it has no room for any."""
    if history_size < 1:
        raise Refusal("history_size is {history_size}; expected room for at least one pair.", history_size=history_size)
    room = slice(1, None) if len(memory["old_dirs"]) == history_size else slice(None)
    for name, new in (("old_dirs", y), ("old_stps", s), ("ro", 1.0 / curvature)):
        memory[name] = [*memory[name][room], new]


def two_loops(turn, g, memory, history_size) -> Steps:
    """The direction −H g from the pairs alone: from the newest pair to the oldest, then back."""
    ys, ss, rhos = memory["old_dirs"], memory["old_stps"], memory["ro"]
    q, alphas = -g, np.zeros(len(ys))
    for i in reversed(range(len(ys))):
        alphas[i] = rhos[i] * (ss[i] @ q)
        q = q - alphas[i] * ys[i]
    if ys:
        alphas = yield Step(
            f"alpha[{turn}]",
            r"\alpha_i = \rho_i\, s_i \cdot q, \quad q \leftarrow q - \alpha_i y_i",
            alphas,
            words="From the newest pair to the oldest: how much of each move lies in what is left.",
            called="share of each old move",
        )
        q = -g
        for i in reversed(range(len(ys))):
            q = q - alphas[i] * ys[i]
    memory["al"] = [*alphas, *memory.get("al", [None] * history_size)[len(alphas) :]]
    r = q * memory["H_diag"]
    for i in range(len(ys)):
        r = r + (alphas[i] - rhos[i] * (ys[i] @ r)) * ss[i]
    d = yield Step(
        f"direction[{turn}]",
        r"r = H_k\, q, \quad r \leftarrow r + (\alpha_i - \rho_i\, y_i \cdot r)\, s_i, \quad d_k = r",
        r,
        words="Scale what is left, then from the oldest pair to the newest add what each still lacks.",
    )
    return d


def slope_along(turn, g, d) -> Steps:
    """How fast the loss falls along the direction."""
    slope = yield Step(
        f"slope[{turn}]",
        r"g_k \cdot d_k = \sum_i g_{k,i}\, d_{k,i}",
        g @ d,
        worked=lambda: dot(f"gradient[{turn}]", g, f"direction[{turn}]", d),
        words="How fast the loss falls along the direction: gradient times direction, added up.",
        called="slope along the direction",
    )
    return slope


def searched(turn, line, t, tolerance_change, most) -> Steps:
    """The line search, which starts at step length t: shows what it tried, and returns the trial to go on with."""
    best = strong_wolfe(line, t, tolerance_change, most)
    lengths = np.array([trial.t for trial in line.tried], dtype=np.float64)
    losses = np.array([trial.loss for trial in line.tried], dtype=np.float64)
    yield Step(f"tried[{turn}]", r"t = \text{step lengths tried}", lengths, given=True)
    yield Step(f"losses_tried[{turn}]", r"f(x_k + t\, d_k) = \text{their losses}", losses, given=True)
    return best


def step_length(turn, g, lr, memory, best) -> Steps:
    """The learning rate, shortened in the very first turn; or what the line search has found, the trial `best`."""
    if best is not None:
        t = yield Step(f"step_length[{turn}]", r"t_k = \text{found by the line search}", best.t, given=True)
    elif memory["n_iter"] == 1:
        t = yield Step(
            f"step_length[{turn}]",
            r"t_k = \gamma\, \min\!\left(1, \frac{1}{\sum_i |g_i|}\right)",
            np.asarray(memory["t"]),
            worked=lambda: formula(
                r"<lr> \cdot \min\!\left(1, \frac{1}{<sizes>}\right)", lr=lr, sizes=total("size_of_gradient", np.abs(g))
            ),
            words="Kept short at first: 1 over the sum of the gradient's sizes (at most 1), times the rate.",
        )
    else:
        t = yield Step(f"step_length[{turn}]", r"t_k = \gamma", np.asarray(lr, dtype=np.float64), given=True)
    return t


def point(turn, x, t, d) -> Steps:
    """The point at which the turn ends."""
    moved = yield Step(
        f"point[{turn}]",
        r"x_{k+1} = x_k + t_k\, d_k",
        x + t * d,
        worked=lambda: formula(
            r"<x> + <step_length> \cdot <direction>",
            x=vector(f"point[{turn - 1}]" if turn > 1 else "place", x),
            step_length=of(f"step_length[{turn}]", t),
            direction=vector(f"direction[{turn}]", d),
        ),
        words="Go the step length along the direction.",
    )
    return moved


def remembered(state) -> dict:
    """A copy of what torch holds, with the counts that it starts from."""
    return {"func_evals": 0, "n_iter": 0, **{k: list(v) if isinstance(v, list) else v for k, v in state.items()}}


def at(closure, x, shape):
    """Loss and gradient at a point, both as flat float64 arrays."""
    loss, g = closure(x.reshape(shape))
    return np.float64(loss), np.ravel(g).astype(np.float64)


def vector(name, numbers) -> Formula:
    """The numbers of a vector, which come from the step `name`."""
    return formula(r"\left(<numbers>\right)", numbers=joined((formula("<x>", x=of(name, x)) for x in numbers), r",\, "))


def dot(a, numbers, b, others) -> Formula:
    """The numbers of step a times those of step b, added up."""
    pairs = zip(numbers, others, strict=True)
    return joined((formula(r"<x> \cdot <y>", x=of(a, x), y=of(b, y)) for x, y in pairs), " + ")


def pairs(given, done):
    """The pairs that are kept in this turn, (y, s), the oldest first: the state's, and those of this step's turns."""
    kept = list(zip(given["state"].get("old_dirs", []), given["state"].get("old_stps", []), strict=True))
    for name in [name for name in done if name.startswith("curvature[")]:
        turn = name.removeprefix("curvature")
        if done[name] > LEAST_CURVATURE:
            kept.append((done[f"gradient_change{turn}"], done[f"move{turn}"]))
    return kept[-given["history_size"] :]


def after_the_first_loop(given, done):
    """The scaled q that the first loop leaves; the direction as it is where there is no pair."""
    if "alpha" not in done:
        return done["direction"]
    q = -done["gradient"]
    for alpha, (y, _) in zip(done["alpha"], pairs(given, done), strict=True):
        q = q - alpha * y
    return q * done.get("scale", given["state"].get("H_diag", 1))


def at_first(length):
    """Takes `length` of the gradient for the step length of the first turn; later ones stay as they are."""
    return lambda given, done: done["step_length"] if "gradient[2]" in done else length(given, done["gradient"])


def first_turn(given):
    return given["state"].get("n_iter", 0) == 0


MISTAKES = {
    "goes_up": Mistake(
        {"direction": lambda given, done: -done["direction"]},
        "You went up: the direction is the negative of H times the gradient.",
    ),
    "old_minus_new": Mistake(
        {"gradient_change": lambda given, done: -done["gradient_change"]},
        "You took the new gradient from the old one. It is the other way round: new minus old.",
    ),
    "gradient_for_the_change": Mistake(
        {"gradient_change": lambda given, done: done["gradient"]},
        "You took the new gradient itself. It is the new gradient minus the old one.",
    ),
    "move_without_the_step_length": Mistake(
        {"move": lambda given, done: done.get("direction", given["state"].get("d"))},
        "You left the step length out: the move is the step length times the direction.",
    ),
    "point_for_the_move": Mistake(
        {"move": lambda given, done: done.get("point", np.ravel(given["param"]))},
        "You took the point. The move is how far the last turn went: step length times direction.",
    ),
    "move_times_itself": Mistake(
        {"curvature": lambda given, done: done["move"] @ done["move"]},
        "You multiplied the move with itself. Here it is multiplied with the change of the gradient.",
    ),
    "change_times_itself": Mistake(
        {"curvature": lambda given, done: done["gradient_change"] @ done["gradient_change"]},
        "You multiplied the change of the gradient with itself. Here it is multiplied with the move.",
    ),
    "other_barzilai_borwein_length": Mistake(
        {"scale": lambda given, done: done["move"] @ done["move"] / done["curvature"]},
        "You took s·s / y·s, the other Barzilai–Borwein length. PyTorch takes y·s / y·y.",
    ),
    "scale_by_the_move": Mistake(
        {"scale": lambda given, done: done["curvature"] / (done["move"] @ done["move"])},
        "You divided by s·s, which gives the curvature itself. PyTorch takes y·s / y·y.",
    ),
    "scale_upside_down": Mistake(
        {"scale": lambda given, done: 1 / done["scale"]},
        "You turned the fraction upside down: H stands for one over the curvature.",
    ),
    "first_step_not_shortened": Mistake(
        {"step_length": lambda given, done: given["lr"]},
        "You took the learning rate. The very first step is shortened to lr / Σ|g|, if that sum is above 1.",
        when=first_turn,
    ),
    "first_step_by_the_norm": Mistake(
        {"step_length": at_first(lambda given, g: given["lr"] / np.linalg.norm(g))},
        "You divided by the length of the gradient (root of the squares). PyTorch adds up the sizes.",
        when=first_turn,
    ),
    "first_step_by_the_largest": Mistake(
        {"step_length": at_first(lambda given, g: given["lr"] * min(1.0, 1 / np.abs(g).max()))},
        "You divided by the largest size of the gradient. PyTorch adds up the sizes.",
        when=first_turn,
    ),
    "first_step_upside_down": Mistake(
        {"step_length": at_first(lambda given, g: given["lr"] * np.abs(g).sum())},
        "You multiplied by the sum of the sizes. The first step is divided by it.",
        when=first_turn,
    ),
    "every_step_shortened": Mistake(
        {"step_length": lambda given, done: given["lr"] * min(1.0, 1 / np.abs(done["gradient"]).sum())},
        "You shortened a later step too. Only the very first one is; after it the step length is lr.",
    ),
    "leaves_out_lr": Mistake(
        {"step_length": lambda given, done: done["step_length"] / given["lr"]},
        "You left the learning rate out of the step length.",
        when=lambda given: given["lr"] not in (0, 1) and given["line_search_fn"] is None,
    ),
    "always_against_the_gradient": Mistake(
        {"direction": lambda given, done: -done["gradient"]},
        "You went against the gradient again. After the first turn the direction comes from the pairs.",
    ),
    "scaled_gradient_alone": Mistake(
        {"direction": lambda given, done: -done["scale"] * done["gradient"] if "scale" in done else done["direction"]},
        "You left the two loops out: the scale alone times the gradient is not yet the direction.",
    ),
    "leaves_out_the_second_loop": Mistake(
        {"direction": lambda given, done: after_the_first_loop(given, done)},
        "You left the second loop out: from the oldest pair to the newest each adds what is still lacking.",
    ),
    "leaves_out_rho": Mistake(
        {"alpha": lambda given, done: done["alpha"] * done["curvature"]},
        "You left ρ out: each α is divided by the pair's y·s.",
    ),
    "stays_where_it_was": Mistake(
        {"point": lambda given, done: done["point"] - done["step_length"] * done["direction"]},
        "You stayed where you were. The new point is the old one plus the step length times the direction.",
    ),
    "takes_the_step_away": Mistake(
        {"point": lambda given, done: done["point"] - 2 * done["step_length"] * done["direction"]},
        "You took the step away. The direction points down already: add it.",
    ),
}

LESSON = Optimizer(
    title="L-BFGS",
    torch=optim.LBFGS,
    order=10,
    names=("有限内存BFGS", "拟牛顿法", "limited-memory BFGS", "quasi-Newton", "line search", "strong Wolfe"),
    purpose="Takes Newton-like steps, with the curvature read off its own last moves.",
    use_when="The problem is small and smooth and you can compute its whole loss: fitting a curve, style transfer, "
    "physics-informed networks, a convex model. A few dozen evaluations often do what SGD needs thousands for.",
    not_when="Gradients come from mini-batches: their noise is taken for curvature. "
    "Or the model is large: the history holds two vectors of the model's size per pair.",
    formula=r"d = -H g, \qquad H \approx (\nabla^2 f)^{-1} \text{ from pairs } (s, y)",
    symbols=(
        (r"x_k", "the parameter in turn k, as one long vector"),
        (r"g_k", "the gradient there"),
        (r"d_k", "the direction"),
        (r"t_k", "the step length along it"),
        (r"\gamma", "lr: the learning rate"),
        (r"s_k, y_k", "the last move, and the change of the gradient over it: a pair"),
        (r"\rho_i", "one over y·s of pair i"),
        (r"\alpha_i", "how much of move i lies in q"),
        (r"q, r", "the vectors that the two loops work on"),
        (r"H_k", "the scale: y·s over y·y of the newest pair"),
        (r"f", "the loss that the closure returns"),
    ),
    parameters=(
        Number("lr", 1, "The step length, except in the very first turn; with a line search, where the search starts."),
        Number("max_iter", 20, "Turns in one step().", (1, 5), integer=True),
        Number(
            "max_eval",
            None,
            "Evaluations of the closure in one step(); none: a quarter more than max_iter.",
            (7,),
            integer=True,
            rare=True,
            optional=True,
        ),
        Number("tolerance_grad", 1e-7, "Stop when no element of the gradient is larger.", (1e-2,), rare=True),
        Number("tolerance_change", 1e-9, "Stop when loss or parameter change less.", (1e-3,), rare=True),
        Number("history_size", 100, "How many pairs are kept.", (2,), integer=True, rare=True),
        Choice(
            "line_search_fn",
            None,
            (None, "strong_wolfe"),
            "None goes the learning rate along the direction; strong_wolfe looks for a good length.",
        ),
    ),
    examples=(
        Example(
            "A long valley",
            {"objective": "quadratic", "start": [2.0, 1.0], "updates": 3, "max_iter": 4},
            "One step() makes four turns. Turn 2 knows one pair, and the direction already turns along the valley.",
        ),
        Example(
            "Rosenbrock with a line search",
            {"objective": "rosenbrock", "start": [-1.5, 2.0], "updates": 4, "line_search_fn": "strong_wolfe"},
            "With a line search the banana is solved in three calls of step().",
        ),
        Example(
            "Rosenbrock without one",
            {"objective": "rosenbrock", "start": [-1.5, 2.0], "updates": 2},
            "The same start with full steps: after one step() of twenty turns the loss is still above 3.",
        ),
        Example(
            "One turn per step",
            {"objective": "beale", "start": [1.0, 1.0], "updates": 20, "max_iter": 1, "lr": 0.5},
            "With max_iter=1 every step() is one move, and the pair waits for the gradient of the next call.",
        ),
        Example(
            "Two pairs only",
            {"objective": "himmelblau", "start": [4.0, 4.0], "updates": 5, "max_iter": 3, "history_size": 2, "lr": 0.5},
            "The history holds the last two pairs; older curvature is forgotten.",
        ),
        Example(
            "Noise taken for curvature",
            {"objective": "noisy quadratic", "start": [2.0, 1.0], "updates": 10, "max_iter": 1},
            "Every step sees other noise, so the change of the gradient is not curvature: update 4 leaps 23 away.",
        ),
    ),
    by_hand=by_hand,
    questions={
        "why": question(
            "Why does it want a closure, and not just gradients?",
            (
                "Within one step() it asks for loss and gradient at several points.",
                "It chooses these points itself, so it must be able to ask.",
            ),
            ("Because it has no learning rate.", "It has one: lr, 1 by default."),
            ("So that the gradients are set to 0.", "The closure does that too, but any loop could."),
        ),
        "without_numbers": question(
            "The loss is multiplied by 100. Once it has learned the curvature, its direction …",
            (
                "stays the same",
                "Gradients are a hundred times as large, and so is the curvature that they are divided by.",
            ),
            ("is a hundred times as long", "That is gradient descent. Here the curvature is divided out."),
            ("is a hundredth as long", "The curvature has grown, but so has the gradient."),
        ),
    },
    mistakes=MISTAKES,
    pitfalls=(
        Pitfall(
            "step() needs a closure",
            "It clears the gradients, computes the loss, calls backward and returns the loss: "
            "optimizer.step(closure), not optimizer.step().",
            error="missing 1 required positional argument: 'closure'",
            values={"grad": np.zeros(2)},
        ),
        Pitfall(
            "No line search by default",
            "The steps are as long as lr says, and far from the minimum that may be much too far. "
            "Try line_search_fn='strong_wolfe' first.",
        ),
        Pitfall(
            "Any other line search",
            "strong_wolfe is the only one.",
            error="only 'strong_wolfe' is supported",
            values={"line_search_fn": "armijo"},
        ),
        Pitfall(
            "The loss that step() returns is old",
            "It is the loss before the step. Compute it once more to see where you are.",
        ),
        Pitfall(
            "No parameter groups",
            "All parameters make one long vector: LBFGS doesn't support per-parameter options.",
        ),
        Pitfall(
            "max_iter=1 with a line search",
            "max_eval is then 1, so the search may try the first length only: in effect there is no search.",
        ),
    ),
    article="The article prints tolerance_grad=1e-05; in PyTorch 2.13 it is 1e-07. "
    "It does not say that step() needs a closure, nor that there is no line search unless asked for.",
    references=(
        Reference(
            "Liu, Nocedal, On the limited memory BFGS method for large scale optimization (1989)",
            "https://doi.org/10.1007/BF01589116",
        ),
        Reference(
            "Nocedal, Wright, Numerical Optimization (2006), chapters 3 and 7",
            "https://doi.org/10.1007/978-0-387-40065-5",
        ),
        Reference(
            "Schmidt, minFunc, which PyTorch's code follows", "https://www.cs.ubc.ca/~schmidtm/Software/minFunc.html"
        ),
    ),
    tries=(
        Try("What if it searched along the line?", {"line_search_fn": "strong_wolfe"}),
        Try("What if steps were half as long?", {"lr": 0.5}),
    ),
    check=check,
    cost=cost_of_turns,
    gradient="closure",
    exact="Dot products are added up in another order than PyTorch does, and every turn builds on the last: "
    "far along a path the two may part by more than rounding.",
)
