"""Layers of one's own architecture, as they stand in YAML: their type, their files, their Keras source. No Keras here.

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

OWN = ".py:"  # between the file and the class of a layer of the user's own
NOT_PLAIN = ("Lambda", "TFSMLayer", "JaxLayer", "FlaxLayer", "TorchModuleWrapper")  # they hold code or files, not settings
POSITIONAL = (("filters", "kernel_size"), ("units",), ("rate",), ("target_shape",))  # first arguments, as people write them


class Layer(BaseModel):
    """One layer: its class, and the arguments of that class with their names in Keras."""

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
        """For editors: the name alone will do."""
        return {"anyOf": [{"type": "string"}, handler(schema)], "description": "A layer.", "x-layer": True}

    @property
    def arguments(self) -> dict[str, Plain]:
        """What its class is given."""
        return dict(self.model_extra or {})

    @property
    def name(self) -> str:
        """Its class."""
        return self.kind.rpartition(OWN)[2]


Layers: TypeAlias = Annotated[tuple[Layer, ...], Field(min_length=1)] | None


def lists(parameters: BaseModel) -> dict[str, tuple[Layer, ...]]:
    """The own architectures among the parameters of a model, by parameter; empty where the model's own are used."""
    found = dict(parameters)
    return {name: v for name, v in found.items() if isinstance(v, tuple) and v and all(isinstance(i, Layer) for i in v)}


def files(parameters: Parameters, beside: Path) -> list[Path]:
    """The files that hold layers of the user's own."""
    kinds = {layer.kind for layers in lists(parameters).values() for layer in layers if OWN in layer.kind}
    return sorted({beside / kind.rpartition(":")[0] for kind in kinds})


def locate(parameters: P, beside: Path | None) -> P:
    """The parameters as a network is given them: layers of the user's own by the full path of their file."""
    folder = beside or Path()
    own = {name: tuple(_locate(layer, folder) for layer in layers) for name, layers in lists(parameters).items()}
    return parameters.model_copy(update=own)


def _locate(layer: Layer, beside: Path) -> Layer:
    return layer.model_copy(update={"kind": str((beside / layer.kind).resolve())}) if OWN in layer.kind else layer


# --- as Keras source ----------------------------------------------------------------------------------------------------------


def source(layers: Iterable[Layer]) -> str:
    """The layers as Python code, one a line: `Conv2D(32, 3, strides=2, padding="same", activation="relu"),`."""
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
