"""The view of the store that people open: numbered figures, the facts, and the stamp of the finished document."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from report_builder.document.material import FigureCard, Material
from report_builder.facts import Fact
from report_builder.store import Memo, canonical, locked, storage_errors, write_atomically

if TYPE_CHECKING:
    from report_builder.document.rendering import Rendered

PACKAGE = Path(__file__).parents[1]
ROOMS = ("document", "languages")
FACTS, INDEX = "facts.json", "index.json"
_PUBLISHED = re.compile(r"\w+-[\w-]+\.(a?png|svg)")
KINDS = ("png", "svg", "apng")
TOOLS = ("pypandoc-binary", "typst", "jinja2")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Holds the folder of a document, so that two builds at once do not publish into each other."""
    with ExitStack() as held:
        with storage_errors(folder):
            held.enter_context(locked(folder / ".lock"))
        yield


def publish_figures(material: Material, numbers: Mapping[str, str], folder: Path) -> dict[str, dict[str, Path]]:
    """Publishes the figures that are drawn, and removes what the last index lists and this one does not; returns their files.

    Args:
        numbers: figure id -> its number in the document.
    """
    index, before = {}, published(folder)
    for id_, number in numbers.items():
        if material.figures[id_].png is not None:
            index[id_] = _publish(material.figures[id_], number, folder)
    wanted = {name for entry in index.values() for name in _files(entry).values()}
    for name in before - wanted:
        (folder / name).unlink(missing_ok=True)
    _write_index(index, folder)  # last: what a killed build did not remove is still listed
    return {id_: {kind: folder / name for kind, name in _files(entry).items()} for id_, entry in index.items()}


def publish_figure(card: FigureCard, number: str, folder: Path) -> dict[str, Path]:
    """Publishes one figure, and leaves the others as they are; returns its files."""
    entry = _publish(card, number, folder)
    index = _read_index(folder)
    for name in _names(index.get(card.id)) - {*_files(entry).values()}:
        (folder / name).unlink(missing_ok=True)
    _write_index(index | {card.id: entry}, folder)
    return {kind: folder / name for kind, name in _files(entry).items()}


def published(folder: Path) -> set[str]:
    """Names of the figures that our index lists: no other file in the folder is ours."""
    return {name for entry in _read_index(folder).values() for name in _names(entry)}


def _read_index(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / INDEX).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _names(entry: Any) -> set[str]:
    """Names of files that an entry of a stored index lists; what could not have come from here is left out."""
    listed = [entry.get(kind) for kind in KINDS] if isinstance(entry, dict) else []
    return {name for name in listed if isinstance(name, str) and _PUBLISHED.fullmatch(name)}


def _files(entry: Mapping[str, str]) -> dict[str, str]:
    """Names of the files of an entry of the index, by kind."""
    return {kind: entry[kind] for kind in KINDS if kind in entry}


def _publish(card: FigureCard, number: str, folder: Path) -> dict[str, str]:
    """Copies a figure as `NN-<id>.png`, `.svg` and `.apng`, `NNa-` where it is one of a group; returns its index entry."""
    digits = number.rstrip(ascii_lowercase)
    name = f"{digits.zfill(2)}{number.removeprefix(digits)}-{card.id}"
    entry = {"number": number, "caption": card.caption, "details": card.details, "alt": card.alt}
    entry |= {"group": card.group} if card.group else {}
    for source in filter(None, (card.png, card.svg, card.animation)):
        entry[source.suffix[1:]] = f"{name}{source.suffix}"
        entry["step"] = source.parent.name
        _copy(source, folder / f"{name}{source.suffix}")
    return entry


def _write_index(index: Mapping[str, Any], folder: Path) -> None:
    write_atomically(folder / INDEX, json.dumps(index, ensure_ascii=False, indent=1) + "\n")


def _copy(source: Path, target: Path) -> None:
    """Copies where the content differs, so that an unchanged figure keeps its time."""
    with storage_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() or target.read_bytes() != source.read_bytes():
            write_atomically(target, source.read_bytes())


def fact_as_json(fact: Fact) -> dict[str, Any]:
    """A fact for `facts.json` and `facts --json`."""
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
    """Writes `facts.json`: every fact that the report may cite."""
    measured = {name: fact_as_json(fact) for name, fact in sorted(facts.items()) if not fact.placeholder}
    write_atomically(folder / FACTS, json.dumps(measured, ensure_ascii=False, indent=1) + "\n")


class Stamp:
    """Says whether what lies on the disk is what would be made: the documents, the facts, the published figures.

    For each file it remembers of what it was made (`document_digest`), its content, and the figures and facts beside it.
    """

    def __init__(self, folder: Path, figures: Path, memo: Memo) -> None:
        self._folder = folder
        self._figures = figures
        self._memo = memo
        self._file = folder / "stamp.json"

    def fresh(self, digest: str, paths: Mapping[str, Path]) -> dict[str, Path]:
        """Those of the files that were made of this and that nobody touched since."""
        known = self._known()
        return {
            form: path for form, path in paths.items() if path.name in known and known[path.name] == self._entry(digest, path)
        }

    def older(self, digest: str, paths: Iterable[Path]) -> list[Path]:
        """Those of the files that lie there and were made of something else."""
        known = self._known()
        return [path for path in paths if path.is_file() and known.get(path.name, [""])[0] != digest]

    def write(self, digest: str, paths: Iterable[Path]) -> None:
        """Remembers files that were just made."""
        known = self._known() | {path.name: self._entry(digest, path) for path in paths}
        write_atomically(self._file, json.dumps(known, indent=1) + "\n")

    def _known(self) -> dict[str, list[str]]:
        try:
            return dict(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return {}

    def _entry(self, digest: str, path: Path) -> list[str]:
        """What a file was made of, its content, and what lies beside it; by the memo, so that an untouched file is not read."""
        try:
            beside = {
                other.name: self._memo.sha256(other)
                for other in [
                    self._folder / FACTS,
                    *(self._figures / name for name in sorted(published(self._figures) | {INDEX})),
                ]
            }
            return [digest, self._memo.sha256(path), hashlib.sha256(canonical(beside).encode()).hexdigest()]
        except OSError:
            return []


def document_digest(rendered: Rendered, material: Material, options: Mapping[str, Any], memo: Memo) -> str:
    """Digest of everything a document is made of: text, figures, tasks, title block, our code, the tools' versions."""
    code = [
        memo.sha256(path)
        for room in ROOMS
        for path in sorted((PACKAGE / room).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    figures = {id_: [c.png and c.png.parent.name, c.caption, c.details, c.alt, c.width] for id_, c in material.figures.items()}
    header = {key: str(value) for key, value in vars(material.header).items()}
    tasks = {id_: [task.title, *task.requires] for id_, task in material.tasks.items()}
    pictures = [memo.sha256(path) for path in (*rendered.pictures, material.header.logo) if path and path.is_file()]
    tools = [importlib.metadata.version(tool) for tool in TOOLS]
    parts = [rendered.canonical, figures, header, tasks, pictures, code, tools, dict(options)]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
