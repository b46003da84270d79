"""An error in a template is reported in the program's words, at its line, with the known names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from report_builder.document.material import Material
from report_builder.document.rendering import render
from report_builder.errors import ReportError


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{{ fakt("x") }}', "this name is not defined\n  Received: fakt.  Did you mean 'fact'?  Known: answers, best, claim,"),
        ("{{ fact(vae.test.elbo) }}", 'Names of facts and runs are quoted: fact("vae.test.elbo").'),
        (
            '{{ fact("vae.test.elbo").valeu }}',
            "a printed value has no such attribute\n  Received: .valeu.  Did you mean 'value'?",
        ),
        ('{{ fact("vae.test.elbo")[0] }}', "a printed value has no such attribute"),
        ('{{ fact("vae.test.elbo").value.real.x }}', "a number has no such attribute"),
        ("{{ [1].x }}", "a list has no such attribute\n  Received: .x"),
        ("{{ {1: 2}.x.y }}", "a mapping has no such attribute\n  Received: .x"),
        ('{{ "words".x }}', "a text has no such attribute\n  Received: .x"),
        (
            '{{ "vae".name }}',
            "If the text is the id of a run, such as an arm of a sweep: run(id).name.",
        ),
        ('{{ run("vae").nam }}', "a run has no such attribute\n  Received: .nam.  Did you mean 'name'?"),
        ("{{ none.x }}", "nothing has no such attribute\n  Received: .x"),
        ('{{ run("vae").epochs }}', 'Known: data, get, id, model, name, seeds, versions.  Settings of a run: run("...").get('),
        ("{{ best.id }}", 'a template function must be called\n  Received: .id.  For example best("sweep", "test.elbo").id.'),
        ('{{ fact("vae.test.elbo") + 1 }}', "A printed value gives its number by .value"),
        ('{{ fact("vae.test.elbo").value > "3" }}', "Received: a number and a text."),
        ("{{ fact + 1 }}", "Received: a word and a number."),
        ('{{ run("vae") + 1 }}', "Received: a run and a number."),
        ('{{ run("vae") < 1.5 }}', "Received: a run and a number."),
        ('{{ fact("vae.test.elbo") < "x" }}', "Received: a printed value and a text."),
        ("{{ [1] + {} }}", "Received: a list and a mapping."),
        ('{{ "a" + 1 }}', "Received: a text and a number."),
        ("{{ none + 1 }}", "Received: nothing and a number."),
        ("{{ 1 < none }}", "Received: a number and nothing."),
        ("{{ 1 / 0 }}", "divides by zero"),
        ('{{ "".__class__ }}', "not allowed in a template"),
        ('{{ fact("vae.test.elbo" }}', "')' is missing"),
        ('{{ fact("vae.test.elbo"', "braces are not closed"),
        ('{{ fact("vae.test.elbo) }}', "a quotation mark is not closed"),
        ("{{ }}", "an expression is missing"),
        ("{{ 1 | precent }}", "there is no such filter\n  Received: precent."),
        ("{{ 1 is prime }}", "there is no such test\n  Received: prime."),
        ("{% fi %}", "there is no such tag\n  Received: fi.  Known: elif, else, endfor, endif"),
        ("{% endif %}", "this tag closes or continues nothing that is open\n  Received: {% endif %}."),
        ("{% if 1 %}a", "a tag is not closed\n  Received: {% if ... %}.  Write {% endif %} where it ends."),
    ],
)
def test_mistakes(material: Material, write_template: Callable[..., Path], text: str, said: str) -> None:
    """Each mistake has its line, and no term of Jinja or of the program's internals."""
    with pytest.raises(ReportError) as caught:
        render(write_template(f"A line.\n\n{text}\n"), material)
    told = str(caught.value)
    assert ".md:3: " in told
    assert said in told
    assert "jinja" not in told.lower()
    assert "report_builder" not in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('# ELBO {{ fact("vae.test.elbo").full }}', "ELBO −158,10 ± 0,10 nata na obraz"),
        ('| A | B |\n|---|---|\n| {{ fact("vae.test.elbo", digits=1) }} | {{ run("ae").name }} |', "| −158,1 | autoenkoder |"),
        ('| A {{ fact("vae.test.elbo").n }} |\n|---|\n| 1 |', "| A 50 |"),
        ('| A |\n|---|\n| 1 |\n\n: ELBO {{ fact("vae.test.elbo", digits=1) }} {#tbl:x}', ": ELBO −158,1 #tbl:x"),
        ('![ELBO {{ fact("vae.test.elbo", digits=1) }}](own.png){#fig:own}', ": ELBO −158,1 #fig:own"),
        ('{{ figure("strip", caption="ELBO " ~ fact("vae.test.elbo", digits=1)) }}', ": ELBO −158,1. Część testowa, ziarno 1."),
        ('`elbo = {{ fact("vae.test.elbo", digits=1) }}`', "elbo = −158,1"),
        ('```python\nelbo = {{ fact("vae.test.elbo", digits=1) }}\n```', "elbo = −158,1"),
        ('$x = {{ fact("vae.test.elbo").n }}$', "x = 50"),
        ('- {{ fact("vae.test.elbo", digits=1) }}', "−158,1"),
        ('Słowo[^1].\n\n[^1]: {{ fact("vae.test.elbo", digits=1) }}', "−158,1"),
    ],
)
def test_facts_stand_anywhere(
    material: Material, write_template: Callable[..., Path], printed: Callable[..., str], text: str, said: str
) -> None:
    """A fact in a heading, table, caption, code, formula, list or note is printed as in a sentence."""
    strip = material.figures["strip"].png
    assert strip
    shutil.copy(strip, write_template().parent / "own.png")
    assert said in printed(text).replace("\u00a0", " ")


TAGS = ("if", "elif", "else", "endif", "for", "endfor", "set", "endset", "include", "import", "macro", "endmacro")


@pytest.mark.parametrize("tag", [*TAGS, "raw", "endraw"])
def test_a_misspelt_tag_is_recognised(material: Material, write_template: Callable[..., Path], tag: str) -> None:
    """Each tag that a template may use is suggested for a misspelling of it."""
    with pytest.raises(ReportError, match="there is no such tag") as caught:
        render(write_template(f"{{% {tag}x %}}"), material)
    assert f"Did you mean '{tag}'?" in str(caught.value)
