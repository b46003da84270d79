"""The view of the store that people open: numbered figures, the facts, and the stamp of the finished document."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from report_builder.document.material import Material
from report_builder.facts import Fact
from report_builder.store import Memo, canonical, storage_errors, write_atomically

PACKAGE = Path(__file__).parents[1]
ROOMS = ("document", "languages")
TOOLS = ("pypandoc-binary", "typst", "jinja2")


def publish_figures(material: Material, numbers: Mapping[str, str], folder: Path) -> None:
    """Copies the figures as `NN-<id>.png` and `.svg`, writes `index.json`, removes stale names.

    Args:
        numbers: figure id -> its number in the document.
    """
    index, wanted = {}, {"index.json"}
    for id_, number in numbers.items():
        card = material.figures[id_]
        name = f"{int(number):02}-{id_}" if number.isdigit() else f"{number}-{id_}"
        index[id_] = {
            "number": number,
            "caption": card.caption,
            "details": card.details,
            "alt": card.alt,
            "png": f"{name}.png",
            "svg": f"{name}.svg",
        }
        for source in (card.png, card.svg):
            if source is not None:
                wanted.add(f"{name}{source.suffix}")
                _copy(source, folder / f"{name}{source.suffix}")
    write_atomically(folder / "index.json", json.dumps(index, ensure_ascii=False, indent=1) + "\n")
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()


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
    write_atomically(folder / "facts.json", json.dumps(measured, ensure_ascii=False, indent=1) + "\n")


class Stamp:
    """Says whether a document on the disk is the one that would be made; `stamp.json` has an entry for each document here."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._file = folder / "stamp.json"

    def fresh(self, digest: str, memo: Memo) -> Mapping[str, Path] | None:
        """The outputs of the last compilation, if it had the same digest and nobody touched them since."""
        entry = self._read().get(self._name, {})
        outputs = {fmt: self._folder / name for fmt, (name, _) in entry.get("outputs", {}).items()}
        try:
            intact = all(memo.sha256(outputs[fmt]) == sha for fmt, (_, sha) in entry.get("outputs", {}).items())
        except OSError:
            return None
        return outputs if intact and entry.get("digest") == digest else None

    def write(self, digest: str, outputs: Mapping[str, Path], memo: Memo) -> None:
        """Remembers a compilation."""
        entry = {"digest": digest, "outputs": {fmt: (path.name, memo.sha256(path)) for fmt, path in outputs.items()}}
        write_atomically(self._file, json.dumps(self._read() | {self._name: entry}, indent=1) + "\n")

    def _read(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}


def document_digest(text: str, material: Material, formats: Sequence[str], options: Mapping[str, Any], memo: Memo) -> str:
    """Digest of everything a document is made of: text, figures, title block, our code, the tools' versions."""
    code = [
        memo.sha256(path)
        for room in ROOMS
        for path in sorted((PACKAGE / room).rglob("*"))
        if path.is_file() and path.suffix != ".pyc"
    ]
    figures = {id_: [str(c.png), str(c.svg), c.caption, c.details, c.alt, c.width] for id_, c in material.figures.items()}
    header = {key: str(value) for key, value in vars(material.header).items()}
    logo = memo.sha256(material.header.logo) if material.header.logo and material.header.logo.is_file() else ""
    tools = [importlib.metadata.version(tool) for tool in TOOLS]
    parts = [text, figures, header, logo, code, tools, sorted(formats), dict(options)]
    return hashlib.sha256(canonical(parts).encode()).hexdigest()
