"""All functions that a template may call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from report_builder.document.choices import Choices
from report_builder.document.columns import Columns
from report_builder.document.comparisons import Comparisons
from report_builder.document.counts import Counts
from report_builder.document.evidence import Evidence
from report_builder.document.ledger import Ledger
from report_builder.document.material import Material
from report_builder.document.printed import Told
from report_builder.document.shown import Shown
from report_builder.document.summary import Summary
from report_builder.document.tables import Tables
from report_builder.document.trends import Trends
from report_builder.document.verdicts import Verdicts
from report_builder.document.vocabulary import Speech
from report_builder.languages import Language


def every_word(material: Material, language: Language, ledger: Ledger) -> Mapping[str, Callable[..., Told]]:
    """Return the template globals: name -> function. What the functions cite, claim or get wrong is recorded in the ledger."""
    speech = Speech(material, language, ledger)
    verdicts = Verdicts(material, language, ledger, speech)
    choices = Choices(material, language, ledger, speech, verdicts)
    rooms = [room(material, language, ledger, speech).words() for room in (Evidence, Tables, Columns, Counts, Shown, Summary)]
    rooms += [speech.words(), verdicts.words(), Comparisons(verdicts).words(), choices.words(), Trends(choices).words()]
    return {name: call for words in rooms for name, call in words.items()}
