"""Matplotlib as it comes, whatever the machine says of it, and without its manual."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


def matplotlib() -> ModuleType:
    """Matplotlib; where it keeps its list of fonts, when the home cannot be written, is no message for who draws a figure."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl

    return mpl


@contextmanager
def settings(style: Path, own: Mapping[str, str]) -> Iterator[None]:
    """Inside, Matplotlib's settings are its own, then those of `style`, then `own`: no file of a machine or a home counts."""
    mpl = matplotlib()
    with mpl.rc_context():
        mpl.rcdefaults()
        with mpl.rc_context(fname=style), mpl.rc_context(dict(own)):
            yield


@contextmanager
def without_manual() -> Iterator[None]:
    """What is imported of Matplotlib inside has no lists of the properties that `set` takes; everything works as ever.

    Matplotlib writes such a list for each of its hundred kinds of artists when it is imported: a fifth of the import, and
    nobody reads it here.
    """
    matplotlib()
    from matplotlib import artist

    made = "_update_set_signature_and_docstring"
    written = vars(artist.Artist).get(made)
    if written is None:  # a Matplotlib that makes them otherwise
        yield
        return
    setattr(artist.Artist, made, classmethod(lambda cls: None))
    try:
        yield
    finally:
        setattr(artist.Artist, made, written)
