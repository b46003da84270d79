"""Checks that a stored step is plausible: its files, their form, and their agreement with one another and with the spec.

A digest only proves that a file is what was written; an archive from a stranger may hold anything under correct digests.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO
from xml.etree import ElementTree as ET

from pydantic import BaseModel, ConfigDict, FiniteFloat, NonNegativeInt, PositiveInt, TypeAdapter, ValidationError

from report_builder.plain import Plain
from report_builder.store.folder import Stored
from report_builder.store.step import KEY_LENGTH, KINDS

KEY = re.compile(rf"[0-9a-f]{{{KEY_LENGTH}}}")
NAME = re.compile(r"\w[\w.-]{0,80}")
FILES = {  # kind of step -> required files, optional files
    "run": ({"weights.npz", "history.json", "summary.json"}, {"best.npz", "last.npz", "progress.npz"}),
    "arrays": ({"arrays.npz"}, set[str]()),
    "facts": ({"facts.json", "samples.npz"}, set[str]()),
    "figure": ({"figure.png", "figure.svg", "drawing.json"}, {"sprite.png"}),
    "answer": ({"answer.json"}, set[str]()),
}
HARMLESS = {
    "svg",
    "g",
    "defs",
    "clipPath",
    "rect",
    "path",
    "use",
    "image",
    "style",
    "metadata",
    "text",
    "tspan",
    "title",
    "desc",
}
HARMLESS |= {
    "RDF",
    "Work",
    "type",
    "date",
    "format",
    "creator",
    "Agent",
    "linearGradient",
    "stop",
    "pattern",
    "marker",
    "polygon",
}


class _Named(BaseModel):
    """A kind with its parameters."""

    model_config = ConfigDict(extra="allow")
    kind: str


class _Data(BaseModel):
    dataset: _Named
    steps: list[_Named]
    fingerprint: str


class _Training(BaseModel):
    model_config = ConfigDict(extra="allow")
    epochs: PositiveInt


class _RunSpec(BaseModel):
    model: _Named
    training: _Training
    threads: PositiveInt
    data: _Data
    seed: int


class _RunNote(BaseModel):
    image_shape: tuple[PositiveInt, PositiveInt, PositiveInt]
    value_range: tuple[FiniteFloat, FiniteFloat]
    class_names: list[str]
    condition_dim: NonNegativeInt
    images: dict[str, NonNegativeInt]
    parameters: NonNegativeInt
    non_trainable_parameters: NonNegativeInt
    seconds: FiniteFloat
    finished: str
    versions: dict[str, str]
    device: str
    epochs: PositiveInt
    best_epoch: PositiveInt | None
    weights_epoch: PositiveInt
    costs: dict[str, Plain]


class _Layer(BaseModel):
    name: str
    type: str
    output_shape: list[int | None] | None
    parameters: NonNegativeInt
    trainable: NonNegativeInt
    inputs: list[str] = []


class _Fact(BaseModel):
    name: str
    value: FiniteFloat | str
    unit: str | None
    better: str | None
    noise: str | None
    reduction: str | None
    n: NonNegativeInt
    samples: bool
    units: bool


class _Equation(BaseModel):
    latex: str
    symbols: list[tuple[str, dict[str, str]]]


class _Verdict(BaseModel):
    equation: _Equation | None


class _Preset(BaseModel):
    title: dict[str, str]
    parameters: dict[str, Plain]


class _Description(BaseModel):
    model_config = ConfigDict(extra="allow")
    summary: str
    defaults: dict[str, Plain]
    following: list[str]
    latent: list[str]
    provides: list[str]
    takes: list[str]
    code: str
    title: dict[str, str]
    listings: dict[str, list[str]]
    presets: dict[str, _Preset]


class _Lacks(BaseModel):
    lacks: list[dict[str, str | list[str]]]


ANSWERS: Mapping[str, type[BaseModel]] = {"description": _Description, "lacks": _Lacks, "verdict": _Verdict}


class _Drawn(BaseModel):
    details: str
    sentences: list[str]
    alt: str
    raster: bool
    width_cm: FiniteFloat
    height_cm: FiniteFloat


def fault(stored: Stored) -> str:
    """Describe what is wrong with a step whose digests are correct; empty if nothing is."""
    kind, files = stored.meta["kind"], set(stored.meta["files"])
    must, may = FILES.get(kind, (set(), set()))
    if kind not in KINDS or not must <= files <= must | may:
        return f"a step of kind {kind!r} cannot consist of {', '.join(sorted(files)) or 'nothing'}"
    try:
        JUDGES[kind](stored)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return f"{first['msg']}: {'.'.join(map(str, first['loc']))}"
    except (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError, RecursionError, SyntaxError) as error:
        return f"{type(error).__name__}: {error}"
    except zipfile.BadZipFile as error:
        return str(error)
    return ""


def _check_run(stored: Stored) -> None:
    spec, note = _RunSpec.model_validate(stored.meta["spec"]), _RunNote.model_validate(stored.meta["note"])
    history = TypeAdapter(dict[str, list[FiniteFloat]]).validate_python(stored.json("history.json"))
    if {len(values) for values in history.values()} != {note.epochs} or note.epochs > spec.training.epochs:
        raise ValueError(f"the history is not of {note.epochs} epochs, of at most {spec.training.epochs}")
    TypeAdapter(dict[str, list[_Layer]]).validate_python(stored.json("summary.json"))
    _archives(stored)


def _check_arrays(stored: Stored) -> None:
    _Named.model_validate(stored.meta["spec"]["probe"])
    _Data.model_validate(stored.meta["spec"]["data"])
    _archives(stored)


def _check_facts(stored: Stored) -> None:
    _Named.model_validate(stored.meta["spec"]["metric"])
    facts = TypeAdapter(list[_Fact]).validate_python(stored.json("facts.json"))
    samples = _archives(stored)["samples.npz"]
    said = {fact.name for fact in facts if fact.samples} | {f"{fact.name}.units" for fact in facts if fact.units}
    single = (shape for name, shape in samples.items() if not name.endswith(".units"))
    if said != set(samples) or any(len(shape) != 1 for shape in single):
        raise ValueError("samples.npz does not hold the values that facts.json says")


def _check_figure(stored: Stored) -> None:
    from PIL import Image

    _Named.model_validate(stored.meta["spec"]["figure"])
    _Drawn.model_validate(stored.json("drawing.json"))
    for name in sorted({"figure.png", "sprite.png"} & set(stored.meta["files"])):
        try:
            with Image.open(stored.path(name), formats=("PNG",)) as picture:
                picture.verify()
        except Image.DecompressionBombError as error:
            raise ValueError(str(error)) from error
    text = stored.path("figure.svg").read_text(encoding="utf-8")
    if "<!ENTITY" in text:
        raise ValueError("figure.svg defines entities")
    for element in ET.fromstring(text).iter():  # noqa: S314  without entities nothing can expand
        _check_element(element)


def _check_element(element: ET.Element) -> None:
    """Check that an SVG element only draws, and refers to nothing outside its file."""
    name = element.tag.rpartition("}")[2]
    if name not in HARMLESS:
        raise ValueError(f"figure.svg holds <{name}>")
    for key, value in element.attrib.items():
        local = key.rpartition("}")[2].lower()
        if local.startswith("on") or (local == "href" and not value.startswith(("#", "data:image/png;base64,"))):
            raise ValueError(f"figure.svg has {local}={value[:40]!r}")


def _check_answer(stored: Stored) -> None:
    ANSWERS[stored.meta["spec"]["asks"]].model_validate(stored.json("answer.json"))


JUDGES: Mapping[str, Callable[[Stored], None]] = {
    "run": _check_run,
    "arrays": _check_arrays,
    "facts": _check_facts,
    "figure": _check_figure,
    "answer": _check_answer,
}


def _archives(stored: Stored) -> dict[str, dict[str, tuple[int, ...]]]:
    """Shapes of the arrays in each archive of a step, by array name; no array may be pickled or compressed."""
    names = sorted(name for name in stored.meta["files"] if name.endswith(".npz"))
    return {name: dict(_shapes(stored.path(name))) for name in names}


def _shapes(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{path.name}: {member.filename} is compressed")
            with archive.open(member) as stream:
                yield member.filename.removesuffix(".npy"), _shape(stream, member.file_size)


def _shape(stream: IO[bytes], size: int) -> tuple[int, ...]:
    """Shape of an array in NumPy's file format, after checking that its size in bytes agrees with its header."""
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, _, dtype = read(stream)
    if dtype.hasobject or stream.tell() + dtype.itemsize * math.prod(shape) != size:
        raise ValueError(f"an array of {dtype} with the shape {shape} has another size in bytes")
    return tuple(shape)
