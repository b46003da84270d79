"""Records are compared, hashed and printed by their fields."""

from __future__ import annotations

from dataclasses import field, replace

import pytest

from report_builder.records import frozen, named


@frozen
class Point:
    """Two numbers, and a note that takes no part in comparisons."""

    x: int
    y: int = 0
    note: str = field(default="", compare=False, repr=False)


@named
class Named(Point):
    """A subclass with a name."""

    name: str


def test_values_with_the_same_fields_are_one() -> None:
    """Records with equal compared fields are equal and have equal hashes; another class with the same fields differs."""
    assert Point(1, note="a") == Point(1, note="b") != Point(1, 2)
    assert {Point(1): "found"}[Point(1, note="b")] == "found"
    assert Named(x=1, name="") != Point(1)


def test_a_value_prints_its_fields() -> None:
    """A record prints as it would be written, without the hidden fields."""
    assert repr(Named(x=1, name="n", note="hidden")) == "Named(x=1, y=0, name='n')"


def test_a_value_is_a_dataclass() -> None:
    """A record can be copied with a change, and a missing field is an error."""
    assert replace(Point(1), y=3) == Point(1, 3)
    with pytest.raises(TypeError, match="name"):
        Named(x=1)  # type: ignore[call-arg]
