"""Hostile experiment files: mutations of valid ones that are planned or checked."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

from report_builder.errors import Problem, ReportError

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("generative-models", "gallery")

NUMBERS = [0, -1, 1, 2**31, 2**63 - 1, 2**63, -(2**70), 10**18, 1e308, 1e-320, -0.0, 0.5, float("inf"), float("nan"), 1e400]
TEXTS = [
    "",
    " ",
    "~",
    "null",
    "on",
    "a" * 300,
    "Ł’ść",
    "漢字",
    "שלום",
    "😀",
    "e\u0301",
    "a\u200bb",
    "$x_1$",
    "|",
    "`",
    "{{ x }}",
    "<b>",
    "..",
    "/",
]
TEXTS += [
    "/etc/passwd",
    "../../x.py",
    "./x.py",
    "x.py:Layer",
    "~nouser",
    "\u2028",
    "-",
    "#",
    "1-2",
    "a.b.c",
    "vae",
    "test",
    "2024-01-01",
    "%s",
    "\\",
]
ODD: list[Any] = [
    None,
    True,
    False,
    [],
    {},
    [[]],
    {"kind": "vae"},
    {"kind": None},
    ["dense"],
    [None],
    {"a": {"b": {}}},
    {"": ""},
    [1, "a", None],
]
RAW = [
    "\t",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "!!int ",
    "!!python/name:os.system ",
    "|",
    ">",
    "---\n",
    "...\n",
    "%YAML 1.2\n",
    "'",
    '"',
    "#",
    "\\",
    "\ufeff",
]
RAW += [
    "\x00",
    "\x1b",
    "\x85",
    "\u2029",
    "<<: ",
    "? ",
    "~",
    "9" * 5000,
    "1e999999",
    "[" * 3000,
    "{a: " * 200,
    "\r",
    "0x1F",
    "0o7",
    "!<tag> ",
    "&x [*x, *x]",
]


def value(source: random.Random) -> Any:
    """Return a value that is hardly valid anywhere."""
    return source.choice([source.choice(NUMBERS), source.choice(TEXTS), source.choice(ODD), source.randrange(-5, 5000)])


def places(data: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return every path in a structure."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return (
        [path, *(p for key, item in inner for p in places(item, (*path, key)))]
        if path
        else [p for k, i in inner for p in places(i, (k,))]
    )


def mutated(data: Any, source: random.Random) -> Any:
    """Return the structure with a few values replaced, removed, moved, renamed or wrapped."""
    for _ in range(source.choice([1, 1, 1, 2, 3, 8])):
        known = places(data)
        if not known:
            return data
        *way, last = source.choice(known)
        owner = data
        for key in way:
            owner = owner[key]
        _change(owner, last, data, source)
    return data


def _change(owner: Any, last: Any, data: Any, source: random.Random) -> None:
    act = source.randrange(8)
    if act == 0:
        del owner[last]
    elif act == 1 and isinstance(owner, dict):
        owner[source.choice([*TEXTS, str(last)[:-1], str(last).upper()])] = owner.pop(last)
    elif act == 2:
        *way, other = source.choice(places(data))
        for key in way:
            data = data[key]
        owner[last] = _copy(data[other])
    elif act == 3:
        owner[last] = [owner[last]]
    elif act == 4:
        owner[last] = {source.choice(["kind", "runs", "x", "extends"]): owner[last]}
    elif act == 5 and isinstance(owner, dict):
        owner[
            source.choice(["extends", "kind", "profiles", "preset", "judge", "of", "encoder", "sweeps", source.choice(TEXTS)])
        ] = value(source)
    else:
        owner[last] = value(source)


def _copy(data: Any) -> Any:
    return yaml.safe_load(yaml.safe_dump(data))


def experiment(text: str, source: random.Random) -> str:
    """Mutate the data, the characters or the lines of an experiment file."""
    way = source.randrange(10)
    if way < 6:
        return yaml.safe_dump(mutated(yaml.safe_load(text), source), allow_unicode=True, sort_keys=source.random() < 0.1)
    if way < 9:
        return letters(text, source, RAW)
    return lines(text, source)


def letters(text: str, source: random.Random, pieces: list[str]) -> str:
    """Return the text with pieces inserted or removed."""
    for _ in range(source.choice([1, 1, 2, 5])):
        at = source.randrange(len(text) + 1)
        cut = source.choice([0, 0, 1, 3, 40])
        text = text[:at] + source.choice(["", *pieces]) + text[at + cut :]
    return text


def lines(text: str, source: random.Random) -> str:
    """Return the text with lines dropped, repeated, indented or moved."""
    rows = text.splitlines(keepends=True)
    for _ in range(source.choice([1, 3, 10])):
        at, row = source.randrange(len(rows)), source.choice(rows)
        rows[at] = source.choice(["", rows[at] * 2, " " + rows[at], rows[at].lstrip(), row])
    return "".join(rows)


# --- cases --------------------------------------------------------------------------------------------------------------------


def cases(seed: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield endless cases of a seed: a name, and a function that runs a command on a mutated experiment file."""
    taker, lab = Taker(), laboratory()
    bases = [*[lab.EXPERIMENT] * 6, *(read("experiments", f"{name}.yaml") for name in SHIPPED)]
    number = 0
    while True:
        chance = random.Random(f"{seed}-{number}")  # noqa: S311  a case is known by its seed
        text, command = experiment(chance.choice(bases), chance), chance.choice([*["status"] * 9, "check"])
        yield (
            f"experiments-{seed}-{number}",
            lambda text=text, command=command: taker.takes(text, lab.TEMPLATE, command),
        )
        number += 1


def read(folder: str, name: str) -> str:
    """Return a file that the project ships."""
    return (ROOT / folder / name).read_text(encoding="utf-8")


def laboratory() -> Any:
    """Return the module with the project folder of the tests."""
    spec = importlib.util.spec_from_file_location("conftest", ROOT / "tests" / "conftest.py")
    module = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    return module


class Taker:
    """A project folder in which a command is run on experiments and templates."""

    def __init__(self) -> None:
        os.environ["REPORT_BUILDER_DEBUG"] = "1"  # unforeseen errors are raised unchanged
        os.environ["REPORT_BUILDER_LIMITS"] = "pandoc_seconds=10"  # 30 by default; a case has 20
        self._folder = tempfile.TemporaryDirectory()
        self._lab = laboratory().Lab(Path(self._folder.name))
        self._lab.write()
        for sources in (ROOT / "experiments").glob("*.bib"):  # of the shipped experiments
            shutil.copy(sources, self._lab.experiment.parent)

    def takes(self, experiment: str, template: str, command: str) -> None:
        """Raise ReportError if the input is refused; AssertionError if no message says so, or the exit code is unexpected."""
        for path, text in ((self._lab.experiment, experiment), (self._lab.template, template)):
            path.write_bytes(text.encode("utf-8", "surrogatepass"))
        said, printed = io.StringIO(), io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(printed):
            code = self._lab.run(command, "tiny")
        text = said.getvalue()
        assert code in (0, 1, 2, 3, 5), (code, text)
        assert code == 0 or "error: " in text, (code, text)
        assert "itself failed" not in text, text
        if code:
            raise ReportError(Problem("", text[:200]))
