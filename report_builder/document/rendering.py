"""Template and material -> Markdown, with the origin of every line."""

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

# What stops a template; anything else is a mistake of ours.
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
        text: the Markdown, with a token of `channel` for each thing that the program printed.
        source: where each line comes from.
        cited: what the text uses.
        claims: what it says of measurements.
        problems: mistakes of the template, all of them; `compose` raises them together with its own.
        answers: whether answers are printed.
        citations: each use of something, with the template's lines.
        channel: what the tokens stand for.
        pictures: files beside the template that the text shows, pictures and tables.
        choices: sweeps of which the best arm is taken and not known yet.
        wordings: what its comparisons can print.
        results: what its comparisons found, in short.
        templates: every file that was looked for as a template, whether it is there or not.
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
        """The text as pandoc reads it, then what is `held`: paragraphs that begin with an empty span.

        Pandoc begins when it is first asked, beside whatever is done before the answer is needed.
        """
        return self._start_reading

    @functools.cached_property
    def _start_reading(self) -> Future[list[Tree]]:
        return ThreadPoolExecutor(1).submit(pandoc.read_beside, self.text, [f"[]{{}}{words}" for words in self.held])

    @functools.cached_property
    def held(self) -> dict[str, str]:
        """The author's words that are no Markdown of the text, in captions of code and in tokens, each with its line."""
        found = [(i, match) for i, line in enumerate(self.text.split("\n")) if (match := _CAPTION.match(line))]
        captions = {" ".join((match[1] or match[2] or "").split()): self.source.where(i + 1) for i, match in found}
        results = {words: result.where for result in self.results for words in fragments(result.nodes)}
        return captions | results | self.channel.held(self.text)

    @property
    def labels(self) -> frozenset[str]:
        """Labels that the text sets."""
        return frozenset({*_LABEL.findall(self.text), *self.channel.labels(self.text)})

    @property
    def canonical(self) -> str:
        """The text and all that was printed, the same each time that both are."""
        return self.channel.canonical(self.text)

    @property
    def plain(self) -> str:
        """The text with values in place of tokens, for people."""
        return self.channel.plain(self.text)


def render(template: Path, material: Material, *, draft: bool = False, answers: bool = True) -> Rendered:
    """Renders a template; facts and figures come from the material only, and files from the template's folder only.

    Args:
        template: a Jinja2 Markdown file; comments are `<# #>`.
        material: what it may cite.
        draft: visible to the template as `draft`.
        answers: False leaves out `::: answer` blocks: the sheet as it is handed out.

    Raises:
        ReportError: the template cannot be read, or stops while it renders; unknown names do not stop it (`Rendered.problems`).
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
    """The rendered text, with the comparisons that a correction leaves, and what it wrote down."""
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
    """The title block as words: an object with methods, such as a path, would reach files."""
    words = {key: str(value or "") for key, value in vars(header).items()} | {"author": header.author}
    return SimpleNamespace(**words | {"logo": header.logo.name if header.logo else ""})


def _problems_of(error: Exception, template: Path, words: Iterable[str]) -> list[Problem]:
    """The problem behind an exception of Jinja, at the template's line; `words` are the names that a template knows."""
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
    """The innermost frame that is a line of a template: Jinja rewrites tracebacks so."""
    folder = str(template.parent)
    frames = [
        f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith(folder) and not f.filename.endswith(".py")
    ]
    return f"{relative(frames[-1].filename)}:{frames[-1].lineno}" if frames else relative(template)
