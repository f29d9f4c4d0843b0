"""Stand-ins for modules that are not here, so that a file that imports them loads.

Real files import matplotlib, pandas or torch at the top, whether the function needs them or not. What draws, shows
progress or only makes faster does nothing here, and a warning says so once. What computes can be named (in a type, as
the base of a class, as a decorator) and fails when it is used, on the learner's own line: of torch it is said that the
exercise is to do without. Whoever catches the ImportError of torch gets it, and everything else that is missing cannot
be imported.
"""

from __future__ import annotations

import builtins
import sys
import types
import warnings
from collections.abc import Callable, Iterator, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

import numpy as np

from lib.sandbox.inside.faults import FILE

DRAWING = ("matplotlib", "mpl_toolkits", "seaborn", "plotly", "IPython", "ipywidgets", "google", "tqdm")
DECORATING = ("numba", "pytest")
COMPUTING = ("pandas", "scipy", "sklearn", "sympy", "asyncio", "multiprocessing", "gzip", "tarfile")
OF_NUMPY = ("numpy.f2py", "numpy.distutils")  # compile programs
RIVALS = ("torch", "torchvision", "tensorflow", "keras", "jax", "flax", "optax", "autograd", "mxnet", "paddle")

_IMPORTING = ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap_external>")


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
        if whole not in DECORATING:
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

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        """Lets a class derive from it. Of several only the first becomes a base, as no class can be one twice."""
        first = next(base for base in bases if isinstance(base, Inert))
        return (type("Base", (Base,), {"_stands_for": self}),) if first is self else ()

    def __instancecheck__(self, value: object) -> bool:
        return False

    def __subclasscheck__(self, kind: type) -> bool:
        return False


class Base:
    """What a class derives from in place of a class that is not here: it loads, and fails where that one would work."""

    _stands_for: Inert

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def __init_subclass__(cls, **kwargs: Any) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stands_for, name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._stands_for(*args, **kwargs)


def _called(name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What a call gives back: something to go on with, in the shape that the caller unpacks."""
    last = name.rpartition(".")[2]
    if last == "subplots":
        return Inert(name), _axes(name, *args, **kwargs)
    if name.startswith("tqdm"):
        return range(*args) if last == "trange" else args[0] if args else Inert(name)
    if name == "numba.prange":
        return range(*args)
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
        without = ", and the exercise is to do without it" if whole in RIVALS else ""
        raise RuntimeError(f"{self._name}() cannot be used: {whole} is not here{without}. Work with NumPy")

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
        kind = Absent if self.__name__.partition(".")[0] in ("numpy", *COMPUTING, *RIVALS) else Inert
        return kind(f"{self.__name__}.{name}")


def is_stand_in(value: object) -> bool:
    """Whether it is one of ours; asks the value nothing, which may be a learner's."""
    return issubclass(type(value), Inert | StandIn)


class NotHere(MetaPathFinder, Loader):
    """The finder that Python asks last for a module: gives a stand-in, or refuses with a reason."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        whole = name.partition(".")[0]
        if whole in (*DRAWING, *DECORATING, *COMPUTING) or name in OF_NUMPY or (whole in RIVALS and _may_stand_in()):
            return ModuleSpec(name, self, is_package=True)
        why = "write it with NumPy" if whole in RIVALS else "only NumPy and the standard library's computing part are"
        raise ModuleNotFoundError(f"{name} is not here: {why}", name=name)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        return StandIn(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


def _never(line: int) -> bool:
    return False


is_guarded: Callable[[int], bool] = _never  # whether an import on this line is caught where it fails


def _may_stand_in() -> bool:
    """Whether a statement of the file's own imports, which does not expect to fail."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename in (__file__, *_IMPORTING):
        frame = frame.f_back
    return frame.f_code.co_filename == FILE and not is_guarded(frame.f_lineno)


def install() -> None:
    """From here on a module is one that is loaded already, or a stand-in: nothing is looked for in files."""
    sys.path.clear()
    sys.path_importer_cache.clear()
    sys.meta_path[:] = [*sys.meta_path[:2], NotHere()]  # built-in and frozen modules, which need no file
    for name in ("display", "get_ipython"):  # in a notebook they are there without an import
        setattr(builtins, name, Inert(f"IPython.{name}"))
