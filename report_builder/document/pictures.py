"""The files behind the images of a document."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from report_builder.document.material import FigureCard, Material
from report_builder.document.places import Places, outside_code
from report_builder.document.tree import Node, first_line, plain_text
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.picture_files import check, opened
from report_builder.records import frozen

SUFFIXES = (".png", ".svg", ".jpg", ".jpeg")
_TARGET = re.compile(
    r"""(?:\]\(\s*|^\s*\[[^\]]+\]:\s*)(?:<([^<>\n]+\.(?:png|svg|jpe?g))>"""
    r"""|((?:(?!\]\()[^\s<>"])+?\.(?:png|svg|jpe?g))(?=[)\s"]|$))""",
    re.IGNORECASE | re.MULTILINE,
)

_ROOT = re.compile(r"<svg\b[^>]*>")
_SIDE = re.compile(r"""\s(width|height)=["']\s*([\d.]+)\s*(px|pt|cm|mm|in|)\s*["']""")
_BOX = re.compile(r"""\sviewBox=["'][-\d.e]+[\s,]+[-\d.e]+[\s,]+([\d.e]+)[\s,]+([\d.e]+)""")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 96 / 72, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4}


@frozen
class Picture:
    """The file of an image.

    Attributes:
        file: the picture shown.
        png: a PNG version, for formats that do not support SVG.
        live: the figure, if it is interactive in HTML.
    """

    file: Path
    png: Path | None = None
    live: FigureCard | None = None


@dataclass
class Pictures:
    """Resolves the images of one document: figures of the material, and files next to the template.

    Attributes:
        files: image target, as in the tree -> picture.
        problems: images that are missing, remote or outside the template's folder.
        unmeasured: figures that have not been drawn, by image target.
    """

    material: Material
    folder: Path
    places: Places
    files: dict[str, Picture] = field(default_factory=dict)
    draft: bool = False
    problems: list[Problem] = field(default_factory=list)
    unmeasured: dict[str, Problem] = field(default_factory=dict)

    def resolve(self, images: Iterable[Node]) -> None:
        """Find the file of every image, and give each image an alternative text."""
        for image in images:
            target = image["c"][2][0]
            if target.startswith("figure:"):
                self._figure(target, self._where(image))
            elif target:
                self._own(target, self._where(image))
            values = image["c"][0][2]
            if not any(key == "alt" for key, _ in values):
                values.append(["alt", plain_text(image["c"][1]) or Path(unquote(target)).stem])

    def _where(self, image: Node) -> str:
        """Return the place of a picture; one without words has no line of its own and is searched for by its target."""
        return self.places.of(image) if first_line(image) else next(iter(self.places.containing(f"({image['c'][2][0]}")), "")

    def _figure(self, target: str, where: str) -> None:
        card = self.material.figures.get(target.removeprefix("figure:"))
        file = picture_file(card) if card else None
        if file is not None and file.is_file():
            self.files[target] = Picture(file, card.png, card if card.sprite else None) if card else Picture(file)
            return
        if card is None:
            name = target.removeprefix("figure:")
            self.problems.append(Problem(where, "unknown figure", repr(name), near_miss(name, self.material.figures)))
            return
        self.unmeasured[target] = Problem(where, f"figure '{card.id}' has no picture", str(file or ""))
        if not self.material.placeholders and not self.draft:
            self.problems.append(self.unmeasured[target])

    def _own(self, target: str, where: str) -> None:
        file = (self.folder / target).resolve()
        if not file.is_file():  # pandoc encodes a space as %20
            file = (self.folder / unquote(target)).resolve()
        if "://" in target or not file.is_relative_to(self.folder.resolve()):
            rule = "an image lies outside the template's folder"
            self.problems.append(
                Problem(where, rule, target, next_step=f"Put it into {self.folder} and name it relative to that.")
            )
        elif file.suffix.lower() not in SUFFIXES:
            self.problems.append(
                Problem(where, "an image of this kind cannot be printed", target, f"Allowed: {', '.join(SUFFIXES)}.")
            )
        elif not file.is_file():
            self.problems.append(Problem(where, "an image does not exist", target))
        else:
            try:
                check(file)
                self.files[target] = Picture(file)
            except ReportError as error:
                self.problems += [replace(problem, where=where, received=target) for problem in error.problems]


def size(file: Path) -> tuple[float, float] | None:
    """Return width and height of a picture in CSS pixels, or None for an SVG that states neither size nor view box."""
    if file.suffix.lower() == ".svg":
        return _svg_size(file.read_text(encoding="utf-8", errors="replace"))
    head = file.read_bytes()[:24]
    if head.startswith(b"\x89PNG"):
        return float(int.from_bytes(head[16:20], "big")), float(int.from_bytes(head[20:24], "big"))
    with opened(file) as image:
        return float(image.width), float(image.height)


def _svg_size(text: str) -> tuple[float, float] | None:
    root = _ROOT.search(text)
    sides = {name: float(length) * _PIXELS[unit] for name, length, unit in _SIDE.findall(root[0] if root else "")}
    if len(sides) == 2:
        return sides["width"], sides["height"]
    box = _BOX.search(root[0]) if root else None
    return (float(box[1]), float(box[2])) if box else None


def picture_file(card: FigureCard) -> Path | None:
    """Return the file that documents show: the PNG of a raster figure, otherwise the SVG."""
    return (card.png or card.svg) if card.raster else (card.svg or card.png)


def own_pictures(markdown: str, folder: Path) -> tuple[Path, ...]:
    """Return the pictures in the template's folder that a text uses, in order; code blocks are ignored."""
    text = "\n".join(line for _, line in outside_code(markdown.split("\n")))
    targets = ("".join(found) for found in _TARGET.findall(text))
    files = dict.fromkeys((folder / name).resolve() for target in targets for name in (target, unquote(target)))
    return tuple(file for file in files if file.is_relative_to(folder.resolve()) and file.is_file())
