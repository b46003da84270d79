"""The last appendix: all comparisons that the text relies on, how many of them may be due to chance, and the profile."""

from __future__ import annotations

import re
from collections.abc import Sequence

from report_builder.document.boilerplate import unmeasured
from report_builder.document.channel import printed_span
from report_builder.document.ledger import Compared, Ledger, standing
from report_builder.document.tables import table
from report_builder.document.tree import Node, Nodes, attr, code, identifier, para, text
from report_builder.facts import LEVEL, TRAININGS
from report_builder.languages import NO_BREAK, Language

LABEL, TABLE = "app:comparisons", "tbl:comparisons"
LEAST = 0.001  # smallest p-value that is printed as a number
STAR = "*"  # marks comparisons that hold only for the trainings measured
MOST = 3  # settings that are listed individually


def appendix(ledger: Ledger, language: Language, profile: str = "") -> str:
    """Return the token of the appendix, or an empty string if nothing was compared."""
    rows = [*{compared.key: compared for compared in ledger.comparisons}.values()]
    if not rows:
        return ""
    title = {"t": "Header", "c": [1, attr(LABEL), _fact_text(language.word("appendix.title"))]}
    notes = [language.word("appendix.read", expected=language.number(LEVEL * len(rows), 1), n=len(rows))]
    taken = [compared.text for compared in ledger.comparisons if compared.denied]
    if ledger.standing is not None:
        changed = language.word("appendix.changed", n=len(taken), sentences="; ".join(taken) or "–")
        notes.append(changed)
    notes += [language.word("profile", name=profile)] if profile else []
    notes += [f"{STAR} {language.word('verdict.these_trainings')}"] if any(map(_is_limited, rows)) else []
    return ledger.put_block([title, *(para(_fact_text(note)) for note in notes), _table(rows, language)])


def has_comparisons(blocks: Nodes) -> bool:
    """Whether the document ends with the table of comparisons, below which nothing stands that may be left to a page alone."""
    return bool(blocks) and identifier(blocks[-1]) == TABLE


def _is_limited(row: Compared) -> bool:
    """Whether the comparison holds only for the trainings that were measured, not for the models in general."""
    return row.p is not None and row.scope == TRAININGS


def _table(rows: Sequence[Compared], language: Language) -> Node:
    heads = [_fact_text(language.word(f"appendix.{key}")) for key in ("facts", "difference", "p", "holm", "differ")]
    stand = standing(rows, LEVEL)
    cells = [_row(row, language, stands=row.key in stand) for row in rows]
    return table(heads, cells, "llrll", language.word("appendix.title"), TABLE)


def _row(row: Compared, language: Language, *, stands: bool) -> list[Nodes]:
    names = [printed_span([*_names(row.names), *(text(STAR) if _is_limited(row) else [])], "fact")]
    if row.p is None:
        return [names, _fact_text(unmeasured(language)), [], [], []]
    p = f"<{NO_BREAK}{language.number(LEAST)}" if row.p < LEAST else language.number(row.p, 3)
    paths = [*dict.fromkeys(line.partition(":")[0] for line in row.through)]
    if len(paths) > MOST:
        paths = [f"{section}.*" for section in dict.fromkeys(path.partition(".")[0] for path in paths)]
    answer = language.setting(stands) if row.found or row.denied else "–"
    # An interval is one word.
    difference = re.sub(r"[;,] (?=[^[]*\])", lambda found: found[0].strip() + NO_BREAK, row.difference)
    return [names, _fact_text(difference), _fact_text(p), _fact_text(answer), _fact_text(", ".join(paths))]


def _names(names: Sequence[str]) -> Nodes:
    """Render fact names as code; a suffix common to all of them is printed once, at the end."""
    parts, shared = [name.split(".") for name in names], 0
    while (
        len(names) > 1
        and len({tuple(part[-shared - 1 :]) for part in parts}) == 1
        and all(part[: -shared - 1] for part in parts)
    ):
        shared += 1
    heads = [code(".".join(part[: len(part) - shared])) for part in parts]
    told = [heads[0], *(node for head in heads[1:] for node in (*text(" / "), head))]
    return [*told, *text(": "), code(".".join(parts[0][-shared:]))] if shared else told


def _fact_text(words: str) -> Nodes:
    return [printed_span(text(words), "fact")] if words else []
