"""Numbers on axes."""

from __future__ import annotations

from matplotlib.figure import Figure

from report_builder import languages
from report_builder.plots._style import Numbers, localise


def test_ticks_of_an_axis_have_equally_many_digits():
    """The finest tick decides, decimal marks and minus are the language's."""
    written = Numbers(languages.load("pl")).format_ticks([-2.5, 0.0, 2.5, 5.0])
    assert written == ["\u22122,5", "0,0", "2,5", "5,0"]
    assert Numbers(languages.load("en")).format_ticks([0.1 + 0.2, 1.0]) == ["0.3", "1.0"]


def test_epochs_are_whole_numbers():
    """An axis of epochs has no tick between two of them, however few there are."""
    axes = Figure().add_subplot()
    axes.plot([1, 2], [0.5, 0.25])
    localise(axes, languages.load("en"), integer_x=True)
    assert all(float(place).is_integer() for place in axes.get_xticks())
