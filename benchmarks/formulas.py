"""Draw the formulas of the tests side by side: typst, Chromium, xelatex; one image per kind of formula.

    python benchmarks/formulas.py OUTPUT_FOLDER
    python benchmarks/formulas.py --emit

The second command writes the expected output of each formula, to be run after the images have been inspected.

Needs xelatex (with unicode-math and Latin Modern Math), chromium and pdftoppm; takes a minute.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import typst
from PIL import Image, ImageDraw, ImageOps

from report_builder.document.formulas.mathml import mathml
from report_builder.document.formulas.typst import PRELUDE
from report_builder.document.formulas.typst import typst as as_typst

SNIPPETS = Path(__file__).parents[1] / "tests" / "document" / "formulas" / "set.txt"
DPI, ROW, WIDTH = 150, 210, 830
TEX = r"""\documentclass[11pt]{article}
\usepackage[paperwidth=14cm,paperheight=3.4cm,margin=2mm]{geometry}
\usepackage{amsmath,amssymb,mathtools}\usepackage[warnings-off={mathtools-colon,mathtools-overbracket}]{unicode-math}
\setmainfont{Latin Modern Roman}\setmathfont{Latin Modern Math}
\newcommand\bm[1]{\boldsymbol{#1}}\pagestyle{empty}\parindent0pt
\begin{document}
"""


def kinds() -> dict[str, list[str]]:
    """Return the formulas of the tests by kind."""
    found: dict[str, list[str]] = {}
    for line in SNIPPETS.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found[line[3:]] = []
        elif line and not line.startswith("# "):
            found[next(reversed(found))].append(line)
    return found


def emit() -> None:
    """Write the typst and MathML of each formula next to the formulas."""
    every = [formula for formulas in kinds().values() for formula in formulas]
    emitted = {tex: [as_typst(tex), mathml(tex, display=True).partition("<annotation")[0]] for tex in every}
    file = SNIPPETS.with_name("emitted.json")
    file.write_text(json.dumps(emitted, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def by_typst(formulas: list[str], folder: Path) -> list[Image.Image]:
    """Return each formula as an image."""
    pages = "\n#pagebreak()\n".join(f"#tex.equation(block: true, ${as_typst(formula)}$)" for formula in formulas)
    style = "#set page(width: 14cm, height: 3.4cm, margin: 2mm)\n#set text(11pt)\n#set align(horizon)"
    font = '#show math.equation: set text(font: "New Computer Modern Math")'
    (folder / "all.pdf").write_bytes(typst.compile(f"{style}\n{font}\n{PRELUDE}\n{pages}".encode()))
    return _pages(folder / "all.pdf")


def by_xelatex(formulas: list[str], folder: Path) -> list[Image.Image]:
    """Return each formula as an image; formulas that xelatex does not support are left out."""
    own = [
        f"{formula}" if formula.startswith(("\\begin{align", "\\begin{gather*")) else f"\\[{formula}\\]" for formula in formulas
    ]
    own = [formula if not formula.startswith("\\begin{aligned") else f"\\[{formula}\\]" for formula in own]
    (folder / "all.tex").write_text(
        TEX + "\n\\clearpage\n".join(f"\\mbox{{}}\\vfill{text}\\vfill" for text in own) + "\\end{document}", "utf-8"
    )
    command = ["xelatex", "-interaction=nonstopmode", "all.tex"]
    subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    return _pages(folder / "all.pdf")


def by_chromium(formulas: list[str], folder: Path) -> list[Image.Image]:
    """Return each formula as an image."""
    style = f"body{{margin:0;font-size:23px}} div{{height:{ROW}px;display:grid;align-items:center;overflow:hidden}}"
    shots = []
    for start in range(0, len(formulas), 40):  # Chromium's images are at most 16384 pixels high
        rows = "".join(f"<div>{mathml(formula, display=True)}</div>" for formula in formulas[start : start + 40])
        (folder / "all.html").write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{rows}", "utf-8")
        size = f"--window-size={WIDTH},{ROW * 40}"
        options = [
            "--headless",
            "--no-sandbox",
            "--hide-scrollbars",
            "--disable-gpu",
            size,
            f"--screenshot={folder / 'all.png'}",
        ]
        subprocess.run(["chromium", *options, str(folder / "all.html")], capture_output=True, check=True, timeout=300)
        shot = Image.open(folder / "all.png").convert("RGB")
        shots += [shot.crop((0, i * ROW, WIDTH, (i + 1) * ROW)) for i in range(min(40, len(formulas) - start))]
    return shots


def _pages(file: Path) -> list[Image.Image]:
    subprocess.run(["pdftoppm", "-r", str(DPI), "-png", str(file), str(file.with_suffix(""))], check=True, timeout=300)
    return [Image.open(page).convert("RGB") for page in sorted(file.parent.glob(f"{file.stem}-*.png"))]


def _sheet(formulas: list[str], columns: list[list[Image.Image]]) -> Image.Image:
    rows = [[_cut(pictures[i]) for pictures in columns if i < len(pictures)] for i in range(len(formulas))]
    heights = [max(picture.height for picture in row) + 34 for row in rows]
    sheet = Image.new("RGB", (2 * WIDTH, sum(heights)), "white")
    draw, top = ImageDraw.Draw(sheet), 0
    for formula, row, height in zip(formulas, rows, heights, strict=True):
        draw.rectangle((0, top, sheet.width, top + 17), fill="#dde6f0")
        draw.text((4, top + 2), formula, fill="black")
        for j, picture in enumerate(row):
            sheet.paste(picture, (j * sheet.width // 3 + 8, top + 18 + (height - 18 - picture.height) // 2))
        top += height
    return sheet


def _cut(picture: Image.Image) -> Image.Image:
    """Crop an image to its printed part."""
    box = ImageOps.invert(picture.convert("L")).getbbox()
    return picture.crop(box) if box else picture.crop((0, 0, 1, 1))


def main(output: Path) -> None:
    """Write one image per kind: the TeX source on top, then typst, Chromium and xelatex."""
    output.mkdir(parents=True, exist_ok=True)
    every = [formula for formulas in kinds().values() for formula in formulas]
    columns = []
    for make in (by_typst, by_chromium, by_xelatex):
        with tempfile.TemporaryDirectory() as folder:
            columns.append(make(every, Path(folder)))
    at = 0
    for kind, formulas in kinds().items():
        sheet = _sheet(formulas, [pictures[at : at + len(formulas)] for pictures in columns])
        sheet.save(output / f"{kind.replace(' ', '-').replace(',', '')}.png")
        at += len(formulas)


if __name__ == "__main__":
    emit() if sys.argv[1] == "--emit" else main(Path(sys.argv[1]))
