"""The page needs nothing but itself."""

from __future__ import annotations

import re
from dataclasses import replace

from report_builder.document.html import html_page


def test_self_contained(composed):
    """Pictures and style are inside the file: no address is loaded."""
    page = html_page(composed())
    assert page.count('src="data:image/') == 2
    assert not re.search(r'(src|href)="(https?:|figure:|/)', page)
    assert "<style>" in page


def test_accessible(composed):
    """The page states its language, alternative texts, MathML and one first heading."""
    page = html_page(composed())
    assert '<html lang="pl">' in page
    assert 'alt="Dwa rzędy cyfr"' in page
    assert "<math" in page
    assert page.count("<h1") == 1


def test_links_lead_somewhere(composed):
    """Every link of the page has its target in the page."""
    page = html_page(composed())
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets
    assert targets <= set(re.findall(r'id="([^"]+)"', page))


def test_moving_pictures(composed, free):
    """A moving picture gives way to the still one where readers ask for less motion, and on paper; both have one alt text."""
    strip = free.figures["strip"]
    moving = strip.png.with_suffix(".apng")
    moving.write_bytes(b"moving")
    given = replace(free, figures=free.figures | {"strip": replace(strip, animation=moving)})
    page = html_page(composed('{{ figure("strip") }}\n\n{{ figure("codes") }}', given))
    (picture,) = re.findall(r"<picture>(.*?)</picture>", page)
    source, image = re.findall(r"<(?:source|img)[^>]*>", picture)
    assert 'media="(prefers-reduced-motion: reduce), print"' in source
    assert 'srcset="data:image/png;base64,' in source
    assert 'src="data:image/apng;base64,bW92aW5n"' in image
    assert 'alt="Dwa rzędy cyfr"' in image


def test_draft(composed, free):
    """A draft says so across the page."""
    assert 'data-draft="WERSJA ROBOCZA"' in html_page(composed("x", free), draft=True)
