"""The only interface to pandoc: reads Markdown into a JSON tree and writes the tree in any format."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from report_builder.document.converter import CONVERTER, HEAP_EXHAUSTED
from report_builder.document.tree import Node, Nodes, Part, is_node, walk
from report_builder.errors import Problem, ReportError
from report_builder.limits import PANDOC_MEMORY, PANDOC_SECONDS

# Raw HTML and TeX are kept as such, so that they can be reported; divs and spans can only be written in Markdown syntax.
READER = "markdown-native_divs-native_spans-yaml_metadata_block-auto_identifiers-latex_macros-markdown_in_html_blocks"
READER += "+alerts+autolink_bare_uris"
API = [1, 23, 1, 1]
_COLUMNS, _DRAWN = 100_000, 72  # line width in characters: as passed to pandoc, and its default


@functools.cache
def program() -> str:
    """Return the path of the pandoc that comes with pypandoc; asking pypandoc itself would start a process."""
    found = importlib.util.find_spec("pypandoc")
    for place in found.submodule_search_locations or () if found else ():
        file = Path(place) / "files" / "pandoc"
        if file.is_file():
            return str(file)
    import pypandoc

    return str(pypandoc.get_pandoc_path())


class Tree(NamedTuple):
    """A Markdown text as parsed by pandoc, and pandoc's warnings."""

    blocks: Nodes
    warnings: list[str]


def begin() -> None:
    """Start the converter process ahead of time; its startup takes as long as reading a report."""
    CONVERTER.begin(program())


def read(texts: Sequence[str]) -> list[Tree]:
    """Parse Markdown texts, all in the same process.

    The large line width keeps long rows of pipe tables from getting relative widths; grid and multi-line tables get theirs
    back.
    """
    encoded = [text.expandtabs(4).encode() for text in texts]  # as pandoc's command line does
    trees = []
    for made, told in zip(*CONVERTER.ask(program(), "read", READER, encoded, _COLUMNS), strict=True):
        blocks: Nodes = json.loads(made)["blocks"]
        if b'"ColWidth"' in made:
            _limit_widths(blocks)
        if b'"email"' in made:
            _undo_addresses(blocks)
        trees.append(Tree(blocks, _warnings(told)))
    return trees


def _undo_addresses(nodes: Nodes) -> None:
    """Turn links that are not e-mail addresses for want of a domain, such as `word@fig:x`, back into words, in place."""
    if any(_is_no_address(item) for item in nodes):
        joined: Nodes = []
        for item in nodes:
            word = item["c"][1][0] if _is_no_address(item) else item
            if is_node(word, "Str") and joined and is_node(joined[-1], "Str"):
                word = {"t": "Str", "c": joined.pop()["c"] + word["c"]}
            joined.append(word)
        nodes[:] = joined
    for item in nodes:
        below = item.get("c") if isinstance(item, dict) else item
        if isinstance(below, list):
            _undo_addresses(below)


def _is_no_address(item: Part) -> bool:
    if not isinstance(item, dict) or item.get("t") != "Link" or "email" not in item["c"][0][1]:
        return False
    return "." not in item["c"][2][0].rpartition("@")[2] and is_node(item["c"][1][0], "Str")


def read_beside(text: str, lines: Sequence[str]) -> list[Tree]:
    """Parse a text, and each of the lines as a separate paragraph.

    The lines are read as one text, since starting a new text takes pandoc longer than reading a line. If one of them reaches
    into another, as an unclosed HTML comment does, the number of paragraphs differs, and each line is read by itself.
    """
    whole, joined = read([text, "\n\n".join(lines)])
    if joined.warnings or len(joined.blocks) != len(lines):
        return [whole, *read(lines)]
    return [whole, *(Tree([block], []) for block in joined.blocks)]


def cite(entries: str, blocks: Nodes, style: Path, language: str) -> Nodes:
    """Return the paragraphs, of one citation each, with formatted citations, followed by the list of references.

    Args:
        entries: the cited entries, as BibLaTeX.
        blocks: the paragraphs.
        style: a CSL file.
        language: language code of terms and dates, such as `zh-TW`.

    Raises:
        ReportError: if an entry or the style cannot be read; `received` is pandoc's message.
    """
    framed = b"".join(b"%d\n%b" % (len(part), part) for part in (entries.encode(), _as_json(blocks)))
    script = str(Path(__file__).parent / "cite.lua")
    output, _ = _run(["lua", script, str(style.resolve()), language], framed, LANG="la")  # keeps the case of English titles
    cited: Nodes = json.loads(output)["blocks"]
    return cited


def convert(file: Path, form: str) -> Nodes:
    """Read a file in another format (`docx`, `ipynb`) and return its blocks.

    Raises:
        ReportError: if the file does not exist or pandoc cannot read it.
    """
    if not file.is_file():
        raise ReportError(Problem(str(file), "no such file"))
    output, _ = _run(["-f", form, "-t", "json", str(file)], b"")
    blocks: Nodes = json.loads(output)["blocks"]
    return blocks


def _limit_widths(blocks: Nodes) -> None:
    """Rescale relative column widths to a line of 72 characters; together, they take up at most the full line."""
    for table in walk(blocks, "Table"):
        widths = [column[1] for column in table["c"][2] if column[1]["t"] == "ColWidth"]
        page = max(sum(width["c"] for width in widths), _DRAWN / _COLUMNS)
        for width in widths:
            width["c"] = round(width["c"] / page, 4)


def write(blocks: Nodes, form: str) -> tuple[bytes, list[str]]:
    """Return the blocks in another text format, and pandoc's warnings."""
    [made], [told] = CONVERTER.ask(program(), "write", form, [_as_json(blocks)])
    return made + b"\n", _warnings(told)


def docx(blocks: Nodes, folder: str, meta: Node, day: str) -> bytes:
    """Return the blocks as a Word file dated `day` (ISO), with pictures from a folder."""
    arguments = ["-f", "json", "-t", "docx", "--wrap=none", f"--resource-path={folder}"]
    return _run(arguments, _as_json(blocks, meta), day)[0]


def _as_json(blocks: Nodes, meta: Node | None = None) -> bytes:
    return json.dumps({"pandoc-api-version": API, "meta": meta or {}, "blocks": blocks}, ensure_ascii=False).encode()


def _warnings(told: str) -> list[str]:
    return [" ".join(line.split()) for line in told.split("[WARNING]") if line.strip()]


def _run(arguments: Sequence[str], given: bytes, day: str = "2000-01-01", **variables: str) -> tuple[bytes, str]:
    epoch = int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": str(epoch), **variables}
    command = [program(), "+RTS", f"-M{PANDOC_MEMORY.value:.0f}", "-RTS", *arguments]
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, check=False, env=environment, timeout=PANDOC_SECONDS.value
        )
    except subprocess.TimeoutExpired:
        raise ReportError(PANDOC_SECONDS.problem("pandoc")) from None
    told = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode == HEAP_EXHAUSTED:
        raise ReportError(PANDOC_MEMORY.problem("pandoc"))
    if done.returncode:
        raise ReportError(Problem("pandoc", "pandoc could not convert the document", told or f"exit code {done.returncode}"))
    return done.stdout, told
