"""A value that an object works out when it is asked for, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Made = TypeVar("Made")


class once(Generic[Made]):
    """As functools.cached_property, which until Python 3.12 holds one lock for all objects of a class.

    With that lock a visitor whose numbers are cheap waits for another one's that are costly. Here two threads that ask
    the same object at the same time work it out twice, which changes nothing: all that is kept so is never changed.
    """

    def __init__(self, make: Callable[[Any], Made]) -> None:
        self.make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> once[Made]: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Made: ...
    def __get__(self, instance: object | None, owner: type) -> Made | once[Made]:
        if instance is None:
            return self
        made = instance.__dict__[self.name] = self.make(instance)  # found there from now on, before it gets here
        return made
