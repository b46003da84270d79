"""The page needs nothing but itself."""

from __future__ import annotations

import re

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


def test_draft(composed, free):
    """A draft says so across the page."""
    assert 'data-draft="WERSJA ROBOCZA"' in html_page(composed("x", free), draft=True)
