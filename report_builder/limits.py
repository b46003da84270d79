"""Named limits on how much an input may ask for, which the user can raise.

Each limit is one constant. `YAML_BYTES.hold(len(text), where)` raises if an amount is too large. Where a limit is enforced
elsewhere (a time, the memory of a process), `YAML_BYTES.value` is passed there, and `ReportError(YAML_BYTES.problem(where))`
reports that it was reached. Every message names the option that raises the limit: `--limit NAME=VALUE`, or the environment
variable `REPORT_BUILDER_LIMITS=NAME=VALUE,NAME=VALUE`, which the option sets, so that workers inherit it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable

from report_builder.errors import Problem, ReportError, UsageError, near_miss
from report_builder.records import frozen

VARIABLE = "REPORT_BUILDER_LIMITS"


@frozen
class Limit:
    """An upper bound on what an input may ask for.

    Attributes:
        name: as in `--limit NAME=VALUE`.
        default: the bound, in `unit`.
        unit: "bytes", "s", "pixels", or what is counted, e.g. "arms".
        noun: what is bounded, e.g. "the size of a YAML file".
        most: the largest value that the bound may be raised to.
    """

    name: str
    default: float
    unit: str
    noun: str
    most: float = math.inf

    @property
    def value(self) -> float:
        """The bound in force, in `unit`."""
        return _parse(os.environ.get(VARIABLE, "")).get(self.name, self.default)

    def hold(self, amount: float, where: str) -> None:
        """Raise ReportError if the amount, in `unit`, exceeds the bound; `where` is the place that the message names."""
        if amount > self.value:
            raise ReportError(self.problem(where, amount))

    def problem(self, where: str, amount: float = 0) -> Problem:
        """Describe an exceeded bound; the suggested bound is large enough for the amount, if that is known."""
        more = min(max(2 * self.value, _round_up(amount)), self.most)
        step = f"If this is intended, allow more: --limit {self.name}={more:.15g}" if more > self.value else ""
        if amount > self.most:
            step = f"More than {self.told(self.most)} is never allowed."
        received = self.told(amount) if amount else ""
        return Problem(where, f"{self.noun} is limited", received, f"At most {self.told(self.value)}.", step)

    def told(self, amount: float) -> str:
        """Format an amount for people: `5 MB`, `10 s`, `2000 arms`."""
        if self.unit == "bytes":
            step = next((n for n in (9, 6, 3) if amount >= 10**n), 0)
            return f"{amount / 10**step:.4g} { {9: 'GB', 6: 'MB', 3: 'kB', 0: 'bytes'}[step] }"
        return f"{amount:.15g} {self.unit}"


def _round_up(amount: float) -> float:
    """Round an amount up to two significant digits."""
    step = 10.0 ** max(0, math.floor(math.log10(amount)) - 1) if amount else 1
    return math.ceil(amount / step) * step


YAML_BYTES = Limit("yaml_bytes", 5e6, "bytes", "the size of a YAML file")
YAML_DEPTH = Limit("yaml_depth", 50, "levels", "how deeply YAML is nested", most=200)
YAML_VALUES = Limit("yaml_values", 100_000, "values", "how many values a YAML file has")
EXTENDS = Limit("extends", 20, "files", "a chain of 'extends'")
SWEEP_ARMS = Limit("sweep_arms", 2000, "arms", "how many arms the sweeps of a report have")
TEMPLATE_SECONDS = Limit("template_seconds", 10, "s", "the time of a template")
TEMPLATE_BYTES = Limit("template_bytes", 20e6, "bytes", "the text that a template makes")
TEMPLATE_MEMORY = Limit("template_memory", 500e6, "bytes", "the memory of a template")
NESTING = Limit("nesting", 50, "levels", "how deeply blocks, lists and marks stand in each other", most=100)
FORMULA_LETTERS = Limit("formula_letters", 20_000, "letters", "the length of a formula")
FORMULA_DEPTH = Limit("formula_depth", 20, "levels", "how deeply a formula is nested")
PANDOC_SECONDS = Limit("pandoc_seconds", 30, "s", "the time in which pandoc reads or writes a document")
PANDOC_MEMORY = Limit("pandoc_memory", 1e9, "bytes", "the memory of pandoc")
ARCHIVE_BYTES = Limit("archive_bytes", 4e9, "bytes", "what an archive unpacks to")
IMAGE_PIXELS = Limit("image_pixels", 100e6, "pixels", "the size of an image")
CLASSES = Limit("classes", 1000, "classes", "how many classes a data set has")
DATA_BYTES = Limit("data_bytes", 8e9, "bytes", "the memory that prepared images take")

LIMITS = {limit.name: limit for limit in list(globals().values()) if isinstance(limit, Limit)}


def allow(settings: Iterable[str]) -> None:
    """Put `NAME=VALUE` settings of the command line in force here and in all workers, over those of the environment.

    Raises:
        UsageError: a limit is unknown, or its value is not a positive number within the allowed range.
    """
    given = [text for text in (os.environ.get(VARIABLE, ""), *settings) if text]
    _parse(",".join(given))
    if given:
        os.environ[VARIABLE] = ",".join(given)


def _parse(text: str) -> dict[str, float]:
    """Parse `NAME=VALUE,NAME=VALUE`; a later value wins."""
    found = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in LIMITS:
            raise UsageError(Problem("--limit", "unknown limit", repr(name), near_miss(name, LIMITS)))
        try:
            found[name] = float(value)
        except ValueError:
            found[name] = 0
        if not 0 < found[name] <= LIMITS[name].most:
            step = f"For example --limit {name}={2 * LIMITS[name].default:.15g}"
            raise UsageError(Problem("--limit", "a limit is a positive number", repr(value), _most(LIMITS[name]), step))
    return found


def _most(limit: Limit) -> str:
    return "" if math.isinf(limit.most) else f"At most {limit.told(limit.most)}."
