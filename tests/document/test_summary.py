"""Results at a glance: a line for each task, from its facts and comparisons."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import pytest

from report_builder.document.drafting import FACT
from report_builder.document.html import html_page
from report_builder.document.material import Header, TaskCard
from report_builder.document.office import docx, markdown
from report_builder.document.pdf import pdf
from report_builder.document.tree import has_class, plain_text, walk
from report_builder.errors import ReportError

TASKS = {
    "1": TaskCard("1", "Teoria"),
    "2": TaskCard("2", "Jakość", ("answer", "fact:vae.test.elbo")),
    "3": TaskCard("3", "", ("answer", "fact:vae.test.elbo")),
    "4": TaskCard("4", "Wybór"),
}
VALUES = tuple(f"−{value}\xa0±\xa00,10\xa0nata na obraz" for value in ("158,10", "160,70"))
ANSWERS = """
::: {.task #1}
::: answer
Tak.
:::
:::

::: {.task #2}
::: answer
{{ fact("vae.test.elbo") }} {{ compare("vae", "mc", "test.elbo") }}
:::
:::

::: {.task #3}
::: answer
{{ fact("vae.test.elbo") }}
:::
:::

::: {.task #4}
::: answer
Tak.
:::
:::
"""


@pytest.fixture
def summed(composed, free):
    """Return a function that composes a summary above the answers, in a language."""
    return lambda word, language="pl": composed(f"{word}\n{ANSWERS}", replace(free, tasks=TASKS, header=Header("T", language)))


def lines(document) -> list[list[str]]:
    """Cells of each line."""
    (found,) = (node for node in walk(document.blocks, "Div") if has_class(node, "summary"))
    (table,) = walk(found, "Table")
    return [[plain_text(cell[4]) for cell in row[1]] for row in table["c"][4][0][3]]


def test_a_line_for_each_task(summed, tmp_path):
    """The comparisons of a section come first, else its required facts; a task without measurements has no line."""
    document = summed("{{ summary() }}")
    assert lines(document) == [
        [
            "2. Jakość",
            "ELBO: VAE\xa0{}, VAE (Monte Carlo)\xa0{}\xa0– wynik lepszy".format(*VALUES),
        ],
        ["3", f"ELBO (VAE): {VALUES[0]}"],
    ]
    (found,) = (node for node in walk(document.blocks, "Div") if has_class(node, "summary"))
    assert [node["c"][2][0] for node in walk(found, "Link")] == ["#task:2", "#task:3"]
    told = [name for name, _ in groupby(node[FACT] for node in walk(found, "Str") if FACT in node)]
    assert told == ["vae.test.elbo", "mc.test.elbo", "vae.test.elbo"]
    assert pdf(document)[1] is None
    assert docx(document).startswith(b"PK")
    assert "| [2. Jakość](#task:2) |" in " ".join(markdown(document, tmp_path).split())


def test_chosen_by_the_author(summed):
    """The author may choose facts or words for the line of a task, and the words are judged like any others."""
    chosen = '{{ summary({"2": "mc.test.elbo", "4": "wybrano " ~ run("vae").name}) }}'
    assert [line[1] for line in lines(summed(chosen))] == [
        *(
            f"ELBO (VAE (Monte Carlo)): {VALUES[1]}",
            f"ELBO (VAE): {VALUES[0]}",
            "wybrano VAE",
        ),
    ]
    told = [one.text for one in summed('{{ summary({"4": "VAE jest lepszy niż MC"}) }}').judged.sentences]
    assert any("VAE jest lepszy niż MC" in text for text in told)


@pytest.mark.parametrize(
    ("language", "title", "told"),
    [
        ("en", "Results at a glance", "a better result"),
        ("ru", "Результаты вкратце", "результат лучше"),
        ("zh-Hant", "結果一覽", "結果較佳"),
        ("de", "Ergebnisse auf einen Blick", "ein besseres Ergebnis"),
    ],
)
def test_in_every_language(summed, language, title, told):
    """Title and verdict are in the report's language."""
    document = summed("{{ summary() }}", language)
    assert lines(document)[0][1].endswith(told)
    assert title in html_page(document)


def test_what_is_counted(summed):
    """Sentences repeated by the summary are not counted again."""
    assert summed("{{ summary() }}").judged.tally == summed("").judged.tally


@pytest.mark.parametrize(
    ("word", "told"),
    [('{{ summary({"9": "x.y"}) }}', "unknown task"), ('{{ summary({"2": "vae.test.elboo"}) }}', "unknown fact")],
)
def test_unknown_names(summed, word, told):
    """An unknown task or fact is reported at the template's line."""
    with pytest.raises(ReportError, match=told) as caught:
        summed(word)
    assert caught.value.problems[0].where.endswith(":1")


def test_before_anything_is_measured(composed, unmeasured):
    """The planning pass has the lines of the required facts."""
    given = replace(unmeasured, tasks=TASKS, header=Header("T", "pl"))
    assert lines(composed("{{ summary() }}\n" + ANSWERS, given))[0] == ["2. Jakość", "ELBO (VAE): [nie zmierzono]"]
