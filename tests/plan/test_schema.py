"""The JSON Schema with which editors complete and check experiment files."""

from __future__ import annotations

from typing import Any

import pytest

from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS
from report_builder.plan.schema import json_schema

SCHEMA: dict[str, Any] = json_schema()
PARTS = SCHEMA["$defs"]


def kinds(choices: list[dict[str, Any]]) -> list[str]:
    """Return the kinds among choices that are mappings."""
    return [each["properties"]["kind"]["const"] for each in choices if "const" in each.get("properties", {}).get("kind", {})]


@pytest.mark.parametrize("section", ["data", "runs", "sweeps", "metrics", "figures", "subfigures", "tasks"])
def test_a_section_holds_what_has_an_id(section: str) -> None:
    """The entries of a section have ids as keys, and other keys are refused."""
    entries = SCHEMA["properties"][section]
    assert entries["additionalProperties"] is False
    ((pattern, _),) = entries["patternProperties"].items()
    assert pattern.startswith("^[A-Za-z")


@pytest.mark.parametrize(("section", "registry"), [("metrics", METRICS), ("figures", FIGURES)])
def test_entries_of_a_kind(section: str, registry: Any) -> None:
    """An entry has a kind with its parameters and the common keys, or only parameters."""
    (entry,) = SCHEMA["properties"][section]["patternProperties"].values()
    assert kinds(entry["anyOf"]) == [*registry.names()]
    for each, (_, declared) in zip(entry["anyOf"], registry, strict=False):
        assert {"kind", *declared.parameters.model_fields} <= {*each["properties"]}
        assert (each["type"], each["required"], each["additionalProperties"]) == ("object", ["kind"], False)
    *_, inherited, own = entry["anyOf"]
    assert (inherited["required"], inherited["additionalProperties"], "kind" in inherited["properties"]) == ([], False, False)
    assert own["required"] == ["kind"]


@pytest.mark.parametrize(
    ("choices", "registry"),
    [
        (PARTS["Run"]["properties"]["model"]["anyOf"], MODELS),
        (PARTS["Data"]["properties"]["dataset"]["anyOf"], DATASETS),
        (PARTS["Data"]["properties"]["steps"]["items"]["anyOf"], DATA_STEPS),
    ],
)
def test_a_slot_is_a_name_or_a_mapping(choices: list[dict[str, Any]], registry: Any) -> None:
    """The short form names a kind or a file; the long form has its parameters."""
    assert [*choices[0]["enum"]] == [*registry.names()]
    assert kinds(choices) == [*registry.names()]


def test_presets_of_a_model_are_offered() -> None:
    """A model offers its presets, or null for none."""
    offered = {
        each["properties"]["kind"]["const"]: each["properties"] for each in PARTS["Run"]["properties"]["model"]["anyOf"][2:-2]
    }
    for name, model in MODELS:
        found = offered[name].get("preset", {"enum": [None]})["enum"]
        assert found == [*model.presets, None]


def test_the_training() -> None:
    """A learning rate is a number or a schedule, an optimiser its name or a mapping."""
    training = PARTS["Training"]["properties"]
    assert [each.get("type", "kind") for each in training["learning_rate"]["anyOf"]][:1] == ["number"]
    assert len(training["learning_rate"]["anyOf"]) == 7
    names, *mappings = training["optimizer"]["anyOf"]
    assert names["enum"] == sorted(names["enum"])
    assert len(names["enum"]) == len(mappings) > 10


def test_what_stands_in_a_file_alone() -> None:
    """A file may extend another and have profiles, and so need not have all required keys."""
    assert {"extends", "profiles", "default_profile"} <= {*SCHEMA["properties"]}
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert not [name for name in ("Report", "Data", "Run", "Sweep", "Subfigures") if "required" in PARTS[name]]
    assert "required" not in SCHEMA
    assert "Metric" not in PARTS
