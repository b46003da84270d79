"""Source that would be printed literally is reported at its line; comments are dropped; correct text is left alone."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from report_builder.document.tree import plain_text, walk

MESSAGES = json.loads((Path(__file__).parent / "leftover.json").read_text(encoding="utf-8"))  # line and parts of each
# One paragraph each, and a word of the violated rule.
LEFT = [
    ("\\(a\\) `\\(b\\)` \\(c\\)", "TeX"),
    ("| f | g |\n|:--|--:|\n| `a|b` | $p(x|z)$ |\n| x \\| y | z | w", "a row has"),
    ("f | g\n---|---\na | b | c", "a row has"),
    ("| f | g |\n|---|---|\n| x | y | lost |", "a row has"),
    ("> f | g\n> ---|---\n> x | y | lost", "a row has"),
    ("a <b>bold</b> word", "HTML"),
    ("line<br>line", "HTML"),
    ('<div class="x">', "HTML"),
    ("\\newpage", "TeX"),
    ("some \\textbf{bold} word", "TeX"),
    ("\\begin{equation}\na\n\\end{equation}", "TeX"),
    ("in brackets \\(a + b\\) it stands", "TeX"),
    ("`#pagebreak()`{=typst}", "typst"),
    ("```{=html}\n<hr>\n```", "HTML"),
    ("> [!INFO]\n> words", "callout"),
    ("words[^nowhere]", "footnote"),
    ("[word]{.gne} here", "class"),
    ("[word]{.Genitive} here", "class"),
    ("[word]{.fact} here", "class"),
    ('[word]{style="color:red"} here', "attribute"),
    ("[link](https://example.org){target=_blank}", "attribute"),
    ("# Heading {.appendix}", "class"),
    ("a {{ fact }} of another file", "Jinja"),
    ("costs $$ 3", "formula"),
    ("see [words](target and more", "link"),
    ("see [words][nowhere]", "link"),
    ("begins **bold and goes on", "bold"),
    ("word {.class} word", "attributes"),
    ("word{#fig:x} word", "attributes"),
    ("``` {.python caption=Code}\nx\n```", "label"),
    ("some ==marked words== of it", "marked"),
    ("*[KL]: Kullback-Leibler", "abbreviation"),
    ("a bell \a here", "control character"),
    ("it costs ~~a", "empty markup"),
    ("``quoted'' words", "backtick"),
    ("one `tick", "backtick"),
    ("[here](javascript:alert)", "not lead to a web address"),
    ("<file:///etc/passwd>", "not lead to a web address"),
    ("```math\nx\n```", "formula of another program"),
    ("$`x`$", "formula of another program"),
    ("words\n***\nwords", "a horizontal rule"),
    ("<!-- kept --> <u>not</u> <!-- kept -->", "HTML"),
    ("<" + "b" * 70 + ">", "HTML"),
    ("wyraz@fig:x", "glued"),
    ("<#if>", "Jinja"),
    ("ends bold** here", "bold"),
    ("ends marked== here", "marked"),
    ("![a picture](x", "link"),
    ("2{=html} or {.x", "attributes"),
    ("it costs ^^a", "empty markup"),
    ("[a](DATA:x) [b](https://a.example) [c](doi:10.1/2)", "not lead to a web address"),
]
RIGHT = """\
A $5 note, a < b, 2 * 3, `<b>\\newpage{}`, $\\textbf{x}$, \\[0, 1\\], \\*, e-mail <a@example.org>, a[^1] note,
[5]{.literal}, an [own link](https://example.org), *italics*, **bold**, ~~struck~~, H~2~O, x^2^, "quoted" -- and ...

[^1]: The note.

``` {#lst:right .python caption="Code"}
<b>{{ "{{ x }}" }}</b> \\newpage ::: [^1]
```

a \\
b

| `a|b` | $p(x|z)$ | a\\|b |
|-------|----------|-------|
| short |          |       |
| row   |

Words | and no row | of a | table. A [link](https://a.b/c:d), [another](mailto:a@b.c), [a file](other.md).
"""


def test_left_over_source_is_told(composed, free, write_template):
    """Each kind of source that pandoc cannot interpret is a finding with its own line."""
    lines, expected = [], []
    for text, rule in LEFT:
        expected.append((rule, 1 + sum(line.count("\n") for line in lines)))
        lines.append("{% raw %}" + text + "{% endraw %}\n\n\n")
    found, messages = {}, []
    for finding in composed("".join(lines), free, draft=True).findings:
        line = int(finding.where.rsplit(":", 1)[1])
        found.setdefault(line, []).append(finding.rule)
        messages.append([line, finding.rule, finding.received, finding.allowed, finding.next_step])
    for (text, _), (rule, line) in zip(LEFT, expected, strict=True):
        near = [told for i in range(max(2, text.count("\n") + 1)) for told in found.get(line + i, [])]
        assert any(rule in told for told in near), (text, line, found)
    assert sorted(messages) == MESSAGES


@pytest.mark.parametrize("text", ["---\ntitle: x\n---\n\nText.\n", "Text.\n\n---\ntitle: x\nauthor: y\n---\n\nMore.\n"])
def test_front_matter_is_told(composed, free, text):
    """A YAML block, which pandoc would read as a table, is a finding at its line."""
    (finding,) = composed(text, free).findings
    assert "YAML" in finding.rule
    assert finding.where.endswith(f":{text.split(chr(10)).index('title: x') + 1}")


def test_a_stray_fence_is_told(composed, free):
    """A fence that closes nothing is a finding."""
    (finding,) = composed("words\n\n:::\n", free).findings
    assert "fence" in finding.rule
    assert finding.where.endswith(":3")


def test_a_glued_reference_is_told(composed, free):
    """A reference directly after a letter, as in scripts without spaces, is no reference to pandoc: a finding with advice."""
    material = replace(free, header=replace(free.header, language="zh-Hant"))
    (finding,) = composed(
        "編碼見@fig:codes。\n\n見 @fig:codes，[@fig:codes]，a@b.org。\n\n{{ figure('codes') }}", material
    ).findings
    assert "glued" in finding.rule
    assert finding.where.endswith(":1")


def test_what_is_right_is_left_alone(composed, free):
    """Text that only resembles source, code, formulas and every inline form of Markdown have no findings."""
    document = composed(RIGHT, free)
    assert not document.findings
    assert "a[^" not in plain_text(document.blocks)


def test_comments_are_dropped(composed, free):
    """Comments are dropped from every document: within a line, between blocks, over blank lines, or in a caption."""
    text = "a <!-- one --> b\n\n<!-- two\n\nlines -->\n\nc <!-- three\nfour --> d\n\n"
    text += '{{ figure("strip", caption="e <!-- five --> f") }}\n\n@fig:strip'
    document = composed(text, free)
    assert not document.findings
    told = plain_text(document.blocks)
    assert all(word not in told for word in ("one", "two", "lines", "three", "four", "five", "--"))
    assert not any(node["t"].startswith("Raw") for node in walk(document.blocks))


def test_raw_source_of_a_draft_is_code(composed, free):
    """A draft shows HTML that is no comment as code, within a line and as a block, and no empty paragraph for a comment."""
    blocks = composed("a <b>c</b>\n\n<!-- x -->\n\n<div>d</div>\n", free, draft=True).blocks
    kinds = [node["t"] for node in walk(blocks, "Code", "CodeBlock", "RawBlock", "RawInline")]
    assert kinds == ["Code", "Code", "CodeBlock"]
    assert all(node["c"] for node in walk(blocks, "Para"))


def test_captions_of_the_experiment_file_are_judged(composed, free):
    """Jinja, HTML and TeX in a caption of the experiment file are findings at the place of the figure."""
    figures = {**free.figures, "strip": replace(free.figures["strip"], caption='Value {{ fact("x") }} <i>x</i> \\textit{y}')}
    findings = composed('\n{{ figure("strip") }}\n\n@fig:strip', replace(free, figures=figures)).findings
    assert {finding.rule for finding in findings} == {
        "Jinja is not processed here",
        "HTML is not processed",
        "TeX is not processed",
    }
    assert all(finding.where.endswith(":2") for finding in findings)


def test_a_rule_in_an_answer_is_no_mistake(composed, free):
    """A horizontal rule in an answer stays a rule."""
    document = composed("::: answer\nwords\n\n---\n\nmore\n\n***\n:::\n", free)
    assert not document.findings
    assert sum(node["t"] == "HorizontalRule" for node in walk(document.blocks)) == 2


@pytest.mark.parametrize(
    "text",
    [
        "- item $$x$$ {#eq:a}\n\n  see @eq:a\n",
        "1. item\n\n    $$x$$ {#eq:a}\n\nsee @eq:a\n",
        '- item\n\n    ``` {#lst:a .python caption="C"}\n    x = 1\n    ```\n\nsee @lst:a\n',
        "term\n:   $$x$$ {#eq:a}\n\nsee @eq:a\n",
        "| a |\n|---|\n| $$x$$ {#eq:a} |\n\nsee @eq:a\n",
        "word[^n], see @eq:a\n\n[^n]: $$x$$ {#eq:a}\n",
        "> $$x$$ {#eq:a}\n\nsee @eq:a\n",
    ],
)
def test_labels_stand_anywhere(composed, free, text):
    """A labelled formula or listing in a list, cell, note or quote is numbered and can be referenced."""
    if text.startswith("- item $$"):
        text = text.replace("item $$", "item\n\n  $$")
    document = composed(text, free)
    assert list(document.labels.values()) == ["1"]
    assert "{#" not in plain_text(document.blocks)


def test_a_heading_in_a_drawn_table(composed, free):
    """A cell that ends above no `+` continues in the next line, which is then read as a heading: a finding."""
    drawn = """\
+-------+---------------+
| Model | Loss          |
|       +-------+-------+
|       | bound | rest  |
+=======+=======+=======+
| VAE   | small | - one |
+-------+-------+-------+
| both in a cell        | 3 |
+-------+-------+-------+
"""
    assert "a heading in a cell of a table" in [found.rule for found in composed(drawn, free, draft=True).findings]
