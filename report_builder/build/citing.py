"""Lists what a template may cite, ready to paste: facts, and comparisons of two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from report_builder import languages
from report_builder.build import gather
from report_builder.build.workspace import Workspace
from report_builder.document.rendering import render
from report_builder.document.vocabulary import Shown, decimals
from report_builder.errors import Problem, ReportError, near_miss
from report_builder.facts import Fact, closest
from report_builder.languages import Language
from report_builder.plan import Plan


def citable(plan: Plan, workspace: Workspace, name: str = "", *, word: str = "", new: bool = False) -> dict[str, Fact]:
    """Return the facts that match a search.

    Args:
        name: substring of the fact's identifier.
        word: substring of the fact's identifier, metric or noun, in the report's language or in English; case is ignored.
        new: leave out facts that the template already cites.

    Raises:
        ReportError: no fact's identifier contains `name`.
    """
    material, language = gather.material(plan), languages.load(plan.language)
    named = {key: fact for key, fact in sorted(material.facts.items()) if name in key}
    if name and not named:
        raise ReportError(Problem("", "unknown fact", repr(name), near_miss(name, closest(name, material.facts))))
    cited = render(workspace.template(plan.resolved.loaded), material, draft=True).cited.facts if new else ()
    return {k: fact for k, fact in named.items() if k not in cited and word.casefold() in _names_of(fact, language).casefold()}


def _names_of(fact: Fact, language: Language) -> str:
    """Identifier, metric and noun forms of a fact, in the report's language and in English, as one searchable string."""
    spoken = (language.noun(fact.noun, fact.metric), languages.load(languages.SOURCE).noun(fact.noun, fact.metric))
    return " ".join([fact.name, language.metric(fact.metric), *(form for noun in spoken for form in noun.forms.values())])


def citation_lines(chosen: Mapping[str, Fact], plan: Plan) -> Iterator[str]:
    """Yield a line for each fact with its value, then a comparison of two runs for each quantity that several runs share."""
    language, runs = languages.load(plan.language), list(plan.resolved.runs)
    for name, fact in chosen.items():
        yield f'{{{{ fact("{name}").full }}}}  {"not measured yet" if fact.placeholder else _value(fact, language)}'
    known = {name for measure in plan.resolved.measures for name in measure.facts}
    for suffix in dict.fromkeys(n.partition(".")[2] for n, fact in chosen.items() if not isinstance(fact.value, str)):
        having = [run for run in runs if f"{run}.{suffix}" in known]
        if len(having) > 1:
            yield f'{{{{ compare("{having[0]}", "{having[1]}", "{suffix}") }}}}'


def _value(fact: Fact, language: Language) -> str:
    """Value of a fact as `.full` prints it."""
    value = fact.value
    return value if isinstance(value, str) else Shown(language, fact.unit, decimals([fact])).number(value, fact.spread)
