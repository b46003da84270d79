"""Templates become Markdown, and a template reads nothing outside its folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import jinja2
import numpy as np
import pytest
from jinja2.bccache import bc_magic

from report_builder.document import environment
from report_builder.document.rendering import render
from report_builder.errors import ReportError


def test_sample(material, write_template):
    """A rendering prints facts and records what it cites."""
    rendered = render(write_template(), material)
    assert "ELBO wynosi −158,1\u00a0nata na obraz, czyli" in rendered.plain
    assert rendered.cited.facts == ("vae.test.elbo", "mc.test.elbo")
    assert rendered.cited.figures == ("strip", "codes")
    assert (rendered.cited.listings, rendered.cited.equations) == (("vae.loss",), ("vae",))
    assert not rendered.problems


def test_lines_know_their_template(material, write_template):
    """Each line of the Markdown knows its file and line of origin, also after blocks and in a partial."""
    write_template("in the partial\n", "part.md")
    text = "first\n<# a\ncomment #>\n{% if true %}\ninside\n{% endif %}\n{% include 'part.md' %}\nlast\n"
    rendered = render(write_template(text), material)
    lines = rendered.text.split("\n")
    where = {
        word: rendered.source.where(lines.index(word) + 1).rsplit("/", 1)[1]
        for word in ("first", "inside", "in the partial", "last")
    }
    assert where == {"first": "lab.md:1", "inside": "lab.md:5", "in the partial": "part.md:1", "last": "lab.md:8"}


def test_unknown_names_are_collected(material, write_template):
    """All unknown facts, figures, runs, listings and equations are reported together, with their lines and closest matches."""
    calls = ('fact("vae.test.elbow")', 'figure("stripe")', 'run("va").name', 'listing("vae", "los")', 'equation("ae")')
    text = "\n\n".join(f"{{{{ {call} }}}}" for call in calls)
    problems = render(write_template(text), material).problems
    assert [p.where.rsplit(":", 1)[1] for p in problems] == ["1", "3", "5", "7", "9"]
    assert "Did you mean 'vae.test.elbo'?" in problems[0].allowed
    assert "Did you mean 'strip'?" in problems[1].allowed


@pytest.mark.parametrize(
    "text",
    [
        "{% include '../secret.md' %}",
        "{% include '/etc/hostname' %}",
        "{{ fact.__globals__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ header.__init__.__globals__ }}",
        "{{ fact.__self__.material.facts }}",
        "{% import 'os' as os %}",
    ],
)
def test_sandbox(material, write_template, text):
    """A template reaches neither files outside its folder nor the program's own objects."""
    template = write_template(text)
    (template.parent.parent / "secret.md").write_text("secret")
    with pytest.raises(ReportError):
        render(template, material)


@pytest.mark.parametrize(
    ("text", "line"), [("a\n{% if %}", 2), ("a\n\n{{ nothing }}", 3), ("{{ 1 / 0 }}", 1), ("{{ fact(1, 2, 3) }}", 1)]
)
def test_broken_template(material, write_template, text, line):
    """A syntax error in a template is reported with its line."""
    with pytest.raises(ReportError) as caught:
        render(write_template(text), material)
    assert caught.value.problems[0].where.endswith(f"lab.md:{line}")


@pytest.mark.parametrize(
    ("expression", "printed"),
    [("1e308 + 1e308", "inf"), ("1e308 + 1e308 - (1e308 + 1e308)", "nan"), ("(1e308 + 1e308)|string", "inf")],
)
def test_constants_beyond_floats_are_values(material, write_template, expression, printed):
    """A sum of literals that is not finite is computed like any other sum, not compiled to an unknown name."""
    assert render(write_template(f"{{% set a = [{expression}] %}}{{{{ a[0] }}}}"), material).text.strip() == printed


def test_missing_template(material):
    """A missing template is an error, not a traceback."""
    with pytest.raises(ReportError, match="does not exist"):
        render(Path("nowhere.md"), material)


def test_placeholders(unmeasured, write_template):
    """Before anything is measured, a template renders with the same labels, no false claims and no problems."""
    text = 'x {{ claim("vae.test.elbo", "worse", "mc.test.elbo", "gorzej", by="model.kl") }} {{ figure("strip") }}'
    rendered = render(write_template(text), unmeasured)
    assert not rendered.problems
    assert all(claim.true for claim in rendered.claims)
    assert "fig:strip" in rendered.labels


def test_comments_and_pandoc_labels(material, write_template):
    """`{#fig:x}` is pandoc's label and `<# #>` the comment."""
    assert render(write_template("# T {#sec:t} <# gone #>"), replace(material, tasks={})).text == "# T {#sec:t} "


@pytest.mark.parametrize(
    "text",
    [
        "{{ header.logo.parent }}",
        "{{ header.logo.read_text() }}",
        '{{ header.logo.write_text("x") }}',
        '{{ run("vae").get("data.secret").value.read_text() }}',
        '{{ run("vae").get("data").value.secret.read_text() }}',
        '{{ run("vae").get("model").value.update({"x": 1}) }}',
        '{{ run("vae").get.__closure__ }}',
        '{{ fact("vae.test.elbo")._ledger }}',
        '{{ fact("vae.test.elbo")|attr("_ledger") }}',
        '{{ [fact("vae.test.elbo")]|map(attribute="_ledger")|first }}',
        '{{ "{0._ledger.problems}".format(fact("vae.test.elbo")) }}',
        '{{ ("{0._ledger.problems}"|attr("format"))(fact("vae.test.elbo")) }}',
        '{{ "{x._ledger}".format_map({"x": fact("vae.test.elbo")}) }}',
        "{{ self._TemplateReference__context }}",
        '{{ cycler.__init__.__globals__["os"] }}',
        "{{ lipsum() }}",
        "{{ [1, 2]|random }}",
        "{% for i in range(10**9) %}{% endfor %}",
    ],
)
def test_only_plain_values(material, write_template, text):
    """A template accesses words and numbers only: no path, no object of the program, nothing mutable, nothing random."""
    secret = write_template("secret", "secret.txt")
    run = material.runs["vae"]
    run = replace(run, settings={**run.settings, "data": {"secret": secret}})
    given = replace(material, runs={**material.runs, "vae": run}, header=replace(material.header, logo=secret))
    with pytest.raises(ReportError):
        render(write_template(text), given)
    assert secret.read_text() == "secret"
    assert run.settings["model"]["kind"] == "vae"


def test_header_is_words(material, write_template):
    """The title block can be cited."""
    given = replace(material, header=replace(material.header, logo=Path("/a/logo.svg")))
    assert render(write_template("{{ header.author }}, {{ header.logo }}"), given).text == "Żaneta Łęcka, logo.svg"


def test_own_pictures(material, write_template):
    """A rendering lists the existing picture files of the template that it shows, in every Markdown form."""
    names = ("a.png", "b.svg", "c.jpg", "d.png", "e.png", "e(1).png")
    for name in names:
        write_template("x", name)
    text = (
        '![a [nested](x)](a.png "title"){#fig:a}\n\n![two\nlines](b.svg)\n\n![r][ref]\n\n[ref]: c.jpg\n\n![f](figure:strip)\n\n'
        "![](no.png) ![](../store/strip.png) ![](https://example.org/a.png) ![x](<e(1).png>)\n\n```\n![](d.png)\n```\n"
    )
    template = write_template(text)
    pictures = render(template, material).pictures
    assert [path.name for path in pictures] == ["a.png", "b.svg", "c.jpg", "e(1).png"]
    assert all(path.parent == template.parent.resolve() for path in pictures)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("{{ fact }}", "fact"),
        ('{{ run("vae").get }}', "get"),
        ('{{ run("vae") }}', "VAE"),
        ('{{ [run("vae").name] }}', "[VAE]"),
        ('{{ fact("vae.test.elbo") == fact("vae.test.elbo") }}', "True"),
    ],
)
def test_objects_print_no_insides(material, write_template, text, printed):
    """An object that is not meant to be printed shows its name, without paths or addresses of the program."""
    assert render(write_template(text), material).plain == printed


def test_numpy_values_are_copied(material, write_template):
    """A template gets plain numbers, because a NumPy value could write files."""
    run = material.runs["vae"]
    given = replace(material, runs={"vae": replace(run, settings={"size": np.float64(2.5)})})
    with pytest.raises(ReportError, match="tofile"):
        render(write_template('{{ run("vae").get("size").value.tofile("x") }}'), given)


# --- compiled templates -------------------------------------------------------------------------------------------------------


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """Empty folder for compiled templates."""
    folder = tmp_path / "compiled"
    folder.mkdir()
    monkeypatch.setattr(environment, "_bytecode_cache", lambda: environment._Compiled(str(folder)))
    return folder


def test_a_compiled_template_is_kept(material, write_template, cache, monkeypatch):
    """A template is compiled once, a cached one gives the same text and lines, and a changed one is compiled again."""
    compiled, generate = [], jinja2.environment.generate
    monkeypatch.setattr(jinja2.environment, "generate", lambda *a, **k: compiled.append(1) or generate(*a, **k))
    first = render(write_template(), material)
    assert len(compiled) == len(list(cache.iterdir())) == 1
    again = render(write_template(), material)
    assert (again.canonical, again.source) == (first.canonical, first.source)
    assert len(compiled) == 1
    assert "Changed." in render(write_template("Changed.\n"), material).text
    assert len(compiled) == 2


@pytest.mark.parametrize("damage", [b"", b"nothing", bc_magic, bc_magic + b"nothing", None], ids=str)
def test_a_damaged_cache_costs_time_only(material, write_template, cache, damage):
    """With truncated, overwritten or missing cache files the text is the same."""
    expected = render(write_template(), material).canonical
    (file,) = cache.iterdir()
    file.unlink() if damage is None else file.write_bytes(damage)
    if damage is None:
        cache.rmdir()
    assert render(write_template(), material).canonical == expected


# --- captured text, and limits ------------------------------------------------------------------------------------------------


def test_captured_text_is_what_was_written(material, write_template):
    """Captured text has its real length, equals its words, and keeps its lines when printed."""
    text = (
        "{% set words %}abc{% endset %}{% macro m() %}one\ntwo{% endmacro %}"
        "{{ words|length }} {{ words == 'abc' }} {{ m()|length }}\n\n{{ m() }}\n"
        "{% macro parts(x) %}a{{ x }}b{% endmacro %}\n{{ parts(1) }}\n"
    )
    rendered = render(write_template(text), material)
    lines = rendered.text.split("\n")
    assert lines[:1] == ["3 True 7"]
    assert rendered.source.where(lines.index("two") + 1).endswith("lab.md:2")
    assert "a1b" in lines


def test_marks_cannot_be_typed(material, write_template):
    """The characters that mark lines internally are dropped from typed, computed and escaped text."""
    typed = 'a\ue0f0x:7\ue0f1b {{ "c\ue0f0d" }} {{ "e\\ue0f0f" }} {{ "g\\ue0f0h"|e }}'
    assert render(write_template(typed), material).text == "ax:7b cd ef gh"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "a\n{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
            "the time of a template is limited",
        ),
        ("a\n{{ 'a' * 10 ** 10 }}", "the memory of a template is limited"),
        ("a\n{{ 'a'|center(3 * 10 ** 7) }}", "the text that a template makes is limited"),
        ("a\n{{ 10 ** (10 ** 8) }}", "the template stops here"),
        ("a\n{{ 10 ** 200000 * 10 ** 200000 > 0 }}", "the template stops here"),
        ("a\n{{ claim('vae.test.elbo', '<', 1e400) }}", "a number is too large"),
        ("a\n{% set a = [(1e400, 2)] %}", "a number is too large"),
        ("a\n{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "without end"),
        ("a\n{% include 'lab.md' %}", "without end"),
        ("a\n{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", "without end"),
        ('a\n{{ "%999999999999d"|format(1) }}', "the "),
    ],
)
def test_a_template_has_limits(material, write_template, monkeypatch, text, rule):
    """An endless or memory-filling template stops with its line and the option that raises the limit."""
    monkeypatch.setenv("REPORT_BUILDER_LIMITS", "template_seconds=3")
    with pytest.raises(ReportError, match=rule) as caught:
        render(write_template(text), material)
    assert "lab.md" in caught.value.problems[0].where
    if "limited" in rule:
        assert caught.value.problems[0].where.endswith("lab.md:2")
        assert "--limit template_" in caught.value.problems[0].next_step


@pytest.mark.parametrize("digits", [10**9, -1, 1.5, True])
def test_digits_are_few(material, write_template, digits):
    """A number with more digits than can be printed is refused."""
    (problem,) = render(write_template(f'{{{{ fact("vae.test.elbo", digits={digits}) }}}}'), material).problems
    assert "from 0 to 12" in problem.allowed


def test_a_mark_of_byte_order_is_no_text(material, write_template):
    """A template with a byte order mark and Windows line ends gives the same text."""
    template = write_template()
    expected = render(template, material).canonical
    template.write_bytes(b"\xef\xbb\xbf" + template.read_bytes().replace(b"\n", b"\r\n"))
    assert render(template, material).canonical == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("It is {% if true %}good{% endif %}\nand so on.", "It is good\nand so on."),
        ("First\n{% if true %}words{% endif %}\nsecond", "First\nwords\nsecond"),
        ("First\n{% if false %}words{% endif %}\nsecond", "First\nsecond"),
        ("a<# note #>\nb", "a\nb"),
        ("a\n<# note #>\nb", "a\nb"),
        ("{% if true %}\n\na\n{% endif %}\nb", "\na\nb"),
        ("{% set x = 'q' %}\na {{ x }}\nb", "a q\nb"),
        ("{% raw %}a {% if %}\nb{% endraw %}\nc", "a {% if %}\nb\nc"),
        ("a {% if true -%}\n  b{% endif %}\nc", "a b\nc"),
        ("{% for i in 'ab' %}\n- {{ i }}\n{% endfor %}\nc", "- a\n- b\nc"),
    ],
)
def test_words_in_front_of_a_tag_keep_the_end_of_their_line(write_template, material, template: str, expected: str) -> None:
    """A line is removed only if it holds nothing but tags, or if a condition left its words out."""
    assert render(write_template(template), material).text == expected


def test_lines_between_tags_are_known(write_template, material) -> None:
    """A line omitted by a condition does not shift the lines after it."""
    found = render(write_template("a\n{% if false %}x{% endif %}\nb {% if true %}y{% endif %}\nc"), material)
    assert [origin[1] for origin in found.source.lines] == [1, 3, 4]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("{{ fig('strip') }}", "this name is not defined\n  Received: fig.  Did you mean 'figure'"),
        (
            "{{ fact('vae.test.elbo', digit=1) }}",
            "'fact' cannot be called so\n  Received: got an unexpected keyword argument 'digit'",
        ),
        ("{{ fact('vae.test.elbo', digit=1) }}", "Written fact(name, *, digits=None"),
        ("{{ figure() }}", "missing a required argument: 'name'"),
        ("{{ figure(['strip']) }}", "'figure' cannot be called so"),
        ("{{ fact_table(['vae'], [('a',)]) }}", "'fact_table' cannot be called so"),
    ],
)
def test_a_word_that_is_called_wrongly(write_template, material, call: str, said: str) -> None:
    """A misspelt word is reported with its closest match, a misspelt argument with the signature, at the template's line."""
    with pytest.raises(ReportError) as caught:
        render(write_template(f"Words.\n\n{call}"), material)
    assert "lab.md:3: " in str(caught.value)
    assert said in str(caught.value)


def test_a_template_in_another_encoding(write_template, material) -> None:
    """A template that is not UTF-8 is refused with advice."""
    file = write_template("x")
    file.write_bytes("é".encode("latin-1"))
    with pytest.raises(ReportError, match=r"not UTF-8 text(.|\n)*Save it with"):
        render(file, material)
