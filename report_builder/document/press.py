"""Incremental typesetting: a typst compiler that has already compiled the last version of a document sets only the changes."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.document.fonts import font_folders

if TYPE_CHECKING:
    import typst
    from typst import PDFStandard

MAIN = "main.typ"
STANDARDS: list[PDFStandard] = ["a-2a", "ua-1"]
IN_PLACE = {"figures": "in place"}  # read by `movable` in common.typ


class Press:
    """Typesets a document in a folder. A previous version in the folder is compiled in a background thread right away.

    The thread is a daemon that never delays exit, so a press can be created speculatively.
    """

    def __init__(self, folder: Path) -> None:
        """Start with the previous version in the folder, if any; the folder is created by `lay`."""
        self.folder = folder
        self._main = folder / MAIN
        self._last: Future[tuple[typst.Compiler, list[str]] | None] = Future()
        if self._main.is_file():
            threading.Thread(target=self._warm, daemon=True).start()
        else:
            self._last.set_result(None)
        self._compiler: typst.Compiler

    def lay(self, source: str, files: Mapping[str, Path | str]) -> None:
        """Write a version into the folder: its source, and the files it reads by name, given as paths to copy or as text."""
        last = self._last.result()
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, file in files.items():
            if isinstance(file, str):
                (self.folder / name).write_text(file, encoding="utf-8")
            else:
                shutil.copyfile(file, self.folder / name)
        self._main.write_text(source, encoding="utf-8")
        fonts = font_folders(source)
        self._compiler = last[0] if last and last[1] == fonts else self._new(fonts)

    def print(self, standards: Sequence[typst.PDFStandard] = ()) -> bytes:
        """Compile the version written by `lay` to a PDF that meets the standards.

        If movable figures displace one another without end, all figures stay in place.

        Raises:
            typst.TypstError: if it cannot be typeset.
        """
        printed, warnings = self._compile(standards, {})
        if any("did not converge" in warning.message for warning in warnings):
            printed, _ = self._compile(standards, IN_PLACE)
        return printed

    def reprint(self, edit: Callable[[str], str | None]) -> bytes | None:
        """Compile the version written by `lay` as edited, or return None if the edit is None or cannot be typeset."""
        import typst

        source = edit(self._main.read_text(encoding="utf-8"))
        if source is None:
            return None
        self._main.write_text(source, encoding="utf-8")
        with suppress(typst.TypstError):
            return self.print(STANDARDS)
        return None

    def _compile(
        self, standards: Sequence[typst.PDFStandard], inputs: dict[str, str]
    ) -> tuple[bytes, list[typst.TypstWarning]]:
        printed, warnings = self._compiler.compile_with_warnings(
            input=str(self._main), timestamp=0, pdf_standards=[*standards], sys_inputs=inputs
        )
        if not isinstance(printed, bytes):
            raise TypeError("typst sets a PDF in one piece")
        return printed, warnings

    def _new(self, fonts: list[str]) -> typst.Compiler:
        import typst

        return typst.Compiler(str(self._main), root=str(self.folder), font_paths=fonts, ignore_system_fonts=True)

    def _warm(self) -> None:
        """Compile the previous version to fill the compiler's caches; failures are ignored."""
        try:
            fonts = font_folders(self._main.read_text(encoding="utf-8"))
            compiler = self._new(fonts)
            compiler.compile(input=str(self._main), timestamp=0)
            self._last.set_result((compiler, fonts))
        except Exception:  # noqa: BLE001  if the old version is invalid or unreadable, the next one is compiled from scratch
            self._last.set_result(None)
