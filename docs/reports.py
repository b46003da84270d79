"""Write `docs/reports.md` with its documents and images from built reports: `python docs/reports.py [REPORT ...]`.

Each document is copied as handed in, with the figures of `CHOSEN`; `docs/reports/metrics.csv` has the facts of all.
"""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from gallery import few_colours
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PAGE, FOLDER = ROOT / "docs" / "reports.md", ROOT / "docs" / "reports"
COLUMNS = ("report", "fact", "value", "unit", "spread", "n", "seeds")
WIDE, TALL = 900, 420  # pixels of the images of a report, side by side
# The description of a report, and which of its figures are shown.
CHOSEN = {
    "quickstart": (
        "An autoencoder and a variational one, two pages: the first report that the README builds.",
        ("reconstructions", "codes"),
    ),
    "generative-models": (
        "A lab sheet from the autoencoder to the conditional GAN, question by question.",
        ("vae-grid", "cells"),
    ),
    "generative-models-en": (
        "The same sheet in English, from the same trainings.",
        ("vae-interpolation", "cgan-sheet"),
    ),
    "deep-learning-homework": (
        "Homework on a VAE, a conditional GAN and two WGANs, with references.",
        ("corners", "gp-samples"),
    ),
    "vae-beyond-mnist": (
        "An article on a convolutional VAE, with sweeps, equations and a bibliography.",
        ("map", "back"),
    ),
    "vae-lecture": (
        "A lecture in Russian from a layer of one's own to the arithmetic of codes, with an assignment of personal data.",
        ("cdf", "quantiles"),
    ),
}
HEAD = """# Reports

What `make report REPORT=...` writes, as it is handed in: each from one experiment file and one template, trained on two cores.
Profile `full` trains on the whole data, `quick` on small data for some minutes; each section says which.
[metrics.csv](reports/metrics.csv) has every fact that they can cite. `vae-lecture` was built without the files of CelebA, whose
photographs show people: digits stand in for them, and the text says so. This page is written by `docs/reports.py`.
"""


def main(chosen: Sequence[str]) -> None:
    """Regenerate the page for some built reports, or for all; the others stay as they are."""
    FOLDER.mkdir(exist_ok=True)
    parts, rows = [HEAD], list[dict[str, str]]()
    with (FOLDER / "metrics.csv").open(encoding="utf-8", newline="") as file:
        before = [*csv.DictReader(file)]
    sections = {part.partition("\n")[0]: f"## {part.strip()}\n" for part in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]}
    for name, (said, figures) in CHOSEN.items():
        if chosen and name not in chosen:
            rows += [row for row in before if row["report"] == name]
            parts.append(sections[name])
            continue
        folder, profile = built(name)
        facts = json.loads((ROOT / "build" / folder / "facts.json").read_text(encoding="utf-8"))
        rows += ({"report": name, "fact": fact} | texts(value) for fact, value in facts.items())
        shutil.copyfile(ROOT / "build" / folder / f"{name}.pdf", FOLDER / f"{name}.pdf")
        alt = strip(name, ROOT / "figures" / folder, figures)
        links = f"[PDF](reports/{name}.pdf), from `experiments/{name}.yaml` and `templates/{name}.md`; profile `{profile}`."
        parts.append(f"## {name}\n\n{said} {links}\n\n![{alt}](reports/{name}.png)\n")
    PAGE.write_text("\n".join(parts), encoding="utf-8")
    with (FOLDER / "metrics.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def built(name: str) -> tuple[str, str]:
    """Return the folder and the profile of a built report: the full one if there is one."""
    full = f"{name}@full"
    return (full, "full") if (ROOT / "build" / full).is_dir() else (name, "quick")


def texts(value: dict[str, object]) -> dict[str, str]:
    """Return a fact as text."""
    return {key: "" if value[key] is None else f"{value[key]}" for key in COLUMNS[2:]}


def strip(name: str, folder: Path, figures: tuple[str, ...]) -> str:
    """Save some figures of a report side by side, and return what they show."""
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    tiles = list(pictures([folder / index[id_]["png"] for id_ in figures]))
    sheet = Image.new("RGB", (WIDE, max(tile.height for tile in tiles)), "white")
    for place, tile in enumerate(tiles):
        sheet.paste(tile, (place * WIDE // len(tiles) + (WIDE // len(tiles) - tile.width) // 2, 0))
    few_colours(sheet).save(FOLDER / f"{name}.png", optimize=True)
    return "; ".join(index[id_]["alt"] for id_ in figures)


def pictures(files: list[Path]) -> Iterator[Image.Image]:
    """Return the figures, scaled down."""
    for file in files:
        with Image.open(file) as picture:
            tile = picture.convert("RGB")
        tile.thumbnail((WIDE // len(files) - 16, TALL), Image.Resampling.LANCZOS)
        yield tile


if __name__ == "__main__":
    main(sys.argv[1:])
