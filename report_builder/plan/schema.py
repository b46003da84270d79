"""JSON Schema of the experiment file, for editors: the grammar, with every open slot closed by the kinds there are."""

from __future__ import annotations

from typing import Any

from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS, Registry
from report_builder.spec.grammar import Experiment, Figure, Metric

SLOTS = (
    (("Data", "dataset"), DATASETS, None),
    (("Run", "model"), MODELS, None),
    (("Experiment", "figures"), FIGURES, Figure),
    (("Experiment", "metrics"), METRICS, Metric),
)


def json_schema() -> dict[str, Any]:
    """The schema, with `extends`, `profiles` and `default_profile`, which exist only in the file."""
    schema = Experiment.model_json_schema()
    definitions = schema["$defs"]
    definitions["Experiment"] = {"properties": schema["properties"]}
    for (owner, name), registry, common in SLOTS:
        slot = definitions[owner]["properties"][name]
        if common is None:
            slot.pop("$ref", None)
            slot["anyOf"] = _choices(registry, definitions, {})
        else:
            slot["additionalProperties"] = {
                "anyOf": _choices(registry, definitions, definitions[common.__name__]["properties"])
            }
    definitions["Data"]["properties"]["steps"]["items"] = {"anyOf": _choices(DATA_STEPS, definitions, {})}
    schema["properties"] = definitions.pop("Experiment")["properties"] | {
        "extends": {"type": "string", "description": "Another experiment file that this one changes."},
        "default_profile": {"type": "string", "description": "The profile that is built when none is named."},
        "profiles": {
            "type": "object",
            "description": "Named sets of keys that change the file.",
            "additionalProperties": {"type": ["object", "null"]},
        },
    }
    schema.pop("required", None)  # what a variant leaves out stands in the file it extends
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Experiment file of the report builder",
    } | schema


def _choices(registry: Registry, definitions: dict[str, Any], common: dict[str, Any]) -> list[dict[str, Any]]:
    choices: list[dict[str, Any]] = [{"enum": registry.names()}] if not common else []
    for name, module in registry:
        parameters = module.Parameters.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(parameters.pop("$defs", {}))
        properties = common | parameters.get("properties", {}) | {"kind": {"const": name}}
        required = ["kind", *parameters.get("required", [])]
        choices.append({"type": "object", "properties": properties, "required": required, "additionalProperties": False})
    own = {"type": "object", "properties": {"kind": {"type": "string", "pattern": r"\.py$"}}, "required": ["kind"]}
    return [*choices, own]
