"""Stand-ins for modules that are not here, so that a file that imports them loads.

Real files import matplotlib, pandas or IPython at the top, whether the function needs them or not. What draws or shows
progress does nothing here, and a warning says so once; what computes fails when it is used, on the learner's own line.
torch, and everything else that is missing, cannot be imported: the exercise is to do without.
"""

from __future__ import annotations

import sys
import types
import warnings
from collections.abc import Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

import numpy as np

DRAWING = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "google", "tqdm")
COMPUTING = ("pandas", "scipy", "sklearn", "sympy")
RIVALS = ("torch", "torchvision", "tensorflow", "keras", "jax", "flax", "optax", "autograd", "mxnet", "paddle")


class Inert:
    """Stands for anything in a module that draws; every attribute, call and item of it is another one."""

    _name: str

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):  # what Python itself looks for: it has no __array__, no __len__, no __wrapped__
            raise AttributeError(name)
        return Inert(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        pass

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        whole = self._name.partition(".")[0]
        warnings.warn(f"{whole} is not here: {self._name}() does nothing", stacklevel=2)
        return _called(self._name, args, kwargs)

    def __getitem__(self, key: object) -> Inert:
        return Inert(self._name)

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __enter__(self) -> Inert:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def __or__(self, other: object) -> Any:  # in a type: `plt.Axes | None`
        return self

    __ror__ = __or__


def _called(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a call gives back: something to go on with, in the shape that the caller unpacks."""
    last = name.rpartition(".")[2]
    if last == "subplots":
        return Inert(name), _axes(name, *args, **kwargs)
    if name.startswith("tqdm"):
        return range(*args) if last == "trange" else args[0] if args else Inert(name)
    return args[0] if _decorates(args, kwargs) else Inert(name)


def _axes(name: str, nrows: int = 1, ncols: int = 1, **ignored: Any) -> Any:
    """One drawing area, or an array of them, as matplotlib does it."""
    areas = np.full((nrows, ncols), Inert(name), dtype=object)
    return areas[0, 0] if areas.size == 1 else areas.squeeze()


def _decorates(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    return len(args) == 1 and not kwargs and isinstance(args[0], types.FunctionType)


class Absent(Inert):
    """Stands for anything in a module that computes: it can be named, in an import or in a type, but not used."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        whole = self._name.partition(".")[0]
        raise RuntimeError(f"{self._name}() cannot be used: {whole} is not here. Work with NumPy")

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        return Absent(f"{self._name}.{name}")

    def __iter__(self) -> Iterator[Any]:
        return self()

    def __getitem__(self, key: object) -> Inert:
        return Absent(self._name)


class StandIn(types.ModuleType):
    """A module of inert things."""

    def __getattr__(self, name: str) -> Inert:
        if name.startswith("__"):
            raise AttributeError(name)
        kind = Absent if self.__name__.partition(".")[0] in COMPUTING else Inert
        return kind(f"{self.__name__}.{name}")


class NotHere(MetaPathFinder, Loader):
    """The finder that Python asks last for a module: gives a stand-in, or refuses with a reason."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        whole = name.partition(".")[0]
        if whole in (*DRAWING, *COMPUTING):
            return ModuleSpec(name, self, is_package=True)
        why = "write it with NumPy" if whole in RIVALS else "only NumPy and the standard library's computing part are"
        raise ModuleNotFoundError(f"{name} is not here: {why}", name=name)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def install() -> None:
    """From here on a module is one that is loaded already, or a stand-in: nothing is looked for in files."""
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [*sys.meta_path[:2], NotHere()]  # built-in and frozen modules, which need no file
