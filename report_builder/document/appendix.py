"""The last appendix: every comparison that the text rests on, how many of them chance may have made, and the profile."""

from __future__ import annotations

from collections.abc import Sequence

from report_builder.document.channel import printed_span
from report_builder.document.ledger import Compared, Ledger, standing
from report_builder.document.tables import table
from report_builder.document.tree import Node, Nodes, attr, code, para, text
from report_builder.document.wording import unmeasured
from report_builder.facts import LEVEL, TRAININGS
from report_builder.languages import Language

LABEL = "app:comparisons"
LEAST = 0.001  # of a p that is printed
MOST = 3  # settings that are named one by one


def appendix(ledger: Ledger, language: Language, profile: str = "") -> str:
    """The token of the appendix; nothing where nothing was compared."""
    rows = [*{compared.key: compared for compared in ledger.comparisons}.values()]
    if not rows:
        return ""
    title = {"t": "Header", "c": [1, attr(LABEL), _say(language.word("appendix.title"))]}
    notes = [language.word("appendix.read", expected=language.number(LEVEL * len(rows), 1), n=len(rows))]
    taken = [compared.text for compared in ledger.comparisons if compared.denied]
    if ledger.standing is not None:
        changed = language.word("appendix.changed", n=len(taken), sentences="; ".join(taken) or "–")
        notes.append(changed)
    notes += [language.word("profile", name=profile)] if profile else []
    blocks = [title, *(para(_say(note)) for note in notes), _table(rows, language)]
    return ledger.put_block(blocks)


def _table(rows: Sequence[Compared], language: Language) -> Node:
    heads = [_say(language.word(f"appendix.{key}")) for key in ("facts", "difference", "p", "holm", "differ")]
    stand = standing(rows, LEVEL)
    cells = [_row(row, language, stands=row.key in stand) for row in rows]
    return table(heads, cells, "llrll", language.word("appendix.title"), "tbl:comparisons")


def _row(row: Compared, language: Language, *, stands: bool) -> list[Nodes]:
    names = [
        printed_span([code(row.names[0]), *(node for name in row.names[1:] for node in (*text(" / "), code(name)))], "fact")
    ]
    if row.p is None:
        return [names, _say(unmeasured(language)), [], [], []]
    p = f"< {language.number(LEAST)}" if row.p < LEAST else language.number(row.p, 3)
    scope = language.word("verdict.these_trainings") if row.scope == TRAININGS else ""
    paths = [*dict.fromkeys(line.partition(":")[0] for line in row.through)]
    if len(paths) > MOST:
        paths = [f"{section}.*" for section in dict.fromkeys(path.partition(".")[0] for path in paths)]
    answer = language.setting(stands) if row.found or row.denied else "–"
    return [names, _say(f"{row.difference} {scope}".strip()), _say(p), _say(answer), _say(", ".join(paths))]


def _say(words: str) -> Nodes:
    return [printed_span(text(words), "fact")] if words else []
