"""Hostile templates: mutations of the template of the tests' laboratory that are checked."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator

from experiments import Taker, laboratory, letters, lines

WORDS = [
    "{{ ",
    " }}",
    "{% for i in range(99999999) %}x{% endfor %}",
    "{% include 'a.md' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
]
WORDS += [
    "{{ 'a' * 10**10 }}",
    "{{ x|center(10**9) }}",
    "{{ fact('vae.test.elbo') }}",
    "{{ fact('a') + 1 }}",
    "{{ fact }}",
    "{{ figure('grid') }}",
]
WORDS += [
    "{{ figure('grid')[3:] }}",
    "{{ figure('grid')|upper }}",
    "{{ run('vae').name|length }}",
    "{{ table(1) }}",
    "{{ listing('vae', 'x') }}",
]
WORDS += [
    "{{ verdict(1, 2) }}",
    "{{ claim('vae.test.elbo', '<', 1e400) }}",
    "{{ claim('vae.test.elbo', '<', 1e308 + 1e308) }}",
    "{{ 1e308 * -10 }}",
    "{{ equation('vae') }}",
    "{% set a = namespace(b=1) %}",
    "{% raw %}",
    "{#",
    "<#",
]
WORDS += [
    ":::\n",
    "::: answer\n",
    "::: {.task #3}\n",
    "::: question\n",
    "```\n",
    "~~~python\n",
    "$$",
    "$x^{x^{x}}$",
    r"$\frac{1}{$",
    r"\begin{x}",
    r"\newpage",
]
WORDS += [
    "[" * 60,
    "]" * 3,
    "![](x.png)",
    "![a](/etc/passwd)",
    "[@fig:codes]",
    "[@fig:",
    "[^1]",
    "<b>",
    "<!-- ",
    "-->",
    "<script>",
    "|a|b|\n|--|\n|1|2|\n",
]
WORDS += [
    "---\n",
    "***\n",
    "# ",
    "###### ",
    "> " * 60,
    "- " * 40,
    "\n\n",
    "  ",
    "\t",
    "\r\n",
    "\x00",
    "\ufeff",
    "\u202e",
    "😀",
    "漢",
    "a" * 3000,
    "\\",
    "*" * 40,
    "_" * 40,
]
WORDS += [
    "+---+\n| a |\n+---+\n",
    "{.x}",
    "{=html}",
    "`<i>`{=html}",
    "&nbsp;",
    "&#0;",
    "((",
    "@",
    "https://x.y",
    "(@)",
    "a)\n",
    "Table: x\n",
    "{{ loop }}",
    "{{ self }}",
]


def template(text: str, source: random.Random) -> str:
    """Return a mutation of a template."""
    if source.random() < 0.2:
        return lines(text, source)
    if source.random() < 0.2:
        found = list(re.finditer(r"\{\{.*?\}\}", text, re.DOTALL)) or [re.match("", text)]
        spot = source.choice(found)
        inner = letters(
            spot.group(),
            source,
            ["'", '"', "(", ")", "=", ",", "1e9", "None", "[0]", "|join", "|safe", ".x", "__class__", " if 0 "],
        )
        return text[: spot.start()] + inner + text[spot.end() :]
    return letters(text, source, WORDS)


def cases(seed: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield endless cases of a seed: a name, and a function that checks a mutated template."""
    taker, lab, number = Taker(), laboratory(), 0
    while True:
        text = template(lab.TEMPLATE, random.Random(f"{seed}-{number}"))  # noqa: S311  a case is known by its seed
        yield f"templates-{seed}-{number}", lambda text=text: taker.takes(lab.EXPERIMENT, text, "check")
        number += 1
