"""Features of real lab reports, and where a report of this program has each, as the page docs/features.md.

    python benchmarks/features.py          checks where each row says that it is shown, and prints the page

The rows are in `tests/document/features/rows.yaml`; the titles of the reports are those of the errors. Nothing is built.
"""

from __future__ import annotations

import functools
import itertools
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
ROWS = ROOT / "tests" / "document" / "features" / "rows.yaml"
TITLES = ROOT / "tests" / "document" / "errors" / "rows.yaml"
FOLDERS = (ROOT, ROOT / "experiments", ROOT / "templates")  # where the files of a row are looked for
HERE = ("works", "partly", "missing", "not meant")
HEAD = """\
# Features of real reports

The same five lab reports whose [errors](errors.md) were noted have {total} features: parts of a document, data, models, losses,
trainings, measurements, figures and kinds of answers. This page says of each, in our own words, where a report that comes along
has it:

- **works**: a report, the gallery or a test shows it,
- **partly**: something of it is not there, and the row says what,
- **missing**: it is not there,
- **not meant**: another way takes its place, and the row says which.

{counts}

An entry such as `figures.codes` is a path of keys in that file, and that figure is printed by the template of the same name;
the rest stands in the file word for word, or is a test. `profiles.full` is built with `PROFILE=full`. The program
`benchmarks/features.py` checks all of it (`tests/document/features/rows.yaml`) and prints this page.
"""


@dataclass(frozen=True)
class Row:
    """A feature, whether it is supported, the files and words that show it, and a remark."""

    id: str
    feature: str
    here: str
    shown: tuple[tuple[Path, str], ...]
    why: str


@functools.cache
def rows() -> tuple[Row, ...]:
    """Return all rows."""
    return tuple(
        Row(f"{report}-{number}", told["feature"], told.get("here", "works"), _shown(told["shown"]), told.get("why", ""))
        for report, features in _keys(ROWS).items()
        for number, told in features.items()
    )


def _shown(told: str) -> tuple[tuple[Path, str], ...]:
    pairs = (entry.partition(" ") for entry in told.split(" | "))
    return tuple((_file(name), word) for name, _, word in pairs)


def _file(name: str) -> Path:
    found = (folder / name for folder in FOLDERS if (folder / name).is_file())
    return next(found, ROOT / name)


def wrong() -> dict[str, list[str]]:
    """Return what is missing from the files that a row names, by row."""
    seen = {row.id: [f"{file.name}: {word}" for file, word in row.shown if not _stands(file, word)] for row in rows()}
    return {id_: missed for id_, missed in seen.items() if missed}


def _stands(file: Path, word: str) -> bool:
    """Return whether a file contains a test, a key path (whose figures the template must print), or these words."""
    text = _read(file)
    if not word or not text:
        return False
    if file.is_relative_to(ROOT / "tests"):
        return f"def {word}(" in text
    if file.parent.name != "experiments" or file.suffix != ".yaml" or " " in word:
        return word in text
    path, _, value = word.partition("=")
    keys = path.split(".")
    try:
        found = functools.reduce(lambda at, key: at[int(key) if isinstance(at, list) else key], keys, _keys(file))
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    figures = [name for kind, name in itertools.pairwise(keys) if kind in {"figures", "subfigures"}]
    return (not value or str(found) == value) and all(_drawn(file, name) for name in figures)


def _drawn(experiment: Path, figure: str) -> bool:
    """Return whether the template of the experiment prints a figure, on its own or as part of a group."""
    groups = _keys(experiment).get("subfigures", {}).items()
    names = [figure, *(name for name, group in groups if figure in group["parts"])]
    return any(f'figure("{name}"' in _read(ROOT / "templates" / f"{experiment.stem}.md") for name in names)


@functools.cache
def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


@functools.cache
def _keys(file: Path) -> dict[str, Any]:
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    return dict(yaml.load(_read(file), Loader=loader))  # noqa: S506 - both are safe loaders


def page() -> str:
    """Return the page of the documentation."""
    titles = _keys(TITLES)
    groups = {key: [row for row in rows() if row.id.startswith(key)] for key in titles}
    counts = ["| report | " + " | ".join(HERE) + " | all |", "| --- |" + " --: |" * (len(HERE) + 1)]
    counts += [_counts(key, group) for key, group in [*groups.items(), ("all", rows())]]
    parts = [HEAD.format(total=len(rows()), counts="\n".join(counts))]
    for key, group in groups.items():
        table = ["| feature | what it is | here | where |", "| --- | --- | --- | --- |"]
        table += [f"| {row.id} | {row.feature} | {row.here} | {_where(row)} |" for row in group]
        parts.append(f"## {key}: {titles[key]['title']}\n\n" + "\n".join(table) + "\n")
    return "\n".join(parts)


def _counts(key: str, group: list[Row] | tuple[Row, ...]) -> str:
    counted = Counter(row.here for row in group)
    return f"| {key} | {' | '.join(str(counted[here]) for here in HERE)} | {len(group)} |"


def _where(row: Row) -> str:
    files = itertools.groupby(row.shown, key=lambda pair: pair[0])
    said = "; ".join(f"{file.relative_to(ROOT).as_posix()}: {', '.join(_code(word) for _, word in of)}" for file, of in files)
    return f"{said}. {row.why[:1].upper()}{row.why[1:]}" if row.why else said


def _code(word: str) -> str:
    return f"`` {word} ``" if "`" in word else f"`{word}`"


def main() -> int:
    """Print the page, and what is missing."""
    for id_, missed in wrong().items():
        print(f"{id_}: {' | '.join(missed)}", file=sys.stderr)
    print(page(), end="")
    return 1 if wrong() else 0


if __name__ == "__main__":
    sys.exit(main())
