"""Translates the errors that stop a template into messages for its author; Jinja's own speak of its internals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import jinja2
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS
from jinja2.tests import TESTS

from report_builder.document.printed import Best, Printed, Run
from report_builder.errors import Problem, near_miss
from report_builder.limits import TEMPLATE_MEMORY

TAGS = (
    "if",
    "elif",
    "else",
    "endif",
    "for",
    "endfor",
    "set",
    "endset",
    "include",
    "import",
    "macro",
    "endmacro",
    "raw",
    "endraw",
)
_PARTS = {
    kind.__name__: sorted(name for name in {*kind.__dataclass_fields__, *dir(kind)} if not name.startswith("_"))
    for kind in (Printed, Run, Best)
}
_KINDS = {
    "Printed": "a printed value",
    "Run": "a run",
    "Best": "a run",
    "Word": "a word",
    "float": "a number",
    "int": "a number",
}
_KINDS |= {"str": "a text", "list": "a list", "dict": "a mapping", "NoneType": "nothing", "None": "nothing"}
_TOLD: dict[type[Exception], str] = {
    RecursionError: "the template includes or calls itself without end",
    ZeroDivisionError: "the template divides by zero",
    jinja2.exceptions.SecurityError: "not allowed in a template: {}",
}
_OF_RUN = "If the text is the id of a run, such as an arm of a sweep: run(id).{}."
_SETTING = 'Settings of a run: run("...").get("training.epochs").'
_COMPUTE = 'A printed value gives its number by .value: {{ fact("...").value * 2 }}.'
_QUOTES = 'Names of facts and runs are quoted: fact("vae.test.elbo").'


def mistake(error: Exception, where: str, words: Iterable[str]) -> Problem:
    """Return the problem that an exception stands for; `words` are the names known to the template, used for suggestions."""
    if isinstance(error, MemoryError):
        return TEMPLATE_MEMORY.problem(where)
    if isinstance(error, UnicodeDecodeError):
        return Problem(where, "the template is not UTF-8 text", str(error), next_step="Save it with the encoding UTF-8.")
    known = next((told for kind, told in _TOLD.items() if isinstance(error, kind)), "the template stops here: {}")
    return _name_mistake(str(error), where, words) or Problem(where, known.format(error))


def _name_mistake(message: str, where: str, words: Iterable[str]) -> Problem | None:
    """Return the problem of an undefined name, an unknown attribute or incompatible operand types, or None."""
    if undefined := re.fullmatch(r"'(\w+)' is undefined", message):
        own = sorted({*words} - {*DEFAULT_NAMESPACE})
        return Problem(where, "this name is not defined", undefined[1], near_miss(undefined[1], own), _QUOTES)
    if part := re.fullmatch(r"'?(?:[\w.]*\.)?(\w+)(?: object)?'? has no (?:attribute|element) '?(.*?)'?", message):
        return _no_part(where, part[1], part[2])
    unlike = any(sign in message for sign in ("operand", "not supported", "concatenate"))
    kinds = ["".join(found) for found in re.findall(r"""['"](\w+)['"]|concatenate (\w+)""", message)] if unlike else []
    if not kinds or {*kinds} - {*_KINDS}:
        return None
    step = _COMPUTE if "Printed" in kinds else "Compare and compute numbers with numbers, texts with texts."
    return Problem(where, "these types cannot be compared or combined", " and ".join(_KINDS[k] for k in kinds), next_step=step)


def _no_part(where: str, kind: str, name: str) -> Problem:
    if kind == "Word":
        return Problem(where, "a template function must be called", f".{name}", 'For example best("sweep", "test.elbo").id.')
    known = _PARTS.get(kind, [])
    allowed = near_miss(name, known) if known else ""
    step = _SETTING if kind in ("Run", "Best") else _OF_RUN.format(name) if kind == "str" and name in _PARTS["Run"] else ""
    return Problem(where, f"{_KINDS.get(kind, kind)} has no such attribute", f".{name}", allowed, step)


def syntax(error: jinja2.TemplateSyntaxError, where: str) -> Problem:
    """Return the problem that a syntax error stands for."""
    for pattern, made in _SYNTAX.items():
        if found := re.match(pattern, error.message or ""):
            rule, received, *more = made(found)
            return Problem(where, rule, received, *more)
    return Problem(where, "this is not a template expression", error.message or "")


def _tag_mistake(found: re.Match[str]) -> tuple[str, ...]:
    if found[1] in TAGS:
        return "this tag closes or continues nothing that is open", f"{{% {found[1]} %}}"
    return "there is no such tag", found[1], near_miss(found[1], TAGS)


_SYNTAX: dict[str, Callable[[re.Match[str]], tuple[str, ...]]] = {
    r"a number is too large: (.+)": lambda found: ("a number is too large", found[1], "at most about 1.8e308"),
    r"No filter named '(.+)'": lambda found: ("there is no such filter", found[1], near_miss(found[1], FILTERS)),
    r"No test named '(.+)'": lambda found: ("there is no such test", found[1], near_miss(found[1], TESTS)),
    r"Encountered unknown tag '(\w+)'": _tag_mistake,
    r"Unexpected end of template\..*closed is '(\w+)'": lambda found: (
        "a tag is not closed",
        f"{{% {found[1]} ... %}}",
        "",
        f"Write {{% end{found[1]} %}} where it ends.",
    ),
    r"unexpected end of template": lambda _: (
        "braces are not closed",
        "the end of the template",
        "Written {{ ... }} or {% ... %}.",
    ),
    r"Expected an expression, got '(.+)'": lambda _: ("an expression is missing", "nothing", 'For example {{ fact("...") }}.'),
    r"unexpected '(.+)', expected '(.+)'": lambda found: (f"'{found[2]}' is missing", found[1]),
    r"unexpected '(.+)'": lambda found: ("unexpected character", found[1]),
    r"unexpected char (.+) at": lambda found: ("a quotation mark is not closed, or a sign is not allowed here", found[1]),
    r"expected token '(.+)', got '(.+)'": lambda found: (f"'{found[1]}' is missing", found[2]),
}
