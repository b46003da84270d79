"""What a page tells of a number that is pointed at: which fact it is, and where it comes from."""

from __future__ import annotations

import itertools

from report_builder.document.drafting import FACT
from report_builder.document.tree import Node, inlines_of, span
from report_builder.document.vocabulary import Shown, decimals
from report_builder.errors import ReportError
from report_builder.facts import Fact
from report_builder.languages import Language

SHORT = 8  # letters of a key, by which `runs show` finds the training


def pointed(node: Node, told: dict[str, str]) -> None:
    """A text with each printed value as a span that tells; `told` has the words for each fact."""
    inlines = inlines_of(node)
    if inlines and any(item.get(FACT) in told for item in inlines):
        groups = [(name, [*items]) for name, items in itertools.groupby(inlines, lambda item: item.get(FACT))]
        spans = ([span(items, ["fact"], {"title": told[name]})] if name in told else items for name, items in groups)
        inlines[:] = [item for items in spans for item in items]


def provenance(fact: Fact, language: Language) -> str:
    """The name of a fact, the seeds, the interval of its value, the keys of the trainings."""
    known = {
        "seeds": ", ".join(map(str, fact.seeds)),
        "interval": _interval(fact, language),
        "keys": ", ".join(key[:SHORT] for key in fact.keys),
    }
    parts = [fact.name, *(language.word(f"hover.{key}", **{key: words}) for key, words in known.items() if words)]
    return language.word("details.semicolon").join(parts)


def _interval(fact: Fact, language: Language) -> str:
    """The ends, or "" where nothing was kept from which chance could be judged."""
    from report_builder.facts.comparing import interval

    if isinstance(fact.value, str) or fact.noise == "exact":
        return ""
    try:
        low, high, _ = interval(fact)
    except ReportError:
        return ""
    return Shown(language, fact.unit, decimals([fact])).interval(low, high)
