"""The grammar of an experiment file: types, defaults, bounds and choices of each key, on which keys and reports depend."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from report_builder.spec.grammar import Experiment, columns_for

TABLE = json.loads((Path(__file__).parent / "grammar.json").read_text(encoding="utf-8"))


def bare(schema: Any) -> Any:
    """Return a schema without its text for people."""
    if isinstance(schema, dict):
        words = {key for key in ("description", "title") if isinstance(schema.get(key), str)}
        return {key: bare(value) for key, value in schema.items() if key not in words}
    return [bare(each) for each in schema] if isinstance(schema, list) else schema


def grammar() -> dict[str, dict[str, Any]]:
    """Return the keys of each part of the file, and which of them are required."""
    schema = Experiment.model_json_schema()
    parts = {"Experiment": schema, **schema.pop("$defs")}
    return {name: bare(part.get("properties", {})) | {"must": part.get("required", [])} for name, part in parts.items()}


@pytest.mark.parametrize("part", TABLE)
def test_keys(part: str) -> None:
    """Each part of the file has the keys of the table."""
    assert grammar()[part] == TABLE[part]


def test_every_part_is_held() -> None:
    """No part of the grammar is missing from the table."""
    assert {*grammar()} == {*TABLE}


@pytest.mark.parametrize(("parts", "asked", "columns"), [(2, 0, 2), (3, 0, 3), (4, 0, 2), (5, 0, 3), (6, 2, 2), (2, 4, 2)])
def test_columns_of_figures_side_by_side(parts: int, asked: int, columns: int) -> None:
    """Three columns at most if none are asked for, and two for four figures, which fill two rows."""
    assert columns_for(parts, asked) == columns
