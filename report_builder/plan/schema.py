"""JSON Schema of the experiment file, for editors: the grammar, with every open slot closed by the available kinds.

A file may be a variant of another one, and a run may extend another: therefore nothing is required, but every key must be
known.
"""

from __future__ import annotations

from report_builder.kinds import DATA_STEPS, DATASETS, FIGURES, METRICS, MODELS, Declared, Model, Parameters, Registry
from report_builder.plain import Fields, Plain
from report_builder.spec.grammar import Experiment, Figure, Metric

OWN = {"type": "string", "pattern": r"\.py$", "description": "A Python file of your own beside the experiment."}
Kinds = Registry[Declared[Parameters]]
SLOTS: tuple[tuple[str, str, Kinds], ...] = (
    ("Data", "dataset", DATASETS),
    ("Data", "otherwise", DATASETS),
    ("Run", "model", MODELS),
)
TABLES: tuple[tuple[str, Kinds, type[Figure | Metric]], ...] = (("figures", FIGURES, Figure), ("metrics", METRICS, Metric))
FILE_KEYS = {
    "extends": {"type": "string", "description": "Another experiment file that this one changes."},
    "default_profile": {"type": "string", "description": "The profile that is built when none is named."},
    "profiles": {
        "type": "object",
        "description": "Named sets of keys that change the file.",
        "additionalProperties": {"type": ["object", "null"]},
    },
}


def json_schema() -> dict[str, Plain]:
    """Return the schema, with `extends`, `profiles` and `default_profile`, which exist only in the file."""
    schema = Experiment.model_json_schema()
    definitions, properties = schema["$defs"], schema["properties"]
    for owner, name, registry in SLOTS:
        slot = definitions[owner]["properties"]
        nothing: list[Fields] = [{"type": "null"}] if "default" in slot[name] else []
        choices = [*_choices(registry, definitions, {}), *nothing]
        slot[name] = {"description": slot[name].get("description", ""), "anyOf": choices}
    definitions["Data"]["properties"]["steps"]["items"] = {"anyOf": _choices(DATA_STEPS, definitions, {})}
    for name, registry, common in TABLES:
        entries = {"anyOf": _choices(registry, definitions, definitions.pop(common.__name__)["properties"])}
        properties[name]["patternProperties"] = dict.fromkeys(properties[name]["patternProperties"], entries)
        properties[name].pop("additionalProperties", None)
    training = definitions["Training"]["properties"]
    training["learning_rate"]["anyOf"] = training["learning_rate"].pop("oneOf")  # a number, or a schedule by its kind
    names = sorted(training["optimizer"].pop("discriminator")["mapping"])  # an optimiser may be written as its name alone
    training["optimizer"]["anyOf"] = [{"enum": names}, *training["optimizer"].pop("oneOf")]
    for table in (*properties.values(), *definitions["Sweep"]["properties"].values()):
        if "patternProperties" in table:
            table["additionalProperties"] = False
    for part in (schema, *(definitions[name] for name in ("Report", "Author", "Data", "Run", "Sweep", "Subfigures"))):
        part.pop("required", None)
    schema["properties"] = properties | FILE_KEYS
    named = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Experiment file of the report builder"}
    return schema | named


def _choices(registry: Kinds, definitions: dict[str, Plain], common: Fields) -> list[Fields]:
    """Choices for a slot: each kind with its parameters, parameters alone (the kind is inherited), or a user's own file."""
    choices: list[Fields] = []
    every: dict[str, Plain] = {}
    for name, declared in registry:
        parameters = declared.parameters.model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(parameters.pop("$defs", {}))
        presets = _presets(declared) if isinstance(declared, Model) else {}
        known = {**common, **parameters.get("properties", {}), **presets}
        every |= {key: {} for key in known}
        kind = {"const": name, "description": declared.summary}
        choices.append(_mapping(known | {"kind": kind}, ["kind"]))
    by_name: list[Fields] = [] if common else [{"enum": registry.names()}, OWN]
    own: Fields = {"type": "object", "properties": {"kind": OWN}, "required": ["kind"]}
    every.pop("kind", None)
    return [*by_name, *choices, _mapping(every, []), own]


def _presets(model: Model[Parameters]) -> Fields:
    """The key `preset`, if the model has any."""
    names = list(model.presets)
    told = "Parameters under a name of their own; what stands beside it lies over them."
    return {"preset": {"enum": [*names, None], "description": told}} if names else {}


def _mapping(properties: Fields, required: list[str]) -> Fields:
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
