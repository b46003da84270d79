"""What an experiment file may hold, key by key: types, defaults, bounds and choices; defaults are in keys and in reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from report_builder.spec.grammar import Experiment

TABLE = json.loads((Path(__file__).parent / "grammar.json").read_text(encoding="utf-8"))


def bare(schema: Any) -> Any:
    """A schema without its words for people."""
    if isinstance(schema, dict):
        words = {key for key in ("description", "title") if isinstance(schema.get(key), str)}
        return {key: bare(value) for key, value in schema.items() if key not in words}
    return [bare(each) for each in schema] if isinstance(schema, list) else schema


def grammar() -> dict[str, dict[str, Any]]:
    """The keys of each part of the file, and which of them must be given."""
    schema = Experiment.model_json_schema()
    parts = {"Experiment": schema, **schema.pop("$defs")}
    return {name: bare(part.get("properties", {})) | {"must": part.get("required", [])} for name, part in parts.items()}


@pytest.mark.parametrize("part", TABLE)
def test_keys(part: str) -> None:
    """A part of the file has these keys."""
    assert grammar()[part] == TABLE[part]


def test_every_part_is_held() -> None:
    """No part of the grammar is left out of the table."""
    assert {*grammar()} == {*TABLE}
