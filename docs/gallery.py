"""Write `docs/gallery.md` and its images from the built report `gallery`: `make gallery`.

Each figure of `experiments/gallery.yaml` is listed with its line of YAML, in the order of the report; the options of a kind
are listed with its first figure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from report_builder.kinds import FIGURES, MODELS, Figure, Parameters

ROOT = Path(__file__).resolve().parent.parent
EXPERIMENT, FIGURE_FOLDER = ROOT / "experiments" / "gallery.yaml", ROOT / "figures" / "gallery"
PAGE, PICTURES = ROOT / "docs" / "gallery.md", ROOT / "docs" / "gallery"
WIDTH = 900  # width of an image of the docs in pixels
OVERVIEW, TILE, ACROSS = ROOT / "docs" / "figures.png", (380, 300), 4
CHOSEN = (
    "back",
    "classes",
    "lattice",
    "progress",
    "histograms",
    "map",
    "corners",
    "confused",
    "attribute",
    "trend",
    "sure",
    "layers",
)
HEAD = """# Figure kinds

Every built-in kind of figure, drawn by `make report REPORT=gallery` from models that trained for some minutes on the
embedded digits. The line above each picture produces it under `figures:`; `report-builder figure ID --report gallery
--show-options` prints the options of one. This page is written by `make gallery`.
"""


def main() -> None:
    """Regenerate the page and its images."""
    index = json.loads((FIGURE_FOLDER / "index.json").read_text(encoding="utf-8"))
    PICTURES.mkdir(exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    entries = dict(written(EXPERIMENT.read_text(encoding="utf-8")))
    shown, parts = set[str](), [HEAD]
    for id_, figure in sorted(index.items(), key=lambda item: item[1]["png"]):
        kind = re.search(r"kind: ([\w./]+)", entries[id_])[1]
        small(FIGURE_FOLDER / figure["png"], PICTURES / f"{id_}.png")
        parts += section(id_, kind, entries[id_], figure, first=kind not in shown)
        shown.add(kind)
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    overview([FIGURE_FOLDER / index[id_]["png"] for id_ in CHOSEN])


def written(text: str) -> Iterator[tuple[str, str]]:
    """Return the lines of each figure of the file, by id."""
    figures = re.search(r"^figures:\n(.*?)(?=^\S)", text, re.MULTILINE | re.DOTALL)[1]
    for entry in re.finditer(r"^  ([\w-]+):.*\n(?:^   .*\n)*", figures, re.MULTILINE):
        yield entry[1], entry[0].rstrip()


def section(id_: str, kind: str, entry: str, figure: Mapping[str, Any], *, first: bool) -> Iterator[str]:
    """Return the section of one figure: heading and options if the kind is new, then YAML and image."""
    if first:
        yield f"## {kind}\n\n{said(FIGURES.get(kind))}\n"
    yield f"```yaml\n{entry}\n```\n\n![{figure['alt']}](gallery/{id_}.png)\n"
    if first:
        yield f"<details><summary>Options of <code>{kind}</code></summary>\n\n{options(kind)}\n\n</details>\n"


def said(kind: Figure[Parameters]) -> str:
    """Return the description of a kind and of the models it serves."""
    models = ", ".join(f"`{name}`" for name, model in MODELS if kind.fits(model.abilities))
    summary = f"{kind.summary[0].upper()}{kind.summary[1:]}."
    return f"{summary} Models that provide {kind.needs}: {models}." if kind.serves else summary


def options(kind: str) -> str:
    """Return the options of a kind as a list."""
    fields = FIGURES.get(kind).parameters.model_fields
    return "\n".join(f"- `{name}`: {field.description}" for name, field in fields.items())


def small(source: Path, target: Path) -> None:
    """Save a figure for the screen: fewer pixels, fewer colours."""
    with Image.open(source) as picture:
        width = min(WIDTH, picture.width)
        size = width, round(picture.height * width / picture.width)
        resized = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        few_colours(resized).save(target, optimize=True)


def few_colours(picture: Image.Image) -> Image.Image:
    """Reduce an image to a palette that keeps rare colours: those of classes are rare next to black and white."""
    return picture.quantize(256, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def overview(sources: Sequence[Path]) -> None:
    """Combine some figures into one image for the README."""
    wide, tall = TILE
    sheet = Image.new("RGB", (wide * ACROSS, tall * -(-len(sources) // ACROSS)), "white")
    for place, source in enumerate(sources):
        with Image.open(source) as picture:
            tile = picture.convert("RGB")
        tile.thumbnail((wide - 24, tall - 24), Image.Resampling.LANCZOS)
        left, top = place % ACROSS * wide, place // ACROSS * tall
        sheet.paste(tile, (left + (wide - tile.width) // 2, top + (tall - tile.height) // 2))
    few_colours(sheet).save(OVERVIEW, optimize=True)


if __name__ == "__main__":
    main()
