"""User-defined architectures as written in YAML: the type of a layer, its files and its Keras source, without importing Keras.

encoder:
  - {kind: Conv2D, filters: 32, kernel_size: 3, strides: 2, padding: same, activation: relu}
  - BatchNormalization
  - {kind: ./my_layers.py:Swish}
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, field_validator, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from report_builder.kinds import P, Parameters
from report_builder.plain import Plain

OWN = ".py:"  # between the file and the class of a user's own layer
NOT_PLAIN = ("Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper")  # their arguments are code or files
POSITIONAL = (("filters", "kernel_size"), ("units",), ("rate",), ("target_shape",))  # usually written without names


class Layer(BaseModel):
    """A layer: its class, and the keyword arguments of that class."""

    model_config = ConfigDict(extra="allow", frozen=True, defer_build=True)

    kind: str = Field(description="Keras' class name (Conv2D), or a class in a file of your own (./my_layers.py:Swish).")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, value: Plain) -> Plain:
        return {"kind": value} if isinstance(value, str) else value

    @field_validator("kind")
    @classmethod
    def _check_kind(cls, kind: str) -> str:
        if kind in NOT_PLAIN:
            raise ValueError(f"{kind} holds code: write a layer of your own in a file, and name it as ./my_layers.py:Name")
        if kind.endswith(".py"):
            raise ValueError(f"a file may hold several layers: name the class, too, as {kind}:Name")
        if not re.fullmatch(r"(.+\.py:)?[A-Za-z_]\w*", kind):
            raise ValueError("a layer is a class of keras.layers, such as Conv2D, or ./my_layers.py:Name")
        return kind

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the short form to editors, too: a class name alone."""
        return {"anyOf": [{"type": "string"}, handler(schema)], "description": "A layer.", "x-layer": True}

    @property
    def arguments(self) -> dict[str, Plain]:
        """Keyword arguments of the class."""
        return dict(self.model_extra or {})

    @property
    def name(self) -> str:
        """Name of the class, without its file."""
        return self.kind.rpartition(OWN)[2]


Layers: TypeAlias = Annotated[tuple[Layer, ...], Field(min_length=1)] | None


def lists(parameters: BaseModel) -> dict[str, tuple[Layer, ...]]:
    """Return the user-defined architectures in a model's parameters, by parameter name; empty if there are none."""
    found = dict(parameters)
    return {name: v for name, v in found.items() if isinstance(v, tuple) and v and all(isinstance(i, Layer) for i in v)}


def files(parameters: Parameters, beside: Path) -> list[Path]:
    """Return the files that contain the user's own layers."""
    kinds = {layer.kind for layers in lists(parameters).values() for layer in layers if OWN in layer.kind}
    return sorted({beside / kind.rpartition(":")[0] for kind in kinds})


def locate(parameters: P, beside: Path | None) -> P:
    """Return the parameters with the user's own layers given by absolute path, as a network needs them."""
    folder = beside or Path()
    own = {name: tuple(_locate(layer, folder) for layer in layers) for name, layers in lists(parameters).items()}
    return parameters.model_copy(update=own)


def _locate(layer: Layer, beside: Path) -> Layer:
    return layer.model_copy(update={"kind": str((beside / layer.kind).resolve())}) if OWN in layer.kind else layer


# --- conversion to Keras source -----------------------------------------------------------------------------------------------


def source(layers: Iterable[Layer]) -> str:
    """Return the layers as Python code, one per line: `Conv2D(32, 3, strides=2, padding="same", activation="relu"),`."""
    return "\n".join(f"{layer.name}({', '.join(_arguments(layer))})," for layer in layers)


def _arguments(layer: Layer) -> Iterable[str]:
    given = layer.arguments
    first = next((names for names in POSITIONAL if names[0] in given), ()) if OWN not in layer.kind else ()
    leading = [name for place, name in enumerate(first) if all(before in given for before in first[: place + 1])]
    yield from (_literal(given[name]) for name in leading)
    yield from (f"{name}={_literal(value)}" for name, value in given.items() if name not in leading)


def _literal(value: Plain) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list | tuple):
        return f"({', '.join(map(_literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{_literal(key)}: {_literal(item)}' for key, item in value.items())}}}"
    return repr(value)
