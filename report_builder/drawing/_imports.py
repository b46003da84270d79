"""Imports Matplotlib quietly, with reproducible settings, and without generating its property documentation."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


def matplotlib() -> ModuleType:
    """Return Matplotlib, without its warnings about a cache folder if the home folder is not writable."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl

    return mpl


@contextmanager
def settings(style: Path, own: Mapping[str, str]) -> Iterator[None]:
    """Use Matplotlib's defaults, then those of `style`, then `own`, and ignore any `matplotlibrc` of the machine or user."""
    mpl = matplotlib()
    with mpl.rc_context():
        mpl.rcdefaults()
        with mpl.rc_context(fname=style), mpl.rc_context(dict(own)):
            yield


@contextmanager
def without_manual() -> Iterator[None]:
    """Import Matplotlib's artists without the documentation of `set` that it generates; everything else works as usual.

    Matplotlib generates a list of properties for each of about a hundred artist classes at import. This takes a fifth of the
    import time, and is of no use here.
    """
    matplotlib()
    from matplotlib import artist

    made = "_update_set_signature_and_docstring"
    written = vars(artist.Artist).get(made)
    if written is None:  # this version of Matplotlib generates them differently
        yield
        return
    setattr(artist.Artist, made, classmethod(lambda cls: None))
    try:
        yield
    finally:
        setattr(artist.Artist, made, written)
