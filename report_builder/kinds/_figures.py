"""What a figure kind is: arrays in, figure out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from report_builder.kinds._measures import ProbeRequest
from report_builder.kinds._registry import Parameters

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from report_builder.kinds._measures import Arrays
    from report_builder.languages import Language


@dataclass(frozen=True)
class Subject:
    """What a figure says of the run it shows: all of it from the run, none of it typed.

    Attributes:
        name: as printed.
        model: title of the model, in the report's language.
        data: name of the data set.
        seed: of the training that is shown (the first one where facts are shown: those have their own seeds).
        settings: parameters of the model.
        swept: key path -> value, for each axis of the sweep of which the run is an arm; empty where it is none.
        spec: the resolved run: `model`, `training`, `threads`.
    """

    name: str
    model: str = ""
    data: str = ""
    seed: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    swept: Mapping[str, Any] = field(default_factory=dict)
    spec: Mapping[str, Any] = field(default_factory=dict)

    def setting(self, path: str) -> Any:
        """The setting at a key path such as `model.latent_dim` or `training.learning_rate`.

        Raises:
            LookupError: the run has no such setting.
        """
        if path in self.swept:
            return self.swept[path]
        found: Any = self.spec
        for part in path.split("."):
            found = (found if isinstance(found, Mapping) else {})[part]
        return found


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class Table:
    """The numbers behind a picture: columns of equal length, the first of which says what each row is."""

    columns: Sequence[Column]

    def as_json(self) -> list[dict[str, Any]]:
        """Plain values, from which `from_json` makes it again."""
        return [vars(column) | {"values": list(column.values)} for column in self.columns]

    @classmethod
    def from_json(cls, columns: Sequence[Mapping[str, Any]]) -> Table:
        """The table that `as_json` wrote."""
        return cls(tuple(Column(**column) for column in columns))


@dataclass(frozen=True)
class Drawing:
    """A drawn figure, the details that its caption must state (limits, seed ...), a sentence a line, and its alt text.

    `frames` are figures of one size, shown one after the other in its place where a picture can move: in HTML.
    """

    figure: Figure
    details: str
    alt: str
    raster: bool = False  # an image sheet: PNG in the document; else SVG
    table: Table | None = None  # the numbers that it shows, for `figure_table` in a template
    frames: Sequence[Figure] = ()


class FigureKind(Protocol):
    """`plots/<name>.py`: arrays in, figure out. No files, no numbers of its own, no TensorFlow.

    Optional: `facts(parameters)`, the names of the facts that it shows, `<run>.<scope>.<metric>` as a template cites them,
    each of a metric of the report. `draw` finds under a fact's name in `arrays`: `value` (seeds,), numbers or words; `seeds`
    (seeds,) int64, empty for a fact of a data set; and without axes `unit`, `better` and `reduction`, words, and `n`, images
    measured.

    Optional: `check(parameters, subjects)`, called when the plan is made: raises ReportError where the runs cannot be shown so.

    Optional: `TABLE = True`, its drawings have a table.
    """

    Parameters: type[Parameters]
    SUMMARY: str  # one line for `list figures`

    def probes(self, parameters: Any) -> Mapping[str, ProbeRequest]:
        """What the figure shows. A request's name is its panel's: the run id where it shows runs."""

    def draw(
        self, arrays: Mapping[str, Arrays], parameters: Any, subjects: Mapping[str, Subject], language: Language
    ) -> Drawing:
        """Draws on a new `matplotlib.figure.Figure` under the style in force."""
