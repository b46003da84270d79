"""Values as a template sees them: plain, read-only, and recorded as cited whenever they are read."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import Any, Generic, Self, TypeAlias, TypeVar

from report_builder.document.channel import Given, printed_span
from report_builder.document.ledger import Ledger
from report_builder.document.tree import Node, text
from report_builder.errors import Problem, ReportError
from report_builder.plain import Plain
from report_builder.records import frozen

_T = TypeVar("_T")


class Unmeasured(float):
    """The value of something not measured: zero in conditions, a placeholder text in print; arithmetic leaves it unchanged."""

    def __new__(cls, words: str) -> Self:
        """Create a zero that prints as `words`."""
        made = super().__new__(cls, 0.0)
        made._words = words
        return made

    _words: str

    def __str__(self) -> str:
        return self._words

    __repr__ = __str__

    def __format__(self, _: str) -> str:
        return self._words

    def _still(self, *_: Any) -> Any:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _still
    __pow__ = __rpow__ = __neg__ = __pos__ = __abs__ = __round__ = _still


@frozen
class Printed:
    """A measured value or a setting.

    `value` is for conditions, `text` for formulas and captions, `n` is the number of images (printed as `_count`), and `full`
    adds the unit and the deviation over seeds.
    """

    _value: Plain
    _text: str
    _ledger: Ledger = field(compare=False)
    _name: str = ""
    _images: int = 0
    _count: str = "0"
    _whole: str = ""

    @property
    def value(self) -> Plain:
        """The number or text itself."""
        return self._cite(plain(self._value))

    @property
    def text(self) -> str:
        """The printed form, as plain text without a token."""
        return self._cite(self._text)

    @property
    def n(self) -> Printed:
        """The number of images it was measured on, per seed."""
        images, text = (self._images, self._count) if self.measured else (self._value, self._text)
        return Printed(images, text, self._ledger, self._name)

    @property
    def full(self) -> Printed:
        """The value with unit and deviation over seeds, rounded to the digits that the deviation warrants."""
        return replace(self, _text=self._whole or self._text)

    @property
    def measured(self) -> bool:
        """Whether it has been measured."""
        return not isinstance(self._value, Unmeasured)

    def __str__(self) -> str:
        return self._ledger.put([self._as_node()], self.text)

    __repr__ = __str__

    def _as_node(self) -> Node:
        return printed_span(text(self.text), "fact", name=self._name, unmeasured="" if self.measured else "yes")

    def _cite(self, given: _T) -> _T:
        if self._name:
            self._ledger.cite("facts", self._name)
        return given


@frozen
class Chosen(Printed):
    """Something that measurements chose, such as an arm or some classes; `_by` names the facts."""

    _by: str = field(kw_only=True)

    def _as_node(self) -> Node:
        return printed_span(text(self.text), "fact", name=self._name, chosen=self._by)


def span_of(value: Printed) -> Node:
    """Return the node that prints a value; inaccessible to templates."""
    return value._as_node()  # noqa: SLF001 - templates could access a public name


@frozen
class Run:
    """A run as a template sees it; prints as its name. `id` serves to build names of facts: `run.id ~ ".test.elbo"`.

    `data.full` includes the preparation of the data, `versions` are those of the programs that trained the run.
    """

    id: str
    name: Printed
    model: Printed
    data: Printed
    seeds: Printed
    versions: Printed
    get: Callable[[str], Printed]

    def __str__(self) -> str:
        return str(self.name)

    __repr__ = __str__


@frozen
class Best(Run):
    """The arm that a measurement prefers; `ahead` says whether it is measurably ahead of every other arm."""

    ahead: Printed


Told: TypeAlias = Printed | Run | tuple[str, ...] | str  # return types of template functions


class Word(Generic[_T]):
    """A function as a template sees it: it can only be called, and prints as its name."""

    def __init__(self, name: str, call: Callable[..., _T], ledger: Ledger) -> None:
        self._name = name
        self._call = call
        self._signature = inspect.signature(call)
        self._ledger = ledger

    def __call__(self, *args: Given, **options: Given) -> _T:
        """Call the function; tokens in the arguments need not be printed.

        Raises:
            ReportError: if the arguments do not match its signature, or it raises a TypeError, ValueError or AttributeError.
        """
        self._ledger.channel.hand([*args, *options.values()])
        try:
            self._signature.bind(*args, **options)
            return self._call(*args, **options)
        except (TypeError, ValueError, AttributeError) as error:
            written = [each.replace(annotation=inspect.Parameter.empty) for each in self._signature.parameters.values()]
            usage = f"Written {self._name}{inspect.Signature(written)}."
            raise ReportError(Problem("", f"'{self._name}' cannot be called so", str(error), usage)) from error

    def __repr__(self) -> str:
        return self._name


def plain(value: Plain) -> Plain:
    """Copy numbers, strings, lists and mappings; convert anything else to text, since templates must not reach our objects."""
    if value is None or isinstance(value, (bool, Unmeasured)):
        return value
    if isinstance(value, int | float):  # drops subclasses such as NumPy's
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return str(value)


def flat(settings: Plain, path: str = "") -> list[tuple[str, Plain]]:
    """Return the leaves of nested settings by key path; a list counts as one leaf."""
    if not isinstance(settings, Mapping):
        return [(path, settings)]
    return [leaf for key, value in settings.items() for leaf in flat(value, f"{path}.{key}" if path else str(key))]
