"""The view of the store that people open: numbered figures, the facts, and the stamp of the finished document."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import re
from collections.abc import Iterator, Mapping, Sequence
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
    """Publishes the figures that are drawn, and removes the names that became stale; returns the files of each figure.

    Args:
        numbers: figure id -> its number in the document.
    """
    index = {}
    for id_, number in numbers.items():
        if material.figures[id_].png is not None:
            index[id_] = _publish(material.figures[id_], number, folder)
    _write_index(index, folder)
    wanted = {name for entry in index.values() for name in _files(entry).values()}
    for path in folder.iterdir():
        if _PUBLISHED.fullmatch(path.name) and path.name not in wanted:
            path.unlink(missing_ok=True)
    return {id_: {kind: folder / name for kind, name in _files(entry).items()} for id_, entry in index.items()}


def publish_figure(card: FigureCard, number: str, folder: Path) -> dict[str, Path]:
    """Publishes one figure, and leaves the others as they are; returns its files."""
    entry = _publish(card, number, folder)
    try:
        index = dict(json.loads((folder / INDEX).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        index = {}
    for name in {*_files(index.get(card.id, {})).values()} - {*_files(entry).values()}:
        (folder / name).unlink(missing_ok=True)
    _write_index(index | {card.id: entry}, folder)
    return {kind: folder / name for kind, name in _files(entry).items()}


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
    """Says whether what lies on the disk is what would be made: the documents, the facts, the published figures."""

    def __init__(self, folder: Path, figures: Path) -> None:
        self._folder = folder
        self._figures = figures
        self._file = folder / "stamp.json"

    def fresh(self, digest: str, memo: Memo) -> Mapping[str, Path] | None:
        """The outputs of the last compilation, if it had the same digest and nobody touched anything since."""
        try:
            entry = json.loads(self._file.read_text(encoding="utf-8"))
            outputs = {fmt: self._folder / name for fmt, name in entry["outputs"].items()}
            fresh = entry["digest"] == digest and entry["files"] == self._files(outputs, memo)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return outputs if fresh else None

    def write(self, digest: str, outputs: Mapping[str, Path], memo: Memo) -> None:
        """Remembers a compilation."""
        named = {fmt: path.name for fmt, path in outputs.items()}
        entry = {"digest": digest, "outputs": named, "files": self._files(outputs, memo)}
        write_atomically(self._file, json.dumps(entry, indent=1) + "\n")

    def _files(self, outputs: Mapping[str, Path], memo: Memo) -> dict[str, str]:
        """Digest of each file by name; those of the memo, so that an untouched file is not read."""
        here = [*outputs.values(), self._folder / FACTS, *self._figures.iterdir()]
        return {path.name: memo.sha256(path) for path in sorted(here)}


def document_digest(
    rendered: Rendered, material: Material, formats: Sequence[str], options: Mapping[str, Any], memo: Memo
) -> str:
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
    parts = [rendered.text, figures, header, tasks, pictures, code, tools, sorted(formats), dict(options)]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
