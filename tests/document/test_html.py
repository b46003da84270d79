"""The page is self-contained."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from PIL import Image

from report_builder.document.html import html_page
from report_builder.languages import load


def test_self_contained(composed):
    """Pictures and style are inside the file, and no address is loaded."""
    page = html_page(composed())
    assert page.count('src="data:image/') == 2
    assert not re.search(r'(src|href)="(https?:|figure:|/)', page)
    assert "<style>" in page


def test_accessible(composed):
    """The page has its language, alternative texts, MathML and one first-level heading."""
    page = html_page(composed())
    assert '<html lang="pl">' in page
    assert 'alt="Dwa rzędy cyfr"' in page
    assert "<math" in page
    assert page.count("<h1") == 1


def test_a_number_tells_what_it_is(composed, material):
    """The tooltip of a printed value has its fact, seeds, interval and trainings; typed numbers have none."""
    fact = replace(material.facts["vae.test.elbo"], keys=("0123456789abcdef", "fedcba9876543210"))
    given = replace(material, facts=material.facts | {fact.name: fact}, tasks={})
    table = '{{ fact_table(["vae"], [("ELBO", "test.elbo")], caption="Nr 7") }}'
    page = html_page(
        composed(f'{{{{ fact("vae.test.elbo").full }}}} i {{{{ compare("vae", "mc", "test.elbo") }}}}\n\n{table}', given)
    )
    titles = re.findall(r'<span class="fact"\s+title="([^"]+)">([^<]+)</span>', page.replace("\n", " "))
    assert (
        len([shown for title, shown in titles if title.startswith("vae.test.elbo; ziarna: 1, 2, 3; przedział 95%: [−158,")])
        == 3
    )
    assert len([shown for title, shown in titles if title.startswith("mc.test.elbo")]) == 1
    assert all("uczenia: 01234567, fedcba98" in title for title, _ in titles if title.startswith("vae"))


def test_links_lead_somewhere(composed):
    """Every link of the page has its target in the page."""
    page = html_page(composed())
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


def test_contents_read_like_the_headings(composed, free):
    """In the contents, headings keep formulas and quotes, and lose notes and anchors."""
    head = '# The $D_{KL}$ "quoted" [link](http://a.pl) with a note[^n]\n\n[^n]: Words of the note.\n\n'
    page = html_page(composed(head + "## Second `code_x`\n\n# Third []{#x}\n", free))
    contents = page[page.index("<nav") : page.index("</nav>")]
    assert re.sub(r"<annotation.*?</annotation>|<[^>]+>|\s+", "", contents) == (
        "Spistreści1.TheDKL„quoted”linkwithanote1.1.Secondcode_x2.Third"
    )
    assert "<math" in contents
    assert "Words of the note" not in contents
    assert len(re.findall(r' id="', contents)) == 0


def test_every_link_and_head_has_a_name(composed):
    """No link is empty, including the anchors of code lines, and no table header is."""
    page = html_page(composed())
    assert "<a" in page
    assert "<th" in page
    assert not re.search(r"<(a|th)\b[^>]*>\s*</", page)


TABLES = """\
|     | loss |
|-----|------|
| VAE | 12   |
|     | 13   |

| set   | images |
|-------|--------|
| train | 60     |

{{ fact_table(["vae"], [("bits", "test.elbo")]) }}
"""


def test_heads_of_tables_say_what_they_are_the_heads_of(composed, free):
    """The first column of the program's tables, and of tables with an empty first head, holds row headers."""
    page = html_page(composed(TABLES, free))
    first, second, third = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert re.findall(r"<t[hd][^>]*>.*?</t[hd]>", re.sub(r" (?:style|class|id|data-\w+)=\"[^\"]*\"", "", first)) == [
        "<td></td>",
        '<th scope="col">loss</th>',
        '<th scope="row">VAE</th>',
        "<td>12</td>",
        "<td></td>",
        "<td>13</td>",
    ]
    assert second.count('<th scope="col"') == 2
    assert '<th scope="row"' not in second
    assert third.count('<th scope="row"') == 1


def test_the_contents_can_be_skipped(composed):
    """The first link of the page skips the contents, and is visible when focused."""
    page = html_page(composed())
    assert re.search(r"<a [^>]*>", page)[0] == '<a class="skip" href="#main-text">'
    assert ">Przejdź do treści</a>" in page
    assert page.index('<main id="main-text">') > page.index("</nav>")
    assert ".skip:focus { left: 0;" in page


def test_links_are_told_by_more_than_their_colour(composed):
    """Links in text are underlined, because not every reader sees their colour."""
    assert "main a:not(.footnote-ref) { text-decoration: underline;" in html_page(composed())


def test_marks_stay_with_their_formula(composed, free):
    """No line break separates a formula from an adjacent mark; a text without spaces can still be broken."""
    page = html_page(composed('Let ($a$), and $b$-th "$c$" hold; $d$ e. 令$f$，並且$g$很大。\n\n$h$ i', free))
    page = re.sub(r"<annotation.*?</annotation>|</?(math|semantics|mi)\b[^>]*>", "", page)
    assert re.findall(r'<span class="held">(.*?)</span>', page) == ["(a),", "b-th", "„c”", "f，"]


UNITS = {  # a drawing of 96 x 192 pixels in each unit
    "px": 'width="96px" height="192px"',
    "in": 'width="1in" height="2in"',
    "cm": 'width="2.54cm" height="5.08cm"',
    "mm": 'width="25.4mm" height="50.8mm"',
    "none": 'width="96" height="192"',
}


def test_pictures_keep_their_room(composed, free, tmp_path):
    """Every picture states its size, so links land at their targets before pictures load; none is loaded lazily."""
    folder = tmp_path / "templates"
    folder.mkdir()
    Image.new("L", (60, 20)).save(folder / "a.png")
    Image.new("L", (30, 90)).save(folder / "b.jpg")
    svg = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" {}><path stroke-width="2" d=""/></svg>'
    for name, sides in {"c": 'width="72pt" height="36.0pt"', **UNITS, "d": 'width="100%" viewBox="0 0 30 20"', "e": ""}.items():
        (folder / f"{name}.svg").write_text(svg.format(sides))
    names = ("a.png", "b.jpg", "c.svg", "d.svg", "e.svg", *(f"{name}.svg" for name in UNITS))
    page = html_page(composed("\n\n".join(f"![]({name}){{width=50%}}" for name in names) + "\n\n{{ figure('codes') }}", free))
    sizes = re.findall(r'<img[^>]*? width="(\d+)" height="(\d+)"', page)
    assert sizes == [("60", "20"), ("30", "90"), ("96", "48"), ("30", "20"), *[("96", "192")] * len(UNITS), ("300", "180")]
    assert page.count("<img") == 6 + len(UNITS)  # a drawing that states no size reserves no space
    assert 'loading="lazy"' not in page


def test_a_living_figure_has_all_that_it_needs_beside_the_picture(composed, free):
    """Sprite and controls of an interactive figure are data in the page, after the picture shown without scripts."""
    strip = free.figures["strip"]
    live = {"size": [2, 2], "across": 1, "points": [], "classes": {"</script>": "#ffffff"}, "controls": []}
    given = replace(free, figures=free.figures | {"strip": replace(strip, sprite=strip.png, live=live)})
    page = html_page(composed('{{ figure("strip") }}\n\n{{ figure("codes") }}', given))
    ((image, data),) = re.findall(r'(<img[^>]*>)<script type="application/json" class="live">(.*?)</script>', page)
    assert 'alt="Dwa rzędy cyfr"' in image
    assert json.loads(data) == live | {"sprite": re.search(r'src="([^"]+)"', image)[1]}


def test_draft(composed, free):
    """A draft is marked across the page."""
    assert 'data-draft="WERSJA ROBOCZA"' in html_page(composed("x", free), draft=True)


def test_scripts_have_their_words(composed, free):
    """The words of the scripts are in the language of the report, and cannot end the script."""
    page = html_page(composed("x", replace(free, header=replace(free.header, language="en"))))
    words = json.loads(re.search(r"const words = (.*?);\n", page)[1])
    assert words == {word: load("en").word(f"page.{word}") for word in words}
    assert [*words] == ["anchor", "copy", "copied", "enlarge", "close", "plane", "play", "pause"]
    script = page.rpartition("<script>")[2]
    assert all(f"words.{word}" in script for word in words)


def test_numbers_of_lists_keep_their_brackets(composed, free):
    """`a)` and `(1)` are written with their brackets, and `1.` is the page's own."""
    page = html_page(composed("a) x\nb) y\n\n---\n\n(1) x\n(2) y\n\n---\n\n1. x\n", free))
    assert re.findall(r'<div class="(\w*closed)">\s*<ol[^>]*type="(\w)"', page) == [("closed", "a"), ("enclosed", "1")]
    assert '.closed > ol[type="a"] > li::marker' in page


def test_a_cell_of_a_notebook_needs_no_label(composed, free):
    """Code with a cell number has its `In [5]:` above it, with or without a label."""
    page = html_page(
        composed('```{.python cell=5}\nx\n```\n\n```{#lst:a .python caption="A" cell=6}\ny\n```\n\n@lst:a\n', free)
    )
    assert re.findall(r"<p><code>(In .*?)</code></p>", page) == ["In [5]:", "In [6]:"]
