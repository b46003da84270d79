"""Meaning of a parameter to the plan, stated by its type: `split: Annotated[str, Role.SPLIT] = Field(default="test", ...)`."""

from __future__ import annotations

from enum import Enum, auto
from typing import Any

from pydantic import BaseModel


class Role(Enum):
    """A meaning that a parameter may have in any kind; a parameter without one concerns only its kind."""

    SPLIT = auto()
    """Part of the data set; it must be there. Of a metric the scope in the names of its facts."""
    FIGURE = auto()
    """Of a metric: id of the figure whose images it measures; filled in from `of`, and its scope."""
    PROBE = auto()
    """A probe `{kind, parameter: value, ...}` inside: of a metric the one whose images it measures, and its id is its scope."""
    JUDGE = auto()
    """Id of the run that judges; keys of facts contain what was trained, not the id."""
    CLASSES = auto()
    """The classes that images show, by name or place; a judge must know them."""
    TERMS = auto()
    """Logged terms or lists of them, all of which the runs must log."""
    WIDTH = auto()
    """Of a figure: its width on paper in cm; filled in from the column in which the figure stands."""
    PATH = auto()
    """Of a data set: where its files are. It only says where the bytes lie, and is in no key."""
    LATENT = auto()
    """Of a model: dimensions of its code, where that is one vector."""
    WHAT = auto()
    """Of a metric: says what is measured (how many images, which ends), not how: two values that differ in it may compare."""


SUBJECT = (Role.SPLIT, Role.FIGURE, Role.PROBE, Role.WHAT)  # say what a metric measures, not how


def names_of(parameters: type[BaseModel], *roles: Role) -> tuple[str, ...]:
    """Names of the parameters that have one of these roles."""
    return tuple(name for name, field in parameters.model_fields.items() if any(role in field.metadata for role in roles))


def by_role(parameters: BaseModel, *roles: Role) -> dict[str, Any]:
    """Values of the parameters that have one of these roles and are not None, by name."""
    names, given = names_of(type(parameters), *roles), dict(parameters)
    return {name: given[name] for name in names if given[name] is not None}
