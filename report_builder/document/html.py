"""Writes the tree as one self-contained HTML file: pictures, formulas (MathML), styles and scripts are embedded."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from string import Template

from report_builder.document import pandoc
from report_builder.document.boilerplate import (
    authors_word,
    bare_words,
    listed_headings,
    numbers_of,
    title_facts,
)
from report_builder.document.composing import Document
from report_builder.document.formulas.mathml import mathml
from report_builder.document.heads import with_heads
from report_builder.document.hover import point
from report_builder.document.html_blocks import prepare
from report_builder.document.material import Author, FigureCard
from report_builder.document.pictures import Picture, size
from report_builder.document.tree import (
    Node,
    Nodes,
    change,
    exchange,
    is_node,
    link,
    plain,
    raw,
)
from report_builder.languages import Language
from report_builder.pages import Page
from report_builder.plain import Plain

_MIME = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
_IMAGE = re.compile(r'<img\b[^>]*?\bsrc="([^"]+)"[^>]*>')
STYLES = Path(__file__).parent / "styles"
LEAST = 3  # a page with at least this many headings has a table of contents by default
SCRIPTS = ("live.js", "page.js")
# Page style value -> variable in the style sheet.
_VARIABLES = {"colour": "accent", "links": "links", "soft": "soft", "faint": "faint"}
WORDS = ("anchor", "copy", "copied", "enlarge", "close", "plane", "play", "pause")  # phrases printed by the scripts
PAGE = Template("""\
<!DOCTYPE html>
<html lang="$lang">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<meta name="author" content="$author">
<style>
$style
</style>
</head>
<body$draft>
<a class="skip" href="#main-text">$skip</a>
<div class="page">
$body
</main>
</div>
<script>
"use strict";
const words = $words;
$script</script>
</body>
</html>
""")


def html_page(document: Document, *, draft: bool = False) -> str:
    """Return the complete page."""
    header, language = document.header, document.language
    blocks = _prepared(document.blocks, document)
    begun = raw("html", f'<main id="main-text">\n<header>\n{_head(document)}\n</header>')
    whole = [*change(_contents(document), _convert), begun, *blocks]
    body = pandoc.write(whole, "html5")[0].decode()
    return PAGE.substitute(
        lang=html.escape(header.language),
        title=html.escape(header.title),
        author=html.escape(header.author),
        style=_style(header.page),
        script="".join((STYLES / name).read_text(encoding="utf-8") for name in SCRIPTS),
        words=_json({word: language.word(f"page.{word}") for word in WORDS}),
        skip=html.escape(language.word("skip")),
        draft=f' class="draft" data-draft="{html.escape(language.word("draft"))}"' if draft else "",
        body=_with_pictures(with_heads(body), document.images),
    )


def html_paragraph(document: Document, paragraph: Node) -> str:
    """Return one paragraph of the document as it stands in the page."""
    return pandoc.write(_prepared([paragraph], document), "html5")[0].decode().strip()


def _prepared(blocks: Nodes, document: Document) -> Nodes:
    """Return the blocks as pandoc's HTML writer gets them."""
    blocks = change(blocks, lambda node: prepare(node, document))
    point(blocks, document.measured, document.language)
    exchange(blocks, _convert)
    return blocks


def _style(page: Page) -> str:
    """Return the common style sheet, overridden by the values of the page style and by its own style sheet."""
    texts = [file.read_text(encoding="utf-8") for file in (STYLES / "default.css", page.css) if file]
    if page.given.keys() & _VARIABLES.keys():
        stated = "".join(f" --{_VARIABLES[name]}: {page.text(name)};" for name in _VARIABLES if name in page.given)
        texts.insert(1, f"@media (prefers-color-scheme: light), print {{ :root {{{stated} }} }}\n")
    if "font" in page.given:
        texts.insert(1, f'body {{ font-family: "{page.text("font")}", Georgia, "Noto Serif", "Noto Serif TC", serif; }}\n')
    return "".join(texts)


def _json(value: Plain) -> str:
    """Serialize a value so that it can be embedded in a script element."""
    return json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")


def _convert(node: Node) -> Nodes | None:
    """Convert formulas to MathML and move headings down one level, below the title."""
    if is_node(node, "Header"):
        level, *rest = node["c"]
        return [node | {"c": [level + 1, *rest]}]
    if not is_node(node, "Math"):
        return None
    kind, tex = node["c"]
    return [raw("html", mathml(tex, display=kind["t"] == "DisplayMath"), inline=True)]


def _head(document: Document) -> str:
    header, language = document.header, document.language
    parts = [f'<p class="course">{html.escape(header.course)}</p>'] if header.course else []
    if header.logo:
        parts.insert(0, f'<img class="logo" alt="logo" src="{_data_uri(header.logo)}">')
    parts.append(f"<h1>{html.escape(header.title)}</h1>")
    parts += [f'<p class="subtitle">{html.escape(header.subtitle)}</p>'] if header.subtitle else []
    rows = [f'<dt class="authors">{html.escape(authors_word(header, language))}</dt>'] if header.authors else []
    rows += [f"<dd>{_author(author, language)}</dd>" for author in header.authors]
    rows += [f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in title_facts(header, language)]
    parts += [f"<dl>{''.join(rows)}</dl>"] if rows else []
    return "\n".join(parts)


def _author(author: Author, language: Language) -> str:
    address = html.escape(author.email)
    told = [*map(html.escape, (author.name, *numbers_of(author, language))), html.escape(author.affiliation)]
    return ", ".join(filter(None, (*told, f'<a href="mailto:{address}">{address}</a>' if address else "")))


def _contents(document: Document) -> Nodes:
    """Return the headings as a nested list of links."""
    items: list[Nodes] = []
    for heading in listed_headings(document.header, document.blocks, LEAST):
        level, (label, _, _), _ = heading["c"]
        within, entry = items, [plain([link(bare_words(heading), label)])]
        for _ in range(level - 1):
            if within and not is_node(within[-1][-1], "BulletList"):
                within[-1].append({"t": "BulletList", "c": []})
            within = within[-1][-1]["c"] if within else within
        within.append(entry)
    if not items:
        return []
    title = html.escape(document.language.word("contents"))
    start = raw("html", f'<nav aria-label="{title}">\n<details open>\n<summary>{title}<span></span></summary>')
    return [start, {"t": "BulletList", "c": items}, raw("html", "</details>\n</nav>")]


def _with_pictures(body: str, images: Mapping[str, Picture]) -> str:
    def inline(found: re.Match[str]) -> str:
        picture = images.get(html.unescape(found[1]))
        if picture is None:
            return found[0]
        shown = f'src="{_data_uri(picture.file)}" decoding="async"{_room(picture.file)}'
        return found[0].replace(f'src="{found[1]}"', shown) + _live_data(picture.live)

    return _IMAGE.sub(inline, body)


def _room(file: Path) -> str:
    """Return the size attributes of a picture, so that its space is reserved before it loads and link targets do not shift."""
    found = size(file)
    return f' width="{found[0]:.0f}" height="{found[1]:.0f}"' if found else ""


def _live_data(card: FigureCard | None) -> str:
    """Return the data from which a script builds an interactive figure; without scripts, the picture remains."""
    if card is None or card.sprite is None:
        return ""
    return f'<script type="application/json" class="live">{_json({**card.live, "sprite": _data_uri(card.sprite)})}</script>'


def _data_uri(file: Path) -> str:
    return f"data:{_MIME.get(file.suffix.lower(), 'image/png')};base64,{base64.b64encode(file.read_bytes()).decode()}"
