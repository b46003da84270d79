"""A long report: 300 figures on 100 pages, built from scratch, compared with a notebook of the same text and images.

Every round builds the whole report again, with one sentence changed, as PDF and HTML, in a process of its own; the table gives
the median seconds and the peak resident memory of the process and its children. `python benchmarks/long.py --rounds 3`.

With `--notebook PYTHON`, a Python that has nbconvert, the same text and images are in a notebook without code, and
each round converts that as well: with `--exporter pdf` (needs XeLaTeX) or `webpdf` (needs Playwright's Chromium).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
from PIL import Image
from speed import Run, command, run, surroundings

SIZE = (630, 900)  # height and width of an image
TEXT = "The codes of the classes lie beside one another, and what lies between them is decoded to what no image shows. " * 4


def main() -> None:
    """Measure and print a Markdown table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--figures", type=int, default=300)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--notebook", help="a Python that has nbconvert")
    options.add_argument("--exporter", default="webpdf", choices=("pdf", "webpdf"))
    chosen = options.parse_args()
    runs: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        workspace = Path(scratch)
        lay(workspace, chosen.figures)
        environment, templates = surroundings(workspace), workspace / "templates"
        lines = {"report builder, PDF and HTML": command("build", "long", "--to", "pdf,html")}
        if chosen.notebook:
            lines[f"nbconvert --to {chosen.exporter}"] = [
                *(chosen.notebook, "-m", "nbconvert", "--to", chosen.exporter, str(templates / "long.ipynb"))
            ]
        for number in range(chosen.rounds):
            write(templates, chosen.figures, number)
            for name, line in lines.items():
                runs.setdefault(name, []).append(run(line, environment))
        print(f"\n{chosen.figures} figures, {chosen.rounds} rounds\n")
    print("| case | median s | min-max s | peak MB |\n| --- | --- | --- | --- |")
    for name, found in runs.items():
        seconds = [one.seconds for one in found]
        peak = max(one.megabytes for one in found)
        print(f"| {name} | {median(seconds):.2f} | {min(seconds):.2f}-{max(seconds):.2f} | {peak:.0f} |")


def lay(workspace: Path, figures: int) -> None:
    """Write an experiment without runs, and a distinct image for each figure."""
    for name in ("experiments", "templates"):
        (workspace / name).mkdir()
    (workspace / "experiments" / "long.yaml").write_text("report: {title: A long report, language: en, date: 2025-11-20}\n")
    rows, columns = np.indices(SIZE)
    for number in range(figures):
        waves = 127 + 120 * np.sin(rows / (9 + number % 17)) * np.cos(columns / (7 + number))
        channels = np.stack([waves, waves[::-1], np.full(SIZE, number % 256)], axis=-1)
        Image.fromarray(channels.astype(np.uint8)).save(workspace / "templates" / f"picture-{number}.png")


def write(folder: Path, figures: int, round_number: int) -> None:
    """Write template and notebook: a heading per ten figures, a paragraph before each; the first sentence names the round."""
    parts = [f"Round {'abcdefghij'[round_number % 10]}."]
    cells = [*parts]
    for number in range(figures):
        head = f"# Part {number // 10 + 1}\n\n" if number % 10 == 0 else ""
        parts.append(
            f"{head}{TEXT}See @fig:f{number}.\n\n![Codes, seen from afar](picture-{number}.png){{#fig:f{number} width=55%}}"
        )
        cells.append(f"{head}{TEXT}\n\n![Codes, seen from afar](picture-{number}.png)")
    (folder / "long.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    told = [{"cell_type": "markdown", "id": f"c{at}", "metadata": {}, "source": cell} for at, cell in enumerate(cells)]
    notebook = {"cells": told, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (folder / "long.ipynb").write_text(json.dumps(notebook), encoding="utf-8")


if __name__ == "__main__":
    main()
