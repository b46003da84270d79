"""What the page style keeps on one page."""

import json
from pathlib import Path

import pytest
import typst

from report_builder.document import pdf
from report_builder.document.wrapping import paged

STYLE = (Path(pdf.__file__).parent / "styles" / "default.typ").read_text(encoding="utf-8")
FILLER = '#show: report.with(title: "T")\n#v({room}, weak: false)\n'
HERE = "#context [#metadata(here().page()) <place>]"


def table(rows: int) -> str:
    """A table that says on which pages its first and its last row stand."""
    cells = [HERE, *(f"row {i}" for i in range(rows - 2)), HERE]
    return f"#tabular[#figure(table(columns: 1, {', '.join(f'[{cell}]' for cell in cells)}), kind: table, caption: [C])]"


def listing(lines: int) -> str:
    """A listing that says on which pages its caption and the text below it stand."""
    blocks = "".join(f", ({json.dumps(block.code)}, ())" for block in paged("x = 1\n\n" * (lines // 2)))
    return f'#listing(<lst>, [{HERE}], ("python"{blocks}))\n{HERE}'


@pytest.mark.parametrize(("shown", "pages"), [(table(6), 1), (table(60), 2), (listing(10), 1), (listing(60), 2)])
def test_only_what_is_long_is_broken(shown: str, pages: int) -> None:
    """Where little room is left, a short table or listing goes to the next page as a whole, a long one begins here."""
    source = STYLE + FILLER.format(room="20.5cm") + shown
    places = json.loads(typst.query(source.encode(), "<place>", field="value"))
    assert places[-1] - places[0] + 1 >= pages
    assert (places[0] == places[-1]) is (pages == 1)


def test_figures_side_by_side_begin_at_one_height_and_so_do_their_captions() -> None:
    """A higher picture moves the caption of its neighbour, too; a last row that is not full is in order."""
    parts = ", ".join(
        f"panel(<p{i}>, [#box[] <picture>#rect(height: {height}cm)], [#box[x] <caption>])" for i, height in enumerate((1, 3, 2))
    )
    page = STYLE + f"#panels(<all>, 2, [All], {parts})\n"
    heights = []
    for what in ("picture", "caption"):
        asked = f"#context [#metadata(query(<{what}>).map(each => each.location().position().y.pt())) <place>]"
        heights.append(json.loads(typst.query((page + asked).encode(), "<place>", field="value"))[0])
    (pictures, captions) = heights
    assert pictures[0] == pytest.approx(pictures[1])
    assert captions[0] == pytest.approx(captions[1])
    assert captions[0] > pictures[0] + 3 / 2.54 * 72
    assert pictures[2] > captions[1]
