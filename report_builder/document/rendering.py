"""Renders a template with its material to Markdown, with the origin of every line."""

from __future__ import annotations

import functools
import re
import traceback
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import field
from pathlib import Path
from types import SimpleNamespace

import jinja2

from report_builder import languages
from report_builder.document import marking, pandoc
from report_builder.document.all_words import every_word
from report_builder.document.appendix import appendix
from report_builder.document.bounded import bounded, joined
from report_builder.document.channel import Channel, fragments
from report_builder.document.environment import Beside, Environment
from report_builder.document.ledger import Citation, Cited, Claim, Ledger, Result, SourceMap, Wording, relative, standing
from report_builder.document.material import Header, Material
from report_builder.document.mistakes import mistake, syntax
from report_builder.document.pandoc import Tree
from report_builder.document.pictures import own_pictures
from report_builder.document.printed import Word
from report_builder.errors import Problem, ReportError
from report_builder.facts import LEVEL
from report_builder.records import frozen

# Exceptions that a template may cause; any other is a bug of ours.
_STOPS = (
    jinja2.TemplateError,
    ReportError,
    ArithmeticError,
    TypeError,
    ValueError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
    SyntaxError,
    OSError,
)
_CAPTION = re.compile(r"""\s*(?:`{3,}|~{3,}).*?\{.*?\bcaption=(?:"([^"\\]+)"|'([^'\\]+)')""")
_LABEL = re.compile(r"#((?:fig|tbl|lst|eq|sec|app):[\w-]+)")


@frozen
class Rendered:
    """A template as Markdown.

    Attributes:
        text: the Markdown, with a token of `channel` for everything that the program printed.
        source: the origin of each line.
        cited: names of everything the text uses.
        claims: what the text says of measurements.
        problems: all mistakes of the template; `compose` raises them together with its own.
        answers: whether answers are printed.
        citations: each use of something, with its template lines.
        channel: the contents of the tokens.
        pictures: files beside the template that the text shows: pictures and tables.
        choices: sweeps whose best arm is used but not known yet.
        wordings: words that its comparisons may print.
        results: outcomes of its comparisons in short form.
        templates: all files looked up as templates, whether or not they exist.
    """

    text: str
    source: SourceMap
    cited: Cited
    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...]
    answers: bool = True
    citations: tuple[Citation, ...] = ()
    channel: Channel = field(default_factory=Channel)
    pictures: tuple[Path, ...] = ()
    choices: frozenset[str] = frozenset()
    wordings: tuple[Wording, ...] = ()
    results: tuple[Result, ...] = ()
    templates: tuple[Path, ...] = ()

    def ask(self) -> Future[list[Tree]]:
        """Return a future of the trees that pandoc parses: the text, then each of `held`, which begin with an empty span.

        Parsing starts with the first call and runs in the background.
        """
        return self._start_reading

    @functools.cached_property
    def _start_reading(self) -> Future[list[Tree]]:
        return ThreadPoolExecutor(1).submit(pandoc.read_beside, self.text, [f"[]{{}}{words}" for words in self.held])

    @functools.cached_property
    def held(self) -> dict[str, str]:
        """The author's Markdown outside the text (code captions, results, tokens), mapped to its place."""
        found = [(i, match) for i, line in enumerate(self.text.split("\n")) if (match := _CAPTION.match(line))]
        captions = {" ".join((match[1] or match[2] or "").split()): self.source.where(i + 1) for i, match in found}
        results = {words: result.where for result in self.results for words in fragments(result.nodes)}
        return captions | results | self.channel.held(self.text)

    @property
    def labels(self) -> frozenset[str]:
        """Labels that the text defines."""
        return frozenset({*_LABEL.findall(self.text), *self.channel.labels(self.text)})

    @property
    def canonical(self) -> str:
        """Text and printed content as a string that is the same for equal content."""
        return self.channel.canonical(self.text)

    @property
    def plain(self) -> str:
        """The text with values in place of tokens, for human readers."""
        return self.channel.plain(self.text)


def render(template: Path, material: Material, *, draft: bool = False, answers: bool = True) -> Rendered:
    """Render a template. Facts and figures come only from the material, files only from the template's folder.

    Args:
        template: a Jinja2 Markdown file; comments are `<# #>`.
        draft: value of `draft` in the template.
        answers: value of `answers` in the template; False leaves out `::: answer` blocks, as for handing out the sheet.

    Raises:
        ReportError: if the template cannot be read or stops while rendering; unknown names do not stop it, but are recorded in
            `Rendered.problems`.
    """
    if template.exists() and not template.is_file():
        raise ReportError(Problem(relative(template), "the template is not a file"))
    rendered, ledger = _render(template, material, None, draft=draft, answers=answers)
    if material.header.correction and not rendered.problems:
        stand = standing(ledger.comparisons, LEVEL)
        rendered, _ = _render(template, material, stand, draft=draft, answers=answers)
    return rendered


def _render(
    template: Path, material: Material, stand: frozenset[tuple[str, ...]] | None, *, draft: bool, answers: bool
) -> tuple[Rendered, Ledger]:
    """Render once, treating as significant only the comparisons in `stand`, if given."""
    ledger, language = Ledger(str(template), standing=stand), languages.load(material.header.language)
    loader = Beside(template.parent)
    environment = Environment(loader)
    words = every_word(material, language, ledger)
    environment.globals.update({name: Word(name, call, ledger) for name, call in words.items()})
    environment.globals.update(
        draft=draft, answers=answers, profile=material.profile, header=_header_words(material.header), language=language.code
    )
    try:
        with bounded():
            marked = joined(environment.get_template(template.name).generate())
    except _STOPS as error:
        raise ReportError(*ledger.problems, *_problems_of(error, template, environment.globals)) from error
    if material.header.appendix and answers:
        marked += f"\n\n{token}\n" if (token := appendix(ledger, language, material.profile)) else ""
    text, source = marking.unmarked(marked, template)
    rendered = Rendered(
        text,
        source,
        ledger.everything_cited(),
        tuple(ledger.claims),
        tuple(ledger.problems),
        answers,
        tuple(ledger.citations),
        ledger.channel,
        (*own_pictures(text, template.parent), *ledger.files),
        frozenset(ledger.choices),
        tuple(ledger.wordings),
        tuple(ledger.results),
        tuple(loader.sought),
    )
    return rendered, ledger


def _header_words(header: Header) -> SimpleNamespace:
    """Return the title block as strings: objects with methods, such as paths, would give access to files."""
    words = {key: str(value or "") for key, value in vars(header).items()} | {"author": header.author}
    return SimpleNamespace(**words | {"logo": header.logo.name if header.logo else ""})


def _problems_of(error: Exception, template: Path, words: Iterable[str]) -> list[Problem]:
    """Return the problems behind an exception, at the template line; `words` are the names known to the template."""
    where = _line_of(error, template)
    if isinstance(error, ReportError):
        return [Problem(p.where or where, p.rule, p.received, p.allowed, p.next_step) for p in error.problems]
    if isinstance(error, jinja2.TemplateNotFound):
        rule = "no such template in the template's folder" if error.name != template.name else "the template does not exist"
        return [Problem(where, rule, str(error.name), next_step=f"Templates are read from {relative(template.parent)} only.")]
    if isinstance(error, jinja2.TemplateSyntaxError):
        file = error.filename or str(template)
        return [syntax(error, f"{relative(file)}:{error.lineno}")]
    return [mistake(error, where, words)]


def _line_of(error: Exception, template: Path) -> str:
    """Return the template line of the innermost template frame; Jinja rewrites tracebacks to template lines."""
    folder = str(template.parent)
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(folder) and not f.filename.endswith(".py")
    ]
    return f"{relative(frames[-1].filename)}:{frames[-1].lineno}" if frames else relative(template)
