"""What a figure kind is: arrays in, figure out."""

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
    """What a figure says of the run it shows: all of it from the run, none of it typed.

    Attributes:
        name: as printed.
        model: title of the model, in the report's language.
        data: name of the data set.
        seed: of the training that is shown (the first one where facts are shown: those have their own seeds).
        latent_dim: dimensions of the code of its model, where that is one vector.
        swept: key path -> value, for each axis of the sweep of which the run is an arm; empty where it is none.
        spec: the resolved run: `model`, `training`, `threads`.
        terms: what it logs, by name.
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
        """The subject of which `said` has the fields, as JSON keeps them."""
        return cls(**{**said, "terms": {name: Term(**term) for name, term in said["terms"].items()}})

    def setting(self, path: str) -> Plain:
        """The setting at a key path such as `model.latent_dim` or `training.learning_rate`.

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

    Words are printed as they are and numbers as the language prints them, all with `digits` after the decimal mark (None: as
    many as give the largest of them four significant ones); None is printed as a dash. `unit` is a name such as `nats/image`,
    printed in the heading.
    """

    heading: str
    values: Sequence[str | float | None]
    unit: str = ""
    digits: int | None = None

    @property
    def numeric(self) -> bool:
        """Whether it has numbers, which stand under one another at the right."""
        return any(isinstance(value, int | float) for value in self.values)


@frozen
class Table:
    """The numbers behind a picture: columns of equal length, the first of which says what each row is."""

    columns: Sequence[Column]

    def as_json(self) -> list[dict[str, Plain]]:
        """Plain values, from which `from_json` makes it again."""
        return [vars(column) | {"values": list(column.values)} for column in self.columns]

    @classmethod
    def from_json(cls, columns: Sequence[Mapping[str, Any]]) -> Table:
        """The table that `as_json` wrote."""
        return cls(tuple(Column(**column) for column in columns))


@frozen
class Control:
    """What a reader of HTML chooses: its name, and a word for each value, both in the report's language.

    `across` and `upwards` are the coordinates of a plane, from the smallest; `choice` is one of a few, in `columns` columns
    (0: in a line); `slider` one of an order.
    """

    kind: Literal["across", "upwards", "choice", "slider"]
    title: str
    values: Sequence[str]
    columns: int = 0


@frozen
class Live:
    """What a figure is in HTML, where a reader moves through it: one image of many, chosen by controls; no model, no request.

    Attributes:
        tiles: images as printed, uint8 `(*lengths, height, width, channels)`, a length for the values of each control.
        controls: in the order of the lengths; one that has a single value is not shown.
        points: marks on the plane: how far across and upwards, each from 0 to 1, and a colour `#rrggbb`.
        classes: what the colours mean: name -> colour.
    """

    tiles: np.ndarray
    controls: Sequence[Control]
    points: Sequence[tuple[float, float, str]] = ()
    classes: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Plain]:
        """All but the images."""
        height, width = self.tiles.shape[-3:-1]
        points: list[Plain] = [[round(x, 3), round(y, 3), ink] for x, y, ink in self.points]
        controls: list[Plain] = [vars(control) | {"values": list(control.values)} for control in self.controls]
        return {"size": [width, height], "controls": controls, "points": points, "classes": dict(self.classes)}


@frozen
class Drawing:
    """A drawn figure, the details that its caption must state (limits, seed ...), a sentence a line, and its alt text.

    `live` is what HTML shows in its place.
    """

    figure: mpl_figure.Figure
    details: str
    alt: str
    raster: bool = False  # an image sheet: PNG in the document; else SVG
    table: Table | None = None  # the numbers that it shows, for `figure_table` in a template
    live: Live | None = None


Draw: TypeAlias = Callable[[Mapping[str, Arrays], P, Mapping[str, Subject], "Language"], Drawing]


def deferred(load: Callable[[], Callable[Q, R]]) -> Callable[Q, R]:
    """The function that `load` imports, once it is called: Matplotlib is loaded where something is drawn, and only there."""

    @functools.wraps(load)
    def call(*given: Q.args, **named: Q.kwargs) -> R:
        return load()(*given, **named)

    return call


@named
class Figure(Declared[P]):
    """`plots/<name>/`: arrays in, figure out. No files, no numbers of its own, no TensorFlow; Matplotlib behind `draw`.

    Attributes:
        serves: what the model of each run must provide whatever the options say, `a|b`: one of the two. Options, and the probes
            that they choose, may need more.
        reads: what it shows. A request's name is its panel's: the run id where it shows runs.
        facts: names of the facts that it shows, `<run>.<scope>.<metric>` as a template cites them, each of a metric of the
            report. `draw` finds under a fact's name in its arrays: `value` (seeds,), numbers or words; `seeds` (seeds,) int64,
            empty for a fact of a data set; and without axes `unit`, `better` and `reduction`, words, and `n`, images measured.
        check: called when the plan is made: raises ReportError where the runs cannot be shown so.
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
        """What it serves, in words."""
        return " and ".join(sorted((ability.replace("|", " or ") for ability in self.serves), reverse=True))

    def fits(self, provides: frozenset[str]) -> bool:
        """Whether a model that provides this can be shown, as far as the kind alone tells."""
        return all(not provides.isdisjoint(ability.split("|")) for ability in self.serves)
