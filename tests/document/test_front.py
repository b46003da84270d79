"""Front matter, and the parts that have the same name in every report."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from report_builder.document.html import html_page
from report_builder.document.material import Author, Contents, Header
from report_builder.document.office import markdown
from report_builder.document.pdf import pdf, typst_source
from report_builder.document.tree import identifier, plain_text, walk
from report_builder.errors import ReportError

ABSTRACT = "::: abstract\nKrótko.\n:::\n\n"
AUTHORS = (
    Author("Anna Wzorcowa", "000001", "2a", "Politechnika Przykładowa", "anna@example.org"),
    Author("Jan Testowy", affiliation="Politechnika Przykładowa"),
)
APPENDICES = """\
# Dane {#sec:data}

Zob. [@app:a]{.loc}, [@app:a; @app:b]{.loc}, [@fig:strip]{.nom}, @eq:x, [@sec:in]{.loc} i [@tbl:own]{.loc}.

![Obraz](figure:codes){#fig:codes}

# Pomiary {#app:a}

{{ figure("strip") }}

$$ x $$ {#eq:x}

## Szczegóły {#sec:in}

# Kod {#app:b}

| a |
|---|
| 1 |

: Tabela {#tbl:own}
"""


@pytest.fixture
def headed(composed, free):
    """Return a function that composes a text under a title block."""
    return lambda text, **header: composed(text, replace(free, header=Header("T", "pl", **header)))


def headings(document) -> list[str]:
    """Words of all headings."""
    return [plain_text(node["c"][2]) for node in walk(document.blocks, "Header")]


def test_parts_have_headings_of_the_language(headed):
    """Aim and conclusions have a heading in the report's language, without a number, and can be linked to."""
    document = headed("::: aim\nPo co.\n:::\n\n# Wyniki\n\n::: conclusions\nCo z tego.\n:::\n\n[cel](#aim)\n")
    assert headings(document) == ["Cel ćwiczenia", "1.\xa0Wyniki", "Wnioski"]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Abstract."), ("pl", "Streszczenie."), ("ru", "Аннотация."), ("zh-Hant", "摘要："), ("de", "Kurzfassung:")],
)
def test_abstract_in_every_language(composed, free, tmp_path, language, told):
    """The abstract begins with its name in every language."""
    document = composed("::: abstract\nX.\n:::\n", replace(free, header=Header("T", language)))
    assert f"**{told}**" in markdown(document, tmp_path)


def test_contents_behind_the_abstract(headed):
    """In the PDF the contents follow the abstract, or are placed on request, with the requested number of levels."""
    text = ABSTRACT + "# Jeden\n\n## Dwa\n"
    for contents, before, call in (
        (Contents(asked=True), "Jeden", '#contents("Spis treści", depth: 2, alone: false)'),
        (Contents(1, "page", asked=True), "Jeden", '#contents("Spis treści", depth: 1, alone: true)'),
        (Contents(2, "end", asked=True), "", '#contents("Spis treści", depth: 2, alone: false)'),
    ):
        source = typst_source(headed(text, contents=contents))[0]
        abstract, at = source.index('#abstract("Streszczenie")['), source.rindex(call)
        assert abstract < at
        assert (at < source.index("Jeden")) is bool(before)
    for contents in (Contents(), Contents(0, asked=True)):
        assert '#contents("' not in typst_source(headed(text, contents=contents))[0]


def test_contents_of_the_page(headed):
    """In HTML the contents are beside the text, nested to the requested depth."""
    text = "# Jeden\n\n## Dwa\n\n### Trzy\n\n# Cztery\n"
    pages = [html_page(headed(text, contents=contents)) for contents in (Contents(), Contents(3, asked=True), Contents(0))]
    listed = [re.findall(r'<a\s+href="#(heading-\d)"', page.partition("</nav>")[0].partition("<nav")[2]) for page in pages]
    assert listed == [["heading-1", "heading-2", "heading-4"], [f"heading-{i}" for i in (1, 2, 3, 4)], []]
    assert pages[1].partition("</nav>")[0].count("<ul>") == 3


def test_a_misplaced_abstract(headed):
    """An abstract in the middle of the text is refused at its line, because it would be printed elsewhere."""
    with pytest.raises(ReportError, match="this block stands before everything else") as caught:
        headed("# Jeden\n\n" + ABSTRACT)
    assert caught.value.problems[0].where.endswith(":4")


def test_several_authors(headed, tmp_path):
    """Each author has affiliation numbers, a shared affiliation is printed once in the PDF, and a lone name needs no table."""
    document = headed("x", authors=AUTHORS, supervisor="dr Teresa Przykładowa")
    page, told = html_page(document), markdown(document, tmp_path)
    assert (
        '<dt class="authors">Autorzy</dt><dd>Anna Wzorcowa, nr albumu\xa0000001, grupa\xa02a, Politechnika Przykładowa, '
        in page
    )
    assert '<a href="mailto:anna@example.org">anna@example.org</a></dd><dd>Jan Testowy, ' in page
    assert '<meta name="author" content="Anna Wzorcowa, Jan Testowy">' in page
    assert (
        "Anna Wzorcowa, nr albumu\xa0000001, grupa\xa02a, Politechnika Przykładowa, anna@example.org\n\nJan Testowy, P" in told
    )
    assert "Prowadzący: dr Teresa Przykładowa" in told
    assert '(name: "Jan Testowy", numbers: (), affiliation: "Politechnika Przykładowa", email: "")' in typst_source(document)[0]
    assert pdf(document)[1] is None


def test_appendices(headed):
    """Appendices have letters, which number their contents in references, captions and headings."""
    document = headed(APPENDICES)
    assert dict(document.labels) == {
        "sec:data": "1",
        "fig:codes": "1",
        "app:a": "A",
        "fig:strip": "A.1",
        "eq:x": "A.1",
        "sec:in": "A.1",
        "app:b": "B",
        "tbl:own": "B.1",
    }
    assert headings(document) == ["1.\xa0Dane", "Dodatek\xa0A.\xa0Pomiary", "A.1.\xa0Szczegóły", "Dodatek\xa0B.\xa0Kod"]
    sentence = plain_text(document.blocks[1]).replace("\xa0", " ")
    assert sentence == "Zob. dodatku A, dodatkach A i B, rysunek A.1, wzór (A.1), sekcji A.1 i tabeli B.1."
    (figure,) = (node for node in walk(document.blocks, "Figure") if identifier(node) == "fig:strip")
    assert plain_text(figure["c"][1]).startswith("Rysunek\xa0A.1. Oryginały")


def test_letters_of_the_language(composed, free):
    """Russian appendices have Russian letters, without those that are customarily skipped."""
    text = "".join(f"# X{i} {{#app:x{i}}}\n\n" for i in range(8))
    labels = composed(text, replace(free, header=Header("T", "ru"))).labels
    assert "".join(labels.values()) == "АБВГДЕЖИ"


def test_an_appendix_in_the_midst(headed):
    """An appendix below the first level is refused at its line."""
    with pytest.raises(ReportError, match="an appendix is a heading of the first level") as caught:
        headed("# Jeden\n\n## Dwa {#app:two}\n")
    assert caught.value.problems[0].where.endswith(":3")


def test_the_profile_stands_in_the_appendix_alone(headed, free, composed, tmp_path):
    """The name of the profile appears only in the last appendix."""
    given = replace(free, header=Header("T", "pl", appendix=True), profile="quick")
    told = markdown(composed('{{ verdict("vae.test.elbo", "mc.test.elbo", by="model") }}', given), tmp_path)
    assert told.count("quick") == 1
    assert told.index("quick") > told.index("Dodatek\xa0A.\xa0Porównania")


def test_own_pictures_move_like_others(headed, write_template):
    """A picture of the author's own may move before the following paragraphs, too."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
    (write_template("x").parent / "own.svg").write_text(svg, encoding="utf-8")
    source = typst_source(headed("![Obraz](own.svg){#fig:own place=auto}\n\nAkapit.\n\n@fig:own\n"))[0]
    assert "#movable[" in source


def test_a_place_that_there_is_not(headed, write_template):
    """A picture of the author's own is placed here or may move; any other placement is a finding at its line."""
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>'
    (write_template("x").parent / "own.svg").write_text(svg, encoding="utf-8")
    (finding,) = headed("\n![Obraz](own.svg){#fig:own place=top}\n").findings
    assert (finding.where.rpartition(":")[2], finding.rule, finding.received) == ("2", "unknown place of a figure", "top")


def test_behind_an_appendix(headed):
    """A first-level heading ends an appendix, and numbering continues as before it."""
    shown = ("# Jeden", "![A](figure:strip){#fig:a}", "# A {#app:a}", "![B](figure:codes){#fig:b}", "# Dwa {#sec:two}")
    labels = headed("\n\n".join((*shown, "$$ x $$ {#eq:x}"))).labels
    assert dict(labels) == {"fig:a": "1", "app:a": "A", "fig:b": "A.1", "sec:two": "2", "eq:x": "1"}
