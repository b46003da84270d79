"""Find overlapping text boxes in the figures of a report, in every language: texts that cover each other or leave the page.

python benchmarks/boxes.py gallery                   # every figure in every language, after a build of the report
python benchmarks/boxes.py gallery --language ru --keep drawn --figure map [--store FOLDER] [--set KEY=VALUE ...]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from unittest import mock

from matplotlib.figure import Figure
from matplotlib.text import Text

from report_builder import languages
from report_builder.build import Workspace, plan_report
from report_builder.drawing import DPI
from report_builder.drawing._files import write_png
from report_builder.drawing._fonts import complete_fonts
from report_builder.drawing._imports import settings
from report_builder.kinds import Drawing
from report_builder.languages import Language
from report_builder.plots._room import make_room
from report_builder.plots._style import STYLE
from report_builder.store import reading

MM = 25.4
LEAST = 1.0  # mm²; a smaller overlap does not count


def collisions(drawn: Drawing, language: Language) -> Iterator[str]:
    """Yield each pair of texts, and each text that crosses the edge of the page, with the overlapping area in mm²."""
    seen: list[Text] = []

    def draw(self: Text, renderer: object, *args: object) -> None:
        if self.get_visible() and self.get_text().strip():
            seen.append(self)
        painted(self, renderer, *args)

    figure, painted = drawn.figure, Text.draw
    with complete_fonts(figure, language):
        make_room(figure)
        with mock.patch.object(Text, "draw", draw):
            figure.draw_without_rendering()
        yield from _said(figure, list(dict.fromkeys(seen)))


def _said(figure: Figure, texts: list[Text]) -> Iterator[str]:
    square, page = (MM / figure.dpi) ** 2, figure.bbox
    boxes = {text: Text.get_window_extent(text) for text in texts}  # excludes the leader line of an annotation
    for (one, a), (other, b) in combinations(boxes.items(), 2):
        area = max(0, min(a.x1, b.x1) - max(a.x0, b.x0)) * max(0, min(a.y1, b.y1) - max(a.y0, b.y0)) * square
        if area >= LEAST:
            yield f"{one.get_text()!r} and {other.get_text()!r}: {area:.1f} mm²"
    for text, box in boxes.items():
        inside = max(0, min(box.x1, page.x1) - max(box.x0, 0)) * max(0, min(box.y1, page.y1) - max(box.y0, 0))
        if (area := (box.width * box.height - inside) * square) >= LEAST:
            yield f"{text.get_text()!r} and the edge: {area:.1f} mm²"


def main() -> int:
    """Draw the figures and print the overlaps; return 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report")
    parser.add_argument("--store", type=Path, default=Path("runs"))
    parser.add_argument("--profile")
    parser.add_argument("--set", action="append", default=[], dest="sets")
    parser.add_argument("--language", action="append", choices=languages.codes())
    parser.add_argument("--figure", action="append")
    parser.add_argument("--keep", type=Path, help="folder for the PNGs")
    options = parser.parse_args()
    plan = plan_report(
        options.report, Workspace.find({"store": str(options.store)}), profile=options.profile, sets=options.sets
    )
    found = drawings = 0
    for code in options.language or languages.codes():
        language = languages.load(code)
        for name, picture in plan.resolved.figures.items():
            if options.figure and name not in options.figure:
                continue
            arrays = reading.inputs(plan.figures[name].step, plan.store)
            with settings(STYLE, dict(plan.resolved.style.values)):
                drawn = picture.kind.module.draw(arrays, picture.kind.parameters, plan.subjects(picture), language)
                for told in collisions(drawn, language):
                    print(f"{code} {name}: {told}")
                    found += 1
                if options.keep:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    write_png(
                        drawn.figure, options.keep / f"{name}-{code}.png", dpi=max(DPI, drawn.figure.dpi), exact=drawn.raster
                    )
            drawings += 1
    print(f"{drawings} drawings: {found} collisions over {LEAST:g} mm²")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
