"""A typst that has set the last version of a document already when the next one is ready: it sets only what changed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.document.fonts import font_folders

if TYPE_CHECKING:
    import typst

MAIN = "main.typ"


class Press:
    """Sets a document in a folder. The version that lies there, if any, is set at once in a thread, while others still work.

    No end of the process waits for that thread: a press may be begun where it is only likely that it will be needed.
    """

    def __init__(self, folder: Path) -> None:
        """Begins with what lies in the folder, which is made when a version is laid into it."""
        self.folder = folder
        self._main = folder / MAIN
        self._last: Future[tuple[typst.Compiler, list[str]] | None] = Future()
        if self._main.is_file():
            threading.Thread(target=self._warm, daemon=True).start()
        else:
            self._last.set_result(None)
        self._compiler: typst.Compiler

    def lay(self, source: str, files: Mapping[str, Path | str]) -> None:
        """Puts a version into the folder: its source, and by name what that reads: files, and texts."""
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
        """The version in the folder, which was laid, as PDF that meets the standards.

        Raises:
            typst.TypstError: it cannot be set.
        """
        printed = self._compiler.compile(input=str(self._main), timestamp=0, pdf_standards=[*standards])
        if not isinstance(printed, bytes):
            raise TypeError("typst sets a PDF in one piece")
        return printed

    def _new(self, fonts: list[str]) -> typst.Compiler:
        import typst

        return typst.Compiler(str(self._main), root=str(self.folder), font_paths=fonts, ignore_system_fonts=True)

    def _warm(self) -> None:
        """Makes a compiler that knows the last version, and its fonts; whether that version can be set does not matter."""
        try:
            fonts = font_folders(self._main.read_text(encoding="utf-8"))
            compiler = self._new(fonts)
            compiler.compile(input=str(self._main), timestamp=0)
            self._last.set_result((compiler, fonts))
        except Exception:  # noqa: BLE001  a version that cannot be set, a file that is none: the next one is set without it
            self._last.set_result(None)
