"""What a lesson on an optimizer is made of: a hand calculation of one update, and a set-up to run it on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from lib.budget import Cost
from lib.lesson.cost import of_update
from lib.lesson.objectives import OBJECTIVES, TYPED
from lib.lesson.spec import AsIs, Choice, Number, Parameter, Reference, Steps, Tensor, Topic

PARAM = Tensor("param", "the parameter before the update")
GRAD = Tensor("grad", "the gradient of the loss with respect to the parameter")
STATE = AsIs("state", {}, "what the optimizer remembers of this parameter; nothing before the first update")
GRADIENTS: Mapping[str, Parameter] = {
    "dense": GRAD,
    "sparse": AsIs("grad", None, "the rows that have a gradient, and the gradients: (indices, values)"),
    "closure": AsIs("grad", None, "a function that gives loss and gradient at any parameter"),
}

SET_UP: tuple[Parameter, ...] = (
    Choice("objective", "bowl", (*OBJECTIVES, TYPED), "What is minimised."),
    Tensor("start", "where the parameter starts", default=[2.0]),
    Tensor("grads", "a list with one gradient per update, each in the parameter's shape", default=[[1.0]], rare=True),
    Number("updates", 20, "How many updates are made.", integer=True),
    Number("drop_at", 0, "From this update on the learning rate is another one; 0: it stays.", integer=True, rare=True),
    Number("drop_to", 0.01, "The learning rate after the drop.", rare=True),
)


def _as_it_is(state: Mapping[str, Any], given: Mapping[str, Any]) -> Mapping[str, Any]:
    return state


@dataclass(frozen=True, eq=False)
class Convention:
    """Another framework's or paper's update under the same name: a coroutine like the lesson's own.

    `values` set up a run in which the two part (or stay together, if `parts` is false: then `says` tells why).
    `in_torchs_terms(state, given)` writes its buffers as torch would hold them, so that they can be compared.
    """

    name: str
    says: str
    by_hand: Callable[..., Steps]
    values: Mapping[str, Any]
    parts: bool = True
    in_torchs_terms: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]] = _as_it_is
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Optimizer(Topic):
    """One optimizer of torch.optim.

    `by_hand(param, grad, state, *, …)` yields the steps of one update, the last one named `param`, and returns
    `(param, state)`: state is `{}` before the first update and then exactly what torch holds, under torch's names.
    `gradient` says what `grad` is: an array ("dense"), (indices, values) ("sparse"), or a function of the parameter
    that gives loss and gradient ("closure"). `sweeps` names the parameter that the map of learning rates is drawn
    over, where the update works element by element: `lr` and it may then be arrays that stretch over param.
    `cost(given)` is that of one update, and its bytes are those of an update that is kept.
    An example's values are the set-up (`SET_UP`) and torch's own arguments.
    """

    tensors: tuple[Tensor, ...] = (PARAM, GRAD)
    group: str = "optimizers"
    cost: Callable[[Mapping[str, Any]], Cost] = of_update
    gradient: Literal["dense", "sparse", "closure"] = "dense"
    param_axes: int = 1  # how many axes a parameter has at least
    sweeps: str = ""  # "momentum"; "betas[0]" for one of several numbers
    sweep_range: tuple[float, float] = (0.0, 0.99)
    conventions: tuple[Convention, ...] = ()
    speed_only: Mapping[str, str] = field(default_factory=dict)  # arguments that change no number, and what they do
    article: str = ""  # what the source article says, put right
    exact: str = ""  # where torch's own rounding shows, and how far the two may part

    @property
    def fields(self) -> tuple[Parameter, ...]:
        return (PARAM, GRADIENTS[self.gradient], STATE, *self.parameters)

    @property
    def form(self) -> tuple[Parameter, ...]:
        return (*SET_UP, *self.parameters)


OPTAX = Reference("optax documentation", "https://optax.readthedocs.io/en/latest/api/optimizers.html")


def keras(name: str) -> Reference:
    """Keras' own page on its optimizer of that name."""
    return Reference(f"Keras documentation: {name}", f"https://keras.io/api/optimizers/{name.lower()}/")


SPEED_ONLY = {
    "foreach": "updates many parameters in one go, which is faster on a GPU",
    "fused": "does the whole update in one kernel",
    "capturable": "lets a CUDA graph record the update",
    "differentiable": "lets autograd look through the update itself",
}


def speed_only(*names: str) -> dict[str, str]:
    """Arguments that change no number, and what they do."""
    return {name: SPEED_ONLY[name] for name in names}
