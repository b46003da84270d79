"""Words of a report in its language: labels with their cases, numbers, dates, units, verdicts.

Each language is defined by one file of this folder, `<code>.yaml`, and nowhere else. `en.yaml` has the words that belong to no
kind; a kind carries its own words in English, and the section `kinds` in the file of another language translates them. What a
file lacks is printed in English.
"""

from report_builder.languages.files import codes, load, read
from report_builder.languages.frames import Noun
from report_builder.languages.language import CASES, KINDS, MINUS, NO_BREAK, SOURCE, Language

__all__ = ["CASES", "KINDS", "MINUS", "NO_BREAK", "SOURCE", "Language", "Noun", "codes", "load", "read"]
