"""Dataclasses that are fast to create, for a command that defines two hundred of them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class a dataclass that is compared, hashed and printed by its fields; only the type checker enforces immutability.

    `dataclass(frozen=True)` compiles six functions per class, a tenth of the run time of a short command. This decorator
    compiles only `__init__`; the other methods are shared by all classes.
    """
    return _make(cls, by_name=False)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def named(cls: type[T]) -> type[T]:
    """Like `frozen`, but the class's own fields are keyword-only."""
    return _make(cls, by_name=True)


def _make(cls: type[T], *, by_name: bool) -> type[T]:
    made = dataclass(eq=False, repr=False, kw_only=by_name)(cls)
    every = fields(made)  # type: ignore[arg-type]
    compared, printed = ([one.name for one in every if one.compare], [one.name for one in every if one.repr])
    key = attrgetter(*compared) if compared else type
    methods = {
        "__eq__": lambda one, other: key(one) == key(other) if type(one) is type(other) else NotImplemented,
        "__hash__": lambda one: hash(key(one)),
        "__repr__": lambda one: f"{type(one).__qualname__}({', '.join(f'{name}={vars(one)[name]!r}' for name in printed)})",
    }
    for name, method in methods.items():
        if name not in vars(made) or vars(made)[name] is None:  # a class that defines __eq__ has None as its __hash__
            setattr(made, name, method)
    return made
