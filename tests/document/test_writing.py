"""Files are whole or absent, and one format does not stop the others."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from report_builder.document.writing import FORMATS, write
from report_builder.errors import ReportError, StorageError


def test_every_format(composed, tmp_path):
    """Every format is written under the report's name, and no other file is left."""
    written = write(composed(), FORMATS, tmp_path / "out", "lab")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(f"lab.{form}" for form in FORMATS)
    assert written.paths["pdf"].read_bytes().startswith(b"%PDF")
    assert written.lost_standard is None


def test_missing_glyph_keeps_the_old_pdf(composed, free, tmp_path):
    """If the PDF fails, the old one is kept, the other formats are new, and both are reported."""
    (tmp_path / "lab.pdf").write_bytes(b"old")
    written = write(composed("boom \U0001f4a5", free), ["pdf", "html", "md"], tmp_path, "lab")
    assert "U+1F4A5" in str(written.error)
    assert sorted(written.paths) == ["html", "md"]
    assert (tmp_path / "lab.pdf").read_bytes() == b"old"
    assert "boom" in (tmp_path / "lab.html").read_text()
    assert "boom" in (tmp_path / "lab.md").read_text()


def test_full_disk(composed, free, tmp_path, monkeypatch):
    """A full disk is a storage error; the old file is kept and no temporary one is left."""
    (tmp_path / "lab.md").write_text("old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    error = write(composed("x", free), ["md"], tmp_path, "lab").error
    assert isinstance(error, StorageError)
    assert "no space left" in str(error)
    assert [path.name for path in tmp_path.glob("*lab*")] == ["lab.md"]
    assert Path(tmp_path / "lab.md").read_text() == "old"


def test_unknown_format(composed, free, tmp_path):
    """An unknown format is an error with the closest match."""
    with pytest.raises(ReportError, match="Did you mean 'html'"):
        write(composed("x", free), ["htm"], tmp_path, "lab")
