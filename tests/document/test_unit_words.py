"""A unit typed after a printed value: only another unit than the value's own is found."""

from __future__ import annotations

import pytest

from report_builder.document.lexicon import lexicon
from report_builder.document.unit_words import UnitWords
from report_builder.facts import Fact, Measurement


@pytest.mark.parametrize(
    ("language", "unit", "value", "printed", "after", "found"),
    [
        ("en", "s", 12.3, "12.3", " seconds.", ""),
        ("en", "s", 12.3, "12.3", " minutes.", "minutes"),
        ("en", "s", 12.3, "12.3", " s per epoch", ""),
        ("en", "nats/image", -130.0, "−130.0 ± 0.2", " nats per image", ""),
        ("en", "nats/image", -130.0, "−130.0 ± 0.2", " nats per pixel", "nats per pixel"),
        ("en", "nats/image", -130.0, "1000", " images", ""),  # the number of images is no value in nats
        ("en", "nats/image", -130.0, "−130.0", " images", "images"),
        ("en", "", 0.97, "0.97", " of the images", ""),
        ("en", "", 0.97, "0.97", "%", "%"),
        ("en", "", "seven", "seven", " seconds", ""),
        ("pl", "s", 12.3, "12,3", " sekundy", ""),
        ("pl", "", 0.97, "0,97", " obrazów", ""),
        ("ru", "", 0.97, "0,97", " с учётом", ""),
        ("ru", "", 0.97, "0,97", " с.", "с"),
    ],
)
def test_only_another_unit_is_found(language: str, unit: str, value: float | str, printed: str, after: str, found: str) -> None:
    """The value's own unit, in full, shortened or spelled out, passes; so does what a share or another number is counted in."""
    fact = Fact("a.test.b", "b", (Measurement(1, value),), unit=unit)
    assert UnitWords(lexicon(language)).foreign(fact, printed, after) == found
