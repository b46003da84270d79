"""Tooltips of printed values in HTML: the name of the fact and its provenance."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping

from report_builder.document.drafting import FACT
from report_builder.document.tree import Nodes, inlines_of, span, walk
from report_builder.document.vocabulary import Shown, decimals
from report_builder.errors import ReportError
from report_builder.facts import Fact
from report_builder.languages import Language

SHORT = 8  # characters of a cache key, enough for `runs show` to find the training


def point(blocks: Nodes, measured: Mapping[str, Fact], language: Language) -> None:
    """Wrap each printed value in a span with a tooltip, in place; `measured` are the facts by name."""
    told = functools.cache(lambda name: _provenance(measured[name], language))  # few of the measured facts are printed
    for node in [*walk(blocks)]:
        inlines = inlines_of(node)
        if inlines and any(item.get(FACT) in measured for item in inlines):
            groups = [(name, [*items]) for name, items in itertools.groupby(inlines, lambda item: item.get(FACT))]
            spans = ([span(items, ["fact"], {"title": told(name)})] if name in measured else items for name, items in groups)
            inlines[:] = [item for items in spans for item in items]


def _provenance(fact: Fact, language: Language) -> str:
    """Return the name of a fact, its seeds, the confidence interval of its value, and the cache keys of the trainings."""
    known = {
        "seeds": ", ".join(map(str, fact.seeds)),
        "interval": _interval(fact, language),
        "keys": ", ".join(key[:SHORT] for key in fact.keys),
    }
    parts = [fact.name, *(language.word(f"hover.{key}", **{key: words}) for key, words in known.items() if words)]
    return language.word("details.semicolon").join(parts)


def _interval(fact: Fact, language: Language) -> str:
    """Return the confidence interval, or "" if nothing was stored from which to estimate it."""
    from report_builder.facts.comparing import interval

    if isinstance(fact.value, str) or fact.noise == "exact":
        return ""
    try:
        low, high, _ = interval(fact)
    except ReportError:
        return ""
    return Shown(language, fact.unit, decimals([fact])).interval(low, high)
