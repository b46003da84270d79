"""Finished files opened by third-party programs."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from report_builder.document.writing import write


def output(*command: str) -> str:
    """Output of a program, which must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=240).stdout


@pytest.mark.external("poppler")
def test_poppler_reads_the_pdf(composed, tmp_path: Path) -> None:
    """The PDF's text can be extracted in reading order: sentences, numbers, captions and table, with all fonts embedded."""
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
    """A browser finds every picture, formula and reference in the single HTML file."""
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


def opened_by_office(file: Path, folder: Path) -> str:
    """Text of a file after opening and printing it with LibreOffice."""
    office = shutil.which("soffice") or shutil.which("libreoffice") or ""
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    output(office, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(file))
    return output("pdftotext", "-layout", str(folder / f"{file.stem}.pdf"), "-").replace("\u00a0", " ")


@pytest.mark.slow
@pytest.mark.external("libreoffice", "poppler")
def test_libreoffice_counts_the_captions_itself(composed, tmp_path: Path) -> None:
    """LibreOffice corrects wrong numbers in the fields of captions and references; letters of appendices stay."""
    text = "Zob. [@fig:strip]{.loc}, [@fig:codes]{.loc} i [@tbl:own]{.loc}.\n\n"
    text += '{{ figure("strip") }}\n\n{{ figure("codes") }}\n\n'
    text += "# Dodane {#app:a}\n\n| a |\n|---|\n| x |\n\n: Jedna {#tbl:own}\n"
    made = write(composed(text), ["docx"], tmp_path, "lab", draft=True).paths["docx"]
    with zipfile.ZipFile(made) as given, zipfile.ZipFile(tmp_path / "wrong.docx", "w") as wrong:
        for name in given.namelist():
            part = given.read(name)
            if name == "word/document.xml":
                fields = re.compile(r'(<w:fldSimple w:instr=" (?:SEQ|REF) .*?<w:t>)\d+(</w:t>)')
                changed, count = fields.subn(r"\g<1>7\2", part.decode())
                assert count == 6
                part = changed.encode()
            wrong.writestr(name, part)
    shown = " ".join(opened_by_office(tmp_path / "wrong.docx", tmp_path).split())
    assert "Zob. rysunku 1, rysunku 2 i tabeli A.1." in shown
    assert [words in shown for words in ("Rysunek 1. Oryginały", "Rysunek 2. Kody", "Tabela A.1. Jedna")] == [True] * 3


@pytest.mark.external("libreoffice", "poppler")
def test_libreoffice_opens_the_word_file(composed, tmp_path: Path) -> None:
    """LibreOffice opens the DOCX and prints its sentences and captions."""
    path = write(composed(), ["docx"], tmp_path, "lab").paths["docx"]
    text = opened_by_office(path, tmp_path)
    assert "Zadanie 1.1" in text
    assert "Rysunek 1." in text
