"""Words of a language that code may print: those whose keys it spells out, as a whole or as the parts of an f-string."""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from report_builder import languages
from report_builder.store import Memo, canonical

KEY = re.compile(r"[a-z]\w*(\.[^\s.]+)*\.?")


@functools.lru_cache(maxsize=256)
def digest(files: tuple[Path, ...], code: str, memo: Memo) -> str:
    """Digest of the words of a language that the files may print, and of its labels and class names."""
    language, keys = languages.load(code), frozenset[str]().union(*(spelt(file, code, memo) for file in files))
    words = {key: language.words[key] for key in sorted(keys)}
    return hashlib.sha256(canonical([words, language.labels, language.names]).encode()).hexdigest()[:16]


@functools.lru_cache(maxsize=2048)
def spelt(file: Path, code: str, memo: Memo) -> frozenset[str]:
    """Keys of the words that a file names, remembered by the digests of the file and of the language."""
    language = languages.load(code)
    asked = (Path(__file__), file, language.file, languages.load(languages.SOURCE).file)
    place = f"words:{':'.join(memo.sha256(each)[:16] for each in asked)}"
    known = memo.recall(place)
    if known is None:
        keys = re.compile("|".join(set(_patterns(ast.parse(file.read_bytes(), filename=str(file))))) or "(?!)")
        memo.remember(place, known := "\n".join(key for key in language.words if keys.fullmatch(key)))
    return frozenset(known.split("\n")) - {""}


def _patterns(tree: ast.Module) -> Iterator[str]:
    """Regular expressions for the keys that the texts of a tree spell out; an unknown part of an f-string matches anything.

    The section of a word, with which its key begins, is always spelled out.
    """
    nodes = list(ast.walk(tree))
    of_joined = {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
            fixed = "".join(str(part) for part in parts if part is not None)
            if "." in fixed and parts[0] is not None and not re.search(r"\s", fixed):
                yield "".join(".+" if part is None else re.escape(str(part)) for part in parts)
        elif isinstance(node, ast.Constant) and id(node) not in of_joined and KEY.fullmatch(str(node.value)):
            yield re.escape(str(node.value)) + (".+" if str(node.value).endswith(".") else "")
