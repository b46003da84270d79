"""JSON Schema of the experiment file, for editors: the grammar, with every open slot closed by the kinds there are.

A file may be a variant of another one, and a run may extend another: nothing is required, but what stands there must be known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS, K, Model, Parameters, Registry
from report_builder.spec.grammar import Experiment, Figure, Metric

OWN = {"type": "string", "pattern": r"\.py$", "description": "A Python file of your own beside the experiment."}
SLOTS: tuple[tuple[str, str, Registry[Any]], ...] = (("Data", "dataset", DATASETS), ("Run", "model", MODELS))
TABLES: tuple[tuple[str, Registry[Any], type[Figure | Metric]], ...] = (
    ("figures", FIGURES, Figure),
    ("metrics", METRICS, Metric),
)
FILE_KEYS = {
    "extends": {"type": "string", "description": "Another experiment file that this one changes."},
    "default_profile": {"type": "string", "description": "The profile that is built when none is named."},
    "profiles": {
        "type": "object",
        "description": "Named sets of keys that change the file.",
        "additionalProperties": {"type": ["object", "null"]},
    },
}


def json_schema() -> dict[str, Any]:
    """The schema, with `extends`, `profiles` and `default_profile`, which exist only in the file."""
    schema = Experiment.model_json_schema()
    definitions, properties = schema["$defs"], schema["properties"]
    for owner, name, registry in SLOTS:
        slot = definitions[owner]["properties"]
        slot[name] = {"description": slot[name].get("description", ""), "anyOf": _choices(registry, definitions, {})}
    definitions["Data"]["properties"]["steps"]["items"] = {"anyOf": _choices(DATA_STEPS, definitions, {})}
    for name, registry, common in TABLES:
        entries = {"anyOf": _choices(registry, definitions, definitions.pop(common.__name__)["properties"])}
        properties[name]["patternProperties"] = dict.fromkeys(properties[name]["patternProperties"], entries)
        properties[name].pop("additionalProperties", None)
    _optimizer_by_name(definitions["Training"]["properties"]["optimizer"])
    rate = definitions["Training"]["properties"]["learning_rate"]
    rate["anyOf"] = rate.pop("oneOf")  # a number, or a schedule by its kind
    for table in (*properties.values(), *definitions["Sweep"]["properties"].values()):
        if "patternProperties" in table:
            table["additionalProperties"] = False
    for part in (schema, *(definitions[name] for name in ("Report", "Data", "Run", "Sweep", "Subfigures"))):
        part.pop("required", None)
    schema["properties"] = properties | FILE_KEYS
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Experiment file of the report builder"}
    return schema | named


def _optimizer_by_name(slot: dict[str, Any]) -> None:
    """An optimiser may be written as its name alone."""
    names = sorted(slot.pop("discriminator")["mapping"])
    slot["anyOf"] = [{"enum": names}, *slot.pop("oneOf")]


def _choices(registry: Registry[K], definitions: dict[str, Any], common: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a slot may hold: each kind with its parameters, parameters alone (the kind is inherited), a file of one's own."""
    choices: list[dict[str, Any]] = []
    every: dict[str, Any] = {}
    for name, declared in registry:
        parameters = declared.parameters.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(parameters.pop("$defs", {}))
        known = dict(common) | parameters.get("properties", {}) | (_presets(declared) if isinstance(declared, Model) else {})
        every |= {key: {} for key in known}
        kind = {"const": name, "description": declared.summary}
        choices.append(_mapping(known | {"kind": kind}, ["kind"]))
    by_name: list[dict[str, Any]] = [] if common else [{"enum": registry.names()}, OWN]
    own = {"type": "object", "properties": {"kind": OWN}, "required": ["kind"]}
    every.pop("kind", None)
    return [*by_name, *choices, _mapping(every, []), own]


def _presets(model: Model[Parameters]) -> dict[str, Any]:
    """The key `preset` of a model that has some."""
    names = list(model.presets)
    told = "Parameters under a name of their own; what stands beside it lies over them."
    return {"preset": {"enum": [*names, None], "description": told}} if names else {}


def _mapping(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
