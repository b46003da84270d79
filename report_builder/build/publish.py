"""Publishes the user-facing view of the store: numbered figures, the facts, and the stamp of the finished document."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING

from report_builder.build.contents import content, files_below, versions
from report_builder.document.material import FigureCard, Material
from report_builder.errors import ReportError
from report_builder.facts import Fact
from report_builder.plain import Fields, Plain, fields
from report_builder.project import is_file
from report_builder.store import (
    Memo,
    canonical,
    locked,
    remove_temporaries,
    sources,
    storage_errors,
    write_atomically,
)

if TYPE_CHECKING:
    from report_builder.document.rendering import Rendered
    from report_builder.document.statuses import Judged

PACKAGE = Path(__file__).parents[1]
ROOMS = (
    "document",
    "languages",
    "pages",
)  # packages whose files, and whatever these import, make a document
FACTS, INDEX, REPORT = "facts.json", "index.json", "report.json"
_PUBLISHED = re.compile(r"\w+-[\w-]+\.(png|svg)")
KINDS = ("png", "svg")


@contextmanager
def output_lock(folder: Path, figures: Path) -> Iterator[None]:
    """Lock the folders of a document against concurrent builds, and remove temporary files that a killed build left there."""
    with ExitStack() as held:
        with storage_errors(folder):
            held.enter_context(locked(folder / ".lock"))
            for each in (folder, figures):
                remove_temporaries(each)
        yield


def publish_figures(material: Material, numbers: Mapping[str, str], folder: Path) -> dict[str, dict[str, Path]]:
    """Publish the drawn figures, remove files listed by the previous index but not by the new one, and return their paths.

    Args:
        material: the figures, by id.
        numbers: number of each figure in the document, by figure id.

    Returns:
        Files by figure id, then by kind ("png", "svg").
    """
    drawn = {id_: number for id_, number in numbers.items() if material.figures[id_].png is not None}
    _publish({id_: (material.figures[id_], number) for id_, number in drawn.items()}, {}, folder)
    return {id_: published(material.figures[id_], number, folder) for id_, number in drawn.items()}


def publish_figure(card: FigureCard, number: str, folder: Path) -> dict[str, Path]:
    """Publish one figure, leave the others as they are, and return its files by kind."""
    others = {id_: entry for id_, entry in _index(folder).items() if id_ != card.id}
    _publish({card.id: (card, number)}, others, folder)
    return published(card, number, folder)


def published(card: FigureCard, number: str, folder: Path) -> dict[str, Path]:
    """Return the files of a published figure, by kind."""
    return {kind: folder / name for kind, name in _files(_entry(card, number)).items()}


def _publish(cards: Mapping[str, tuple[FigureCard, str]], others: Fields, folder: Path) -> None:
    """Remove the stale files of the index, write the new index, then copy the files, so that every published file is listed."""
    index = {**others, **{id_: _entry(card, number) for id_, (card, number) in cards.items()}}
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in {*_indexed_names(_index(folder))} - {*_indexed_names(index)}:
            (folder / name).unlink(missing_ok=True)
    write_atomically(folder / INDEX, json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    for card, number in cards.values():
        for source in _drawn_files(card):
            _copy(source, folder / _entry(card, number)[source.suffix[1:]])


def _index(folder: Path) -> dict[str, Plain]:
    """Index of the figures published last; empty if there is none or it cannot be read."""
    try:
        return dict(json.loads((folder / INDEX).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _indexed_names(index: Fields) -> Iterator[str]:
    """File names listed by an index; nothing else is ever removed, and nothing outside the folder."""
    names = (name for id_ in index for name in _files(fields(index, id_)).values())
    return (name for name in names if _PUBLISHED.fullmatch(name))


def _files(entry: Fields) -> dict[str, str]:
    """File names of an entry of the index, by kind."""
    return {kind: name for kind in KINDS if isinstance(name := entry.get(kind), str)}


def _drawn_files(card: FigureCard) -> list[Path]:
    return [source for source in (card.png, card.svg) if source]


def _entry(card: FigureCard, number: str) -> dict[str, str]:
    """Entry of a figure in the index; its files are `NN-<id>.png` and `.svg`, or `NNa-<id>...` for a member of a group."""
    digits = number.rstrip(ascii_lowercase)
    name = f"{digits.replace('.', '').zfill(2)}{number.removeprefix(digits)}-{card.id}"
    entry = {"number": number, "caption": card.caption, "details": card.details, "alt": card.alt}
    entry |= {"group": card.group} if card.group else {}
    for source in _drawn_files(card):
        entry[source.suffix[1:]] = f"{name}{source.suffix}"
        entry["step"] = source.parent.name
    return entry


def _copy(source: Path, target: Path) -> None:
    """Copy a file if the content differs, so that an unchanged figure keeps its modification time."""
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != source.read_bytes():
            write_atomically(target, source.read_bytes())


def fact_as_json(fact: Fact) -> dict[str, Plain]:
    """Return a fact as JSON for `facts.json` and `facts --json`."""
    return {
        "value": fact.value,
        "unit": fact.unit,
        "better": fact.better,
        "split": fact.split,
        "reduction": fact.reduction,
        "n": fact.n,
        "spread": fact.spread,
        "seeds": list(fact.seeds),
        "values": [m.value for m in fact.measurements],
        "run": fact.run,
    }


def write_facts(facts: Mapping[str, Fact], folder: Path) -> None:
    """Write `facts.json`: every measured fact that the report may cite."""
    measured = {name: fact_as_json(fact) for name, fact in sorted(facts.items()) if not fact.placeholder}
    write_atomically(folder / FACTS, json.dumps(measured, ensure_ascii=False, indent=1) + "\n")


def write_sentences(judged: Judged, folder: Path) -> None:
    """Write `report.json`: the status of every sentence, and the tally of the sentences about results.

    Paths are relative to the folder of this file, so they do not depend on the working directory or the project's location.
    """
    measured, stated = judged.tally
    every = [one.as_json() | {"where": _from(folder, one.where)} for one in judged.sentences]
    told = {"sentences": {"measured": measured, "stated": stated, "all": every}}
    write_atomically(folder / REPORT, json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _from(folder: Path, where: str) -> str:
    path, colon, line = (where, "", "") if is_file(Path(where)) else where.rpartition(":")
    return os.path.relpath(path, folder) + colon + line if path and is_file(Path(path)) else where


class Stamp:
    """Record of what the files on disk were made from, which tells whether they are up to date.

    For each file it keeps the `document_digest` of its sources, the digest of its content, and a digest of the published
    figures, facts and sentences next to it.
    """

    def __init__(self, folder: Path, figures: Path, memo: Memo) -> None:
        self._folder = folder
        self._figures = figures
        self._memo = memo
        self._file = folder / "stamp.json"

    def fresh(self, digest: str, paths: Mapping[str, Path]) -> dict[str, Path]:
        """Return the files that were made from this digest and have not been changed since, by format."""
        known = self._recall()
        return {
            form: path for form, path in paths.items() if path.name in known and known[path.name] == self._entry(digest, path)
        }

    def older(self, digest: str, paths: Iterable[Path]) -> list[Path]:
        """Return the existing files that were made from something else."""
        known = self._recall()
        return [path for path in paths if path.is_file() and known.get(path.name, [""])[0] != digest]

    def write(self, digest: str, paths: Iterable[Path]) -> None:
        """Record files that were just written."""
        known = self._recall() | {path.name: self._entry(digest, path) for path in paths}
        write_atomically(self._file, json.dumps(known, indent=1) + "\n")

    def _recall(self) -> dict[str, list[str]]:
        try:
            return dict(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _entry(self, digest: str, path: Path) -> list[str]:
        """Digests of a file's sources, its content, and its neighbours; the memo saves reading unchanged files."""
        try:
            figures = [self._figures / name for name in (INDEX, *_indexed_names(_index(self._figures)))]
            beside = {
                other.name: self._memo.sha256(other)
                for other in [self._folder / FACTS, self._folder / REPORT, *sorted(figures)]
            }
            return [digest, self._memo.sha256(path), hashlib.sha256(canonical(beside).encode()).hexdigest()]
        except (OSError, ReportError):
            return []


def files_beside(rendered: Rendered, material: Material) -> list[Path]:
    """Return the user's files that a document shows or cites, other than its templates."""
    page = material.header.page
    files = (*rendered.pictures, material.header.logo, *material.bibliography, material.style)
    return [*(file for file in files if file), *(page.files if page.own else ())]


def document_digest(rendered: Rendered, material: Material, options: Fields, memo: Memo) -> str:
    """Return the digest of everything a document is made from: text, figures, tasks, title block, our code, tool versions."""
    files = [path for room in ROOMS for path in files_below(PACKAGE / room)]
    python = sources((path for path in files if path.name.endswith(".py")), memo)
    code = [memo.sha256(path) for path in sorted({*files, *python}, key=str)]
    figures = {
        id_: [c.png.parent.name if c.png else None, c.caption, c.details, c.alt, c.width] for id_, c in material.figures.items()
    }
    header = {key: str(value) for key, value in vars(material.header).items()}
    tasks = {id_: [task.title, *task.requires] for id_, task in material.tasks.items()}
    beside = [content(path, memo) for path in files_beside(rendered, material)]
    parts: list[Plain] = [rendered.canonical, figures, header, tasks, beside, code, versions(), dict(options)]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
