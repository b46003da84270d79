"""The document is parsed once, and all its mistakes are reported together."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from report_builder.document.composing import compose
from report_builder.document.rendering import render
from report_builder.document.tree import has_class, plain_text, walk
from report_builder.errors import ReportError


def words(document):
    """All words of a document."""
    return plain_text(document.blocks)


def test_all_problems_at_once(composed, free):
    """Unknown facts, undefined references, broken formulas, unclosed blocks and missing images are raised in one error."""
    text = '{{ fact("no") }}\n\n@fig:no\n\n$\\nosuchcommand{x}$\n\n![c](no.png){#fig:c}\n\n::: answer\nx\n'
    with pytest.raises(ReportError) as caught:
        composed(text, free)
    rules = " | ".join(problem.rule for problem in caught.value.problems)
    for part in (
        "unknown fact",
        "label that does not exist",
        "formula cannot be typeset",
        "not closed",
        "image does not exist",
    ):
        assert part in rules
    assert all(":" in problem.where for problem in caught.value.problems)


def test_a_broken_formula_with_a_decimal_comma_knows_its_line(composed, free):
    """The error has the template's line, with the formula as it was written."""
    with pytest.raises(ReportError) as caught:
        composed("first\n\nthen $0{,}5 \\nosuchcommand{x}$\n", free)
    (problem,) = caught.value.problems
    assert problem.where.endswith(":3")
    assert problem.received == "0{,}5 \\nosuchcommand{x}"


def test_angle_brackets_stay(composed, free):
    """`a<b>c` is text, and so are raw TeX and raw HTML."""
    assert words(composed("a<b>c <script>x</script> \\newpage", free)) == "a<b>c <script>x</script> \\newpage"


def test_answer_cannot_change_the_title(composed, free):
    """A YAML block in an answer is text."""
    document = composed("::: answer\n\n---\ntitle: Inny\n---\n\n:::\n", free)
    assert document.header.title == "Modele generatywne"
    assert "Inny" in words(document)


@pytest.mark.parametrize("target", ["../store/strip.png", "https://example.org/a.png", "/etc/hostname.png"])
def test_images_stay_in_the_folder(composed, free, target):
    """An image outside the template's folder is refused."""
    with pytest.raises(ReportError, match="outside"):
        composed(f"![c]({target})", free)


def test_inline_figure(composed, free, write_template):
    """A labelled image attached to text is an error, not a figure without a number."""
    write_template("", "a.png")
    with pytest.raises(ReportError, match="stand alone"):
        composed("text ![c](a.png){#fig:c}", free)


def test_unknown_block(composed, free):
    """A misspelt kind of block is an error with the closest match."""
    with pytest.raises(ReportError, match="Did you mean 'answer'"):
        composed("::: answr\nx\n:::\n", free)


def test_unknown_task(composed, material):
    """A task that the experiment does not declare is an error."""
    with pytest.raises(ReportError, match="does not declare"):
        composed("::: {.task #9.9}\nx\n:::\n", material)


def test_task_keeps_numbers(composed):
    """A single task keeps the numbers of the whole report; references to omitted parts are plain text."""
    document = composed()
    task = document.task("2.1")
    assert task.figures == ("codes",)
    assert "Rysunek\u00a02." in words(task)
    targets = {node["c"][2][0][1:] for node in walk(task.blocks) if node["t"] == "Link"}
    assert targets == {"eq:vae", "fig:codes"}
    assert [node["c"][0] for node in walk(task.blocks) if node["t"] == "Header"] == [1]
    with pytest.raises(ReportError, match="unknown task") as refused:
        document.task("2.2")
    assert "2.1" in str(refused.value)  # known items, and nothing without a name


def test_placeholders_have_the_same_labels(composed, unmeasured):
    """The numbers of a report are known before anything is measured."""
    assert composed(given=unmeasured).labels == composed().labels


def test_sheet_without_answers(material, write_template):
    """The report without answers is the sheet to hand out."""
    document = compose(render(write_template(), material, answers=False), material)
    assert "Pokaż rekonstrukcje." in words(document)
    assert "ELBO wynosi" not in words(document)
    assert not document.findings


def test_draft_marks(composed, free):
    """A draft marks false claims and shows the measured values."""
    text = '{{ claim("vae.test.elbo", "worse", "mc.test.elbo", "gorzej", by="model.kl") }}'
    document = composed(text, free, draft=True)
    assert "[zmierzono: wynik lepszy]" in words(document)
    assert document.findings


def test_draft_names_what_is_missing(composed, material):
    """A draft lists in each task what is still missing."""
    text = "::: {.task #1.1}\nx\n:::\n\n::: {.task #2.1}\nx\n:::\n"
    assert "brakuje: nie ma jeszcze odpowiedzi, fig:strip" in words(composed(text, material, draft=True))


def test_figures_in_order(composed, material):
    """Figures are listed in document order, as their files are numbered."""
    assert composed('{{ figure("codes") }}\n\n{{ figure("strip") }}', replace(material, tasks={})).figures == ("codes", "strip")


def test_unknown_figure_by_hand(composed, free):
    """An image of an unknown figure is one error, even if `figure` printed it, too."""
    for text in ("![c](figure:stripe){#fig:stripe}", '{{ figure("stripe") }}'):
        with pytest.raises(ReportError) as caught:
            composed(text, free)
        (problem,) = caught.value.problems
        assert "Did you mean 'strip'?" in problem.allowed


def test_what_a_reader_of_a_number_must_know_is_said_where_it_is_cited(material, write_template):
    """A note that readers of a number need is a warning at the line of its first citation, once per run."""
    facts = {name: replace(fact, caution="the pixels are grey") for name, fact in material.facts.items()}
    text = '# A\n\n{{ fact("vae.test.elbo") }} {{ fact("vae.test.elbo", digits=1) }}\n'
    cautious = replace(material, facts=facts, tasks={})
    document = compose(render(write_template(text), cautious), cautious)
    (warning,) = [each for each in document.warnings if "grey" in each.rule]
    assert warning.rule == "the pixels are grey"
    assert warning.where.endswith(":3: vae.test.elbo")


def test_the_caption_of_typed_code_is_markdown(composed, free):
    """Words, formulas and values in the caption attribute of a code fence are printed as in any other caption."""
    fence = "``` {#lst:own .python caption='The *loss* $x$ of {{ run(\"vae\") }}'}\ny\n```\n\nSee @lst:own.\n"
    (listing,) = (node for node in walk(composed(fence, free).blocks, "Div") if has_class(node, "listing"))
    caption = listing["c"][1][-1]["c"]
    assert [node["t"] for node in walk(caption, "Emph", "Math")] == ["Emph", "Math"]
    assert plain_text(caption).endswith("The loss x of VAE")


@pytest.mark.parametrize(("words", "told"), [(1, "'w0'"), (8, ", ".join(f"'w{i}'" for i in range(8))), (9, None)])
def test_words_that_are_not_translated_are_a_warning(composed, free, words, told):
    """The warning names the first eight untranslated words and the number of the others."""
    given = replace(free, untranslated=tuple(f"w{i}" for i in range(words)))
    (warning,) = composed("Text.", given).warnings
    assert warning.received == (told or ", ".join(f"'w{i}'" for i in range(8)) + " and 1 more")
    assert "--check pl" in warning.next_step


def test_published_pictures_are_named_by_their_files(composed, free, tmp_path, write_template):
    """Published figures are linked to their published files, own pictures to their own."""
    shutil.copy(free.figures["strip"].png, write_template().parent / "own.png")
    document = composed("{{ figure('strip') }}\n\n{{ figure('codes') }}\n\n![Own](own.png)", free)
    files = {name: {"png": tmp_path / f"{name}.png", "svg": tmp_path / f"{name}.svg"} for name in ("strip", "codes")}
    assert document.published(files).links == {"figure:strip": tmp_path / "strip.png", "figure:codes": tmp_path / "codes.svg"}
    assert document.published({"codes": files["codes"]}).links == {"figure:codes": tmp_path / "codes.svg"}


@pytest.mark.parametrize("name", ["task", "answer", "question", "panels", "equation", "abstract"])
def test_a_table_with_the_class_of_a_block_is_a_table(composed, free, name):
    """Attributes below a table do not make it a task or another block."""
    document = composed(f"|a|b|\n|--|--|\n|1|2|\n\n: Caption {{.{name} #tbl:k}}\n\nAfter @tbl:k.\n", free, draft=True)
    assert any(block["t"] == "Table" for block in document.blocks)
