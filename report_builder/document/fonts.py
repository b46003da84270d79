"""Fonts beyond those in the typst wheel. They are installed as packages and searched only for texts that need them."""

from __future__ import annotations

import functools
import importlib.util
import re
from pathlib import Path

EAST = re.compile("[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]")
EASTERN = ("zh", "ja", "ko")  # languages whose script has no italics


@functools.cache
def cjk_folder() -> str | None:
    """Return the folder of the installed package of Chinese, Japanese and Korean fonts, or None."""
    found = importlib.util.find_spec("justmytype_intl_cjk")
    return next((str(Path(place) / "fonts") for place in found.submodule_search_locations or ()), None) if found else None


def font_folders(source: str) -> list[str]:
    """Return additional font folders that the text needs."""
    folder = cjk_folder() if EAST.search(source) else None
    return [folder] if folder else []
