"""The finished files opened by other people's programs."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from report_builder.document.writing import write


def output(*command: str) -> str:
    """What a program prints; it must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=240).stdout


@pytest.mark.external("poppler")
def test_poppler_reads_the_pdf(composed, tmp_path: Path) -> None:
    """The PDF's text can be copied: sentences, numbers, captions and table, in reading order, with embedded fonts only."""
    path = write(composed(), ["pdf"], tmp_path, "lab").paths["pdf"]
    text = output("pdftotext", "-layout", str(path), "-").replace("\u00a0", " ")
    positions = [text.index(part) for part in ("Zadanie 1.1", "Zadanie 2.1", "Tabela 1.")]
    assert positions == sorted(positions)
    assert "Rysunek 1." in text  # at the top of the page, where there is room
    rows = output("pdffonts", str(path)).splitlines()[2:]
    assert rows
    assert all(row.split()[-5] == "yes" for row in rows)
    assert "Tagged:          yes" in output("pdfinfo", str(path))


@pytest.mark.external("chromium")
def test_chromium_shows_the_html(composed, chromium, tmp_path: Path) -> None:
    """A browser finds every picture, formula and reference of the HTML in the one file."""
    path = write(composed(), ["html"], tmp_path / "out", "lab").paths["html"]
    alone = shutil.copyfile(path, tmp_path / "alone.html")
    script = (
        "<script>document.title = [...document.images].every(i => i.naturalWidth > 0) + ' ' + document.images.length</script>"
    )
    alone.write_text(alone.read_text(encoding="utf-8").replace("</body>", f"{script}</body>"), encoding="utf-8")
    page = chromium(alone.as_uri())
    assert "<title>true " in page
    assert "<math" in page
    assert 'href="#fig:strip"' in page


@pytest.mark.external("libreoffice", "poppler")
def test_libreoffice_opens_the_word_file(composed, tmp_path: Path) -> None:
    """A word processor opens the DOCX and prints its sentences and captions."""
    path = write(composed(), ["docx"], tmp_path, "lab").paths["docx"]
    office = shutil.which("soffice") or shutil.which("libreoffice") or ""
    output(
        office,
        f"-env:UserInstallation={(tmp_path / 'office').as_uri()}",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(path),
    )
    text = output("pdftotext", "-layout", str(tmp_path / "lab.pdf"), "-").replace("\u00a0", " ")
    assert "Zadanie 1.1" in text
    assert "Rysunek 1." in text
