"""Matplotlib without its manual."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_manual() -> Iterator[None]:
    """What is imported of Matplotlib inside has no lists of the properties that `set` takes; everything works as ever.

    Matplotlib writes such a list for each of its hundred kinds of artists when it is imported: a fifth of the import, and
    nobody reads it here.
    """
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
