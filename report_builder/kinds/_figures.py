"""Declaration of figure kinds (arrays in, figure out), and what they draw."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal, ParamSpec, TypeAlias, TypeVar

from report_builder.kinds._measures import Arrays, ProbeRequest
from report_builder.kinds._models import Term
from report_builder.kinds._registry import Declared, P
from report_builder.plain import Fields, Plain, fields
from report_builder.records import frozen, named

if TYPE_CHECKING:
    import numpy as np
    from matplotlib import figure as mpl_figure

    from report_builder.languages import Language

Q = ParamSpec("Q")
R = TypeVar("R")


@frozen
class Subject:
    """What a figure may say about the run it shows; all of it comes from the run, none of it is typed.

    Attributes:
        name: printed name.
        model: title of the model, in the report's language.
        data: name of the data set.
        seed: seed of the training that is shown; the first one for facts, which have seeds of their own.
        latent_dim: dimension of the model's latent code, if the code is one vector.
        swept: key path -> value, for each axis of the sweep that the run is an arm of; empty if it is not an arm.
        spec: the resolved run: `model`, `training`, `threads`.
        terms: terms that it logs, by name.
    """

    name: str
    model: str = ""
    data: str = ""
    seed: int | None = None
    latent_dim: int | None = None
    swept: Fields = field(default_factory=dict)
    spec: Fields = field(default_factory=dict)
    terms: Mapping[str, Term] = field(default_factory=dict)

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Subject:
        """Create a subject from its fields as JSON stores them."""
        return cls(**{**said, "terms": {name: Term(**term) for name, term in said["terms"].items()}})

    def setting(self, path: str) -> Plain:
        """Setting at a key path such as `model.latent_dim` or `training.learning_rate`.

        Raises:
            LookupError: the run has no such setting.
        """
        if path in self.swept:
            return self.swept[path]
        *above, last = path.split(".")
        return fields(self.spec, *above)[last]


@frozen
class Column:
    """A column of a table: its heading in the report's language, and a value for each row.

    Words are printed as they are, numbers in the format of the language with `digits` after the decimal mark (None: as many as
    give the largest of them four significant digits), and None as a dash. `unit` is a name such as `nats/image`, printed in the
    heading.
    """

    heading: str
    values: Sequence[str | float | None]
    unit: str = ""
    digits: int | None = None

    @property
    def numeric(self) -> bool:
        """Whether it contains numbers, which are aligned at the right."""
        return any(isinstance(value, int | float) for value in self.values)


@frozen
class Table:
    """Numbers behind a picture: columns of equal length, the first of which tells what each row is."""

    columns: Sequence[Column]

    def as_json(self) -> list[dict[str, Plain]]:
        """Return plain values, from which `from_json` rebuilds the table."""
        return [vars(column) | {"values": list(column.values)} for column in self.columns]

    @classmethod
    def from_json(cls, columns: Sequence[Mapping[str, Any]]) -> Table:
        """Rebuild a table from the values returned by `as_json`."""
        return cls(tuple(Column(**column) for column in columns))


@frozen
class Control:
    """A control for readers of HTML: its title, and a word for each value, both in the report's language.

    `across` and `upwards` are the coordinates of a plane, from the smallest; `choice` selects one of a few values, in `columns`
    columns (0: in one line); `slider` selects one of an ordered range.
    """

    kind: Literal["across", "upwards", "choice", "slider"]
    title: str
    values: Sequence[str]
    columns: int = 0


@frozen
class Live:
    """Interactive form of a figure in HTML: controls select one of many images; no model runs, and nothing is requested.

    Attributes:
        tiles: images as printed, uint8, shape `(*lengths, height, width, channels)`, with one length for each control.
        controls: controls in the order of the lengths; one with a single value is not shown.
        points: marks on the plane: position across and upwards, each from 0 to 1, and a colour `#rrggbb`.
        classes: meaning of the colours: name -> colour.
    """

    tiles: np.ndarray
    controls: Sequence[Control]
    points: Sequence[tuple[float, float, str]] = ()
    classes: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Plain]:
        """Return everything but the images, as plain values."""
        height, width = self.tiles.shape[-3:-1]
        points: list[Plain] = [[round(x, 3), round(y, 3), ink] for x, y, ink in self.points]
        controls: list[Plain] = [vars(control) | {"values": list(control.values)} for control in self.controls]
        return {"size": [width, height], "controls": controls, "points": points, "classes": dict(self.classes)}


@frozen
class Drawing:
    """A drawn figure, the details that its caption must state (limits, seed ...; one sentence per line), and its alt text.

    `live` replaces it in HTML.
    """

    figure: mpl_figure.Figure
    details: str
    alt: str
    raster: bool = False  # an image sheet: PNG in the document; else SVG
    table: Table | None = None  # the numbers that it shows, for `figure_table` in a template
    live: Live | None = None


Draw: TypeAlias = Callable[[Mapping[str, Arrays], P, Mapping[str, Subject], "Language"], Drawing]


def deferred(load: Callable[[], Callable[Q, R]]) -> Callable[Q, R]:
    """Wrap the function that `load` imports, so that Matplotlib is imported only when something is drawn."""

    @functools.wraps(load)
    def call(*given: Q.args, **named: Q.kwargs) -> R:
        return load()(*given, **named)

    return call


@named
class Figure(Declared[P]):
    """Declaration of a figure kind, in `plots/<name>/`: arrays in, figure out.

    It reads no files, makes no numbers of its own, and uses no TensorFlow; Matplotlib is imported only behind `draw`.

    Attributes:
        serves: what the model of each run must provide whatever the options are; `a|b`: either of the two. Options, and the
            probes that they select, may need more.
        reads: requests for what it shows, by name of the panel: the run id if it shows runs.
        facts: names of the facts that it shows, `<run>.<scope>.<metric>` as cited in a template, each of a metric of the
            report. `draw` finds these arrays under the name of a fact: `value` (seeds,), numbers or words; `seeds` (seeds,),
            int64, empty for a fact of a data set; and of shape () `unit`, `better` and `reduction`, words, and `n`, the number
            of images measured.
        check: called when the plan is made; raises ReportError if the runs cannot be shown like this.
        draw: draws on a new `matplotlib.figure.Figure` under the style in force.
        table: whether its drawings have a table.
    """

    reads: Callable[[P], Mapping[str, ProbeRequest]]
    draw: Draw[P]
    serves: frozenset[str] = frozenset()
    facts: Callable[[P], Sequence[str]] = lambda _: ()
    check: Callable[[P, Mapping[str, Subject]], None] = lambda _, __: None
    table: bool = False

    @property
    def needs(self) -> str:
        """Abilities that it serves, as a text."""
        return " and ".join(sorted((ability.replace("|", " or ") for ability in self.serves), reverse=True))

    def fits(self, provides: frozenset[str]) -> bool:
        """Whether a model with these abilities can be shown, as far as the kind alone can tell."""
        return all(not provides.isdisjoint(ability.split("|")) for ability in self.serves)
