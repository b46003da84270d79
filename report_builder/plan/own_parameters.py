"""Turns a JSON Schema back into a parameter model, so that a user's own parameters are checked like built-in ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, ClassVar, Literal, Union

from pydantic import ConfigDict, Field, SerializerFunctionWrapHandler, TypeAdapter, create_model, model_serializer

from report_builder.kinds import Parameters, Role
from report_builder.models._layers import Layer
from report_builder.plain import Fields, Plain, fields, rows

SIMPLE = {"integer": int, "number": float, "string": str, "boolean": bool, "null": None}
LIMITS = {  # JSON Schema -> pydantic
    "minimum": "ge",
    "exclusiveMinimum": "gt",
    "maximum": "le",
    "exclusiveMaximum": "lt",
    "multipleOf": "multiple_of",
    "minLength": "min_length",
    "maxLength": "max_length",
    "minItems": "min_length",
    "maxItems": "max_length",
    "pattern": "pattern",
}


def parameters_of(
    schema: Fields, defaults: Fields, following: Iterable[str] = (), latent: Iterable[str] = ()
) -> type[Parameters]:
    """Create a parameter model with the fields of the schema.

    Args:
        schema: JSON Schema of a pydantic model.
        defaults: default values as JSON, by field; a field without one is required.
        latent: fields with `Role.LATENT`.
        following: fields whose default depends on other fields; if they are not given, their value is left to the file itself.
    """
    made = _model(schema, fields(schema, "$defs"), defaults, latent)
    made.FOLLOWING = frozenset(following)
    return made


def _model(schema: Fields, named: Fields, defaults: Fields, latent: Iterable[str] = ()) -> type[_Read]:
    made: dict[str, Any] = {}
    for name in fields(schema, "properties"):
        entry = fields(schema, "properties", name)
        kind = _type(entry, named)
        default = TypeAdapter(kind).validate_json(json.dumps(defaults[name])) if name in defaults else ...
        kind = Annotated[kind, Role.LATENT] if name in latent else kind
        made[name] = (kind, Field(default, description=str(entry.get("description") or "")))
    return create_model(str(schema.get("title", "Parameters")), __base__=_Read, **made)


class _Read(Parameters):
    """Parameters whose names may be ones that pydantic reserves."""

    model_config = ConfigDict(protected_namespaces=())
    FOLLOWING: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _without_open_ones(self, written: SerializerFunctionWrapHandler) -> dict[str, Plain]:
        open_ones = self.FOLLOWING - self.model_fields_set
        return {name: value for name, value in written(self).items() if name not in open_ones}


def _type(schema: Fields, named: Fields) -> Any:
    schema = fields(named, str(schema["$ref"]).rpartition("/")[2]) if "$ref" in schema else schema
    if schema.get("x-layer"):
        return Layer
    if choices := rows(schema, "anyOf") or rows(schema, "oneOf"):
        return Union[tuple(_type(choice, named) for choice in choices)]  # noqa: UP007  made from a list
    if "const" in schema or "enum" in schema:
        choice = schema.get("enum", [schema.get("const")])
        return Literal[tuple(choice if isinstance(choice, list) else ())]
    kind = _plain_type(schema, named)
    limits: dict[str, Any] = {LIMITS[key]: value for key, value in schema.items() if key in LIMITS}
    return Annotated[kind, Field(**limits)] if limits and schema.get("type") != "null" else kind


def _plain_type(schema: Fields, named: Fields) -> Any:
    kind = schema.get("type")
    if kind == "array" and "prefixItems" in schema:
        return tuple[tuple(_type(item, named) for item in rows(schema, "prefixItems"))]  # type: ignore[misc]
    if kind == "array":
        return tuple[_type(fields(schema, "items"), named), ...]  # type: ignore[misc]
    if kind == "object" and "properties" in schema:
        given = {name: fields(schema, "properties", name) for name in fields(schema, "properties")}
        return _model(schema, named, {name: entry["default"] for name, entry in given.items() if "default" in entry})
    if kind == "object":
        return dict[str, _type(fields(schema, "additionalProperties"), named)]  # type: ignore[misc]
    return SIMPLE.get(str(kind), Plain)
