"""Abstract diagram of a model: boxes on levels, with layers such as activations merged into the box before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace

from report_builder.errors import Problem, ReportError, near_miss
from report_builder.kinds import MERGING, Arrays
from report_builder.records import frozen

QUIET = {
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "ELU",
    "GaussianDropout",
    "GaussianNoise",
    "LeakyReLU",
}
QUIET |= {"PReLU", "ReLU", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "UnitNormalization"}
QUIET |= {"BatchNormalization", "GroupNormalization", "LayerNormalization", "RMSNormalization", "SpectralNormalization"}
SHAPING = ("Flatten", "Reshape", "Permute", "RepeatVector", "UpSampling", "ZeroPadding", "Cropping", "Resizing", "Rescaling")
KINDS = ("convolution", "dense", "shaping", "merging", "other", "end")
ENDS = ("image", "code", "moments", "condition", "output", "input")
CODING, MAKING = ("encoder",), ("decoder", "generator")

Shape = tuple[int, ...]  # -1 for a variable side; empty if unknown


@frozen
class Box:
    """A box of a diagram.

    Attributes:
        kind: one of `KINDS`.
        types: Keras classes of its layers in order; empty for an input or output.
        shape: shape of its output.
        reads: indices of the boxes that it reads.
        end: of an input or output, what goes in or comes out, one of `ENDS`.
    """

    kind: str
    types: tuple[str, ...]
    shape: Shape
    reads: tuple[int, ...] = ()
    end: str = ""


@frozen
class Part:
    """A submodel: its boxes in topological order, its number of parameters, and the level of each box, 0 at the top."""

    name: str
    boxes: Sequence[Box]
    parameters: int = 0
    levels: Sequence[int] = field(default=())

    @property
    def rows(self) -> list[list[int]]:
        """Indices of the boxes on each level."""
        return [[i for i, level in enumerate(self.levels) if level == row] for row in range(max(self.levels) + 1)]


def parts_of(arrays: Arrays, latent_dim: int | None) -> list[Part]:
    """Return the parts of a model, in order.

    Args:
        arrays: result of the probe `layers`.
        latent_dim: length of the latent code, if the model has one; distinguishes the code from a condition.
    """
    names = [str(name) for name in dict.fromkeys(arrays["part"].tolist())]
    return [_part(name, arrays, latent_dim) for name in names]


def shown_parts(arrays: Arrays, run: str, names: Sequence[str] | None, latent_dim: int | None) -> list[Part]:
    """Return the requested parts, in the order of the model.

    Raises:
        ReportError: the model has no such part.
    """
    parts = parts_of(arrays, latent_dim)
    known = [part.name for part in parts]
    problems = [
        Problem("", f"the model of '{run}' has no such part", repr(name), near_miss(name, known))
        for name in names or ()
        if name not in known
    ]
    if problems:
        raise ReportError(*problems)
    return [part for part in parts if names is None or part.name in names]


def _part(name: str, arrays: Arrays, latent_dim: int | None) -> Part:
    places = [i for i, part in enumerate(arrays["part"]) if part == name]
    reads: dict[int, list[int]] = {i: [] for i in places}
    for source, reader in arrays["edges"].tolist():
        if reader in reads:
            reads[reader].append(source)
    boxes = _merge(list(_boxes(places, reads, arrays, name, latent_dim)), reads)
    boxes.append(_output(boxes, name, latent_dim))
    return Part(name, boxes, int(arrays["parameters"][places].sum()), _levels(boxes))


def _boxes(
    places: Sequence[int], reads: Mapping[int, Sequence[int]], arrays: Arrays, part: str, latent_dim: int | None
) -> Iterator[tuple[int, Box]]:
    """A box for each layer, with the index of the layer."""
    for i in places:
        kind, shape = str(arrays["type"][i]), tuple(int(side) for side in arrays["shape"][i] if side)
        if kind == "InputLayer":
            yield i, Box("end", (), shape, end=_input(shape, part, latent_dim))
        else:
            yield i, Box(_kind(kind), (kind,), shape, tuple(reads[i]))


def _kind(type_: str) -> str:
    if "Conv" in type_:
        return "convolution"
    if type_ in ("Dense", "EinsumDense", "Embedding"):
        return "dense"
    return "shaping" if type_.startswith(SHAPING) or "Pooling" in type_ else "merging" if type_ in MERGING else "other"


def _input(shape: Shape, part: str, latent_dim: int | None) -> str:
    if len(shape) == 3:
        return "image"
    codes = part in MAKING and latent_dim in (None, *shape)
    return "code" if codes else "condition" if latent_dim is not None else "input"


def _output(boxes: Sequence[Box], part: str, latent_dim: int | None) -> Box:
    """Output box, which reads all boxes that no other box reads."""
    read = {source for box in boxes for source in box.reads}
    last = [i for i in range(len(boxes)) if i not in read]
    shape = boxes[last[0]].shape if len(last) == 1 else ()
    if part in CODING:
        return Box("end", (), shape, tuple(last), "moments" if len(last) > 1 or shape == (2 * (latent_dim or 0),) else "code")
    return Box("end", (), shape, tuple(last), "image" if part in MAKING else "output")


def _merge(numbered: Sequence[tuple[int, Box]], reads: Mapping[int, Sequence[int]]) -> list[Box]:
    """Merge each quiet layer into the box before it, and renumber what the boxes read."""
    readers = {i: [other for other in reads if i in reads[other]] for i in reads}
    boxes: list[Box] = []
    place: dict[int, int] = {}
    for i, box in numbered:
        before = box.reads[0] if len(box.reads) == 1 else -1
        quiet = bool(box.types) and box.types[0] in QUIET and before in place and len(readers[before]) == 1
        if quiet and boxes[place[before]].types:
            place[i] = place[before]
            known = boxes[place[i]]
            boxes[place[i]] = replace(known, types=(*known.types, *box.types), shape=box.shape)
        else:
            place[i] = len(boxes)
            boxes.append(replace(box, reads=tuple(place[source] for source in box.reads)))
    return boxes


def _levels(boxes: Sequence[Box]) -> list[int]:
    """Level of each box, as low as its readers allow, so that an input is right above the box that needs it."""
    above = [0] * len(boxes)
    for i in reversed(range(len(boxes))):
        for source in boxes[i].reads:
            above[source] = max(above[source], above[i] + 1)
    return [max(above) - height for height in above]
