"""Values at key paths in plain data."""

from __future__ import annotations

import pytest

from report_builder.plain import at, fields, rows, under

DATA = {"runs": {"vae": {"model": "vae", "layers": [{"units": 3}, "Flatten", {"units": 5}], "none": None}}}
PLACES = [
    ((), DATA),
    (("runs", "vae", "model"), "vae"),
    (("runs", "vae", "layers", 2, "units"), 5),
    (("runs", "vae", "layers", "0", "units"), 3),
    (("runs", "vae", "layers", 3), None),
    (("runs", "vae", "layers", "units"), None),
    (("runs", "vae", "model", 0), None),
    (("runs", "vae", "none", "a"), None),
    (("runs", "gan"), None),
]


@pytest.mark.parametrize(("path", "value"), PLACES)
def test_what_stands_at_a_key_path(path, value):
    """Keys and list indices (numbers or digits) lead to a value, and to None if there is none."""
    assert at(DATA, path) == value


def test_only_mappings_are_fields_and_rows():
    """Only a mapping has fields, and only mappings are rows of a list."""
    assert fields(DATA, "runs", "vae", "layers", 0) == {"units": 3}
    assert fields(DATA, "runs", "vae", "model") == fields(DATA, "data") == {}
    assert rows(DATA, "runs", "vae", "layers") == [{"units": 3}, {"units": 5}]
    assert rows(DATA, "runs") == rows(None) == []


@pytest.mark.parametrize("path", [("a",), ("a", "b", "c")])
def test_a_value_under_a_key_path_stands_there(path):
    """`at` returns what `under` was given, and `under` adds nothing else."""
    found = under(path, 1)
    assert at(found, path) == 1
    assert list(found) == ["a"]
