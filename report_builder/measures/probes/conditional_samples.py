"""Images that a conditional model generates for requested classes, cells of the canvas, or attributes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, field_validator

from report_builder.errors import Problem, ReportError
from report_builder.kinds import Noise, Probe, Role
from report_builder.kinds import Parameters as Base

if TYPE_CHECKING:
    import numpy as np

    from report_builder.kinds import Arrays, ImageData, Layout, Split, Trained


class Parameters(Base):
    """The requested conditions, and the source of the codes."""

    per_condition: int = Field(default=1, ge=1, description="Images of each combination of class and cell.")
    classes: Annotated[tuple[int | str, ...] | None, Role.CLASSES] = Field(
        default=None,
        min_length=1,
        description="Classes asked, numbers or names; null: all, with z encoded the own class of each image.",
    )
    every_class: bool | None = Field(
        default=None,
        description="Where no classes are named: true asks for all, false for that of the image `index`; null: as z says.",
    )

    @property
    def own_class(self) -> bool:
        """Whether to keep the class of the source images if no classes are listed."""
        return self.z == "encoded" if self.every_class is None else not self.every_class

    positions: Literal["all", "rows", "columns"] | tuple[tuple[int, int], ...] | None = Field(
        default=None,
        description="Cells asked: all, or [[row, column], ...] counted from 1; rows: one cell of each row, in the column of "
        "'cell'; columns: one of each column, in the row of 'cell'; null: in turn, with z encoded the image's own.",
    )
    cell: tuple[int, int] = Field(default=(1, 1), description="Row and column, counted from 1, for positions rows or columns.")
    attributes: dict[str, int] = Field(
        default={}, description="Attributes asked, 0 or 1 by name; the others are those of the image `index`."
    )
    varied: tuple[str, ...] = Field(
        default=(), description="Attributes asked both ways: each combination of class and cell once for each of their values."
    )
    z: Literal["prior", "fixed", "encoded"] = Field(
        default="prior",
        description="prior: a new draw from N(0, I) for each image; fixed: the same draws for each combination; encoded: the "
        "code of an image of the data.",
    )
    seed: int = Field(default=0, ge=0, description="Seed of the draw.")
    split: Annotated[str, Role.SPLIT] = Field(default="test", description="Part of the data set whose image is encoded.")
    index: int | None = Field(
        default=None, ge=0, description="Which image is encoded first; null: the first of the (first) class asked."
    )

    @field_validator("attributes")
    @classmethod
    def _present_or_not(cls, attributes: dict[str, int]) -> dict[str, int]:
        if not set(attributes.values()) <= {0, 1}:
            raise ValueError("an attribute is 0 or 1")
        return attributes


def needs_for(parameters: Parameters) -> frozenset[str]:
    """Require an encoder and a decoder if images are encoded."""
    return frozenset({"encode", "decode_condition"} if parameters.z == "encoded" else ())


def noise(parameters: Parameters) -> Noise:
    """Return `images` if images of the data are encoded, else `draws`."""
    return "images" if parameters.z == "encoded" else "draws"


def fitted(parameters: Parameters, layout: Layout) -> Parameters:
    """Return the parameters with all classes written out, if they are known before the data is read.

    Raises:
        ReportError: if the data has no such class, or its condition lacks the requested class, position or attribute.
    """
    from report_builder.measures.probes._asked import all_classes, check_parts

    check_parts(
        layout,
        a_class=bool(parameters.every_class),
        a_position=parameters.positions is not None,
        attributes=[*parameters.attributes, *parameters.varied],
    )
    has_class = any(part.kind == "class" for part in layout.conditions)
    if not has_class or (parameters.own_class and parameters.classes is None):
        return parameters
    return parameters.model_copy(update={"classes": all_classes(parameters.classes, layout)})


def measure(model: Trained, data: ImageData, parameters: Parameters) -> Arrays:
    """Generate samples, class by class and cell by cell.

    Returns:
        `images` (n, height, width, channels) float32 with `value_range` (2,), `condition` (n, k) float32, `class_names` (c,)
        unicode, `condition_kinds` and `condition_names` (k,) unicode, `draw` (n,) int64: number of the code, or encoded image,
        within a combination, `grid` (3,) int64: number of classes, of cells, and of images for each; if the condition has a
        class, `asked_class` (n,) int64; if it has a position, `asked_row` and `asked_column` (n,) int64, counted from 0, and
        `cells` (2,) int64, rows and columns of the canvas; with z encoded, `index` (n,) int64: index of the encoded image in
        the split, and `source_class` (n,) int64; if classes were listed, `classes` (k,) unicode, as listed, and `chosen` (k,)
        int64.

    Raises:
        ReportError: if the data has no condition, or no such class, cell, attribute or image.
    """
    import numpy as np

    from report_builder.measures.probes._asked import ask, cells_named, varied, with_attributes
    from report_builder.measures.probes._batches import part_of
    from report_builder.measures.probes._pairs import classes_of

    part, encoded = part_of(data, parameters.split), parameters.z == "encoded"
    sources = _sources(part, data, parameters)
    cells, own = cells_named(data, parameters.positions, parameters.cell), parameters.own_class
    asked = ask(data, part, sources, classes=parameters.classes, cells=cells, own=own, own_cells=encoded)
    asked = varied(data, asked, parameters.varied)
    condition = with_attributes(data, asked.condition, parameters.attributes, but=parameters.varied)
    images = (_decode_sources if encoded else _draw_samples)(model, part, sources, condition, parameters)
    named = [(each.kind, name) for each in data.conditions for name in each.names]
    found = {"images": images, "condition": condition, "class_names": np.array(data.class_names)} | asked.about
    found |= {
        "condition_kinds": np.array([kind for kind, _ in named]),
        "condition_names": np.array([name for _, name in named]),
    }
    found["draw"] = np.arange(len(condition)) % len(sources)
    if encoded:
        index = np.tile(sources, len(condition) // len(sources))
        found |= {"index": index, "source_class": part.y[index]}
    if parameters.classes:
        chosen = classes_of(parameters.classes, data, data.splits["train"].y, "the training set")
        found |= {"classes": np.array([*chosen]), "chosen": np.array([*chosen.values()])}
    return found | {"value_range": np.array(data.value_range, dtype=np.float32)}


def _sources(part: Split, data: ImageData, parameters: Parameters) -> np.ndarray:
    """Return the indices of the source images for the samples of a combination, shape `(per_condition,)`."""
    import numpy as np

    from report_builder.measures.probes._pairs import class_number, members, within

    n = parameters.per_condition
    first = int(within(part, np.array([parameters.index or 0]))[0])
    if parameters.z != "encoded":
        return np.full(n, first)
    found, of = np.arange(first, len(part.y)), ""
    if parameters.index is None and parameters.classes:
        label = class_number(parameters.classes[0], data)
        found, of = members(part, label, data.class_names[label]), f" of class {data.class_names[label]}"
    if len(found) < n:
        rule = f"the split has fewer images{of} from image {found[0]} on than are to be encoded"
        raise ReportError(Problem("", rule, f"per_condition: {n}", f"Allowed: 1 to {len(found)}."))
    return found[:n]


def _draw_samples(
    model: Trained, part: Split, sources: np.ndarray, condition: np.ndarray, parameters: Parameters
) -> np.ndarray:
    """Sample with a new draw for each image, or with the same draws for each combination."""
    import numpy as np

    from report_builder.measures.probes._batches import sampled

    if parameters.z == "prior":
        return sampled(model, len(condition), parameters.seed, condition)
    n = len(sources)
    each = [sampled(model, n, parameters.seed, condition[start : start + n]) for start in range(0, len(condition), n)]
    return np.concatenate(each)


def _decode_sources(
    model: Trained, part: Split, sources: np.ndarray, condition: np.ndarray, parameters: Parameters
) -> np.ndarray:
    """Decode the codes of the sources, each under every combination."""
    import numpy as np

    from report_builder.measures.probes._batches import decode, encode, given_to, pixels

    own = given_to(model, part)
    z = encode(model, pixels(part.x, sources), None if own is None else own[sources])
    return decode(model, np.tile(z, (len(condition) // len(sources), 1)), condition)


KIND = Probe(
    parameters=Parameters,
    measure=measure,
    needs=frozenset({"sample_condition"}),
    needs_for=needs_for,
    fitted=fitted,
    noise=noise,
)
