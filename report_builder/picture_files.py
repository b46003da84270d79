"""A user's picture files, which are opened only in the format that their names indicate, and only up to the size limit.

Pillow detects formats by content and supports some that run programs (an EPS runs Ghostscript), so it is told which format to
expect.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.limits import IMAGE_PIXELS

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG"}  # by suffix, in lower case
SIGNATURES = {  # first bytes of a file -> format
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"RIFF": "WEBP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"%!PS": "EPS",
    b"%PDF": "PDF",
    b"\xc5\xd0\xd3\xc6": "EPS",
    b"\0\0\0": "HEIC or AVIF",
    b"PK": "ZIP",
    b"<": "a page or a drawing (XML, HTML, SVG)",
}
ADVICE = "Replace the file, or take it out."
SVG_HEAD = 4096  # bytes within which an SVG must be recognisable
# errors that Pillow raises for damaged files
DAMAGE = (OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, ArithmeticError, struct.error, zlib.error)


@contextmanager
def opened(path: Path) -> Iterator[Image]:
    """Open a JPEG or PNG file without decoding it; errors that occur while it is decoded later are reported as well.

    Raises:
        ReportError: (also from within the `with` block) its content does not match its name, it is damaged, or it is too large.
    """
    import PIL.Image

    expected = FORMATS[path.suffix.lower()]
    try:
        with path.open("rb") as stream, warnings.catch_warnings():
            found = _format(stream.read(16))
            if found != expected:
                raise ReportError(_misnamed_problem(path, expected, found))
            warnings.simplefilter("ignore")  # about broken metadata, which no report needs
            PIL.Image.MAX_IMAGE_PIXELS = None  # Pillow's own limit, which no option can raise; ours is checked below
            stream.seek(0)
            with PIL.Image.open(stream, formats=(expected,)) as picture:
                IMAGE_PIXELS.hold(picture.width * picture.height, str(path))
                yield picture
    except DAMAGE as error:
        rule = f"this picture cannot be read ({str(error) or type(error).__name__})"
        raise ReportError(Problem(str(path), rule, allowed=f"A whole {expected} file.", next_step=ADVICE)) from error


def check(path: Path) -> None:
    """Check from its beginning that a PNG, JPEG or SVG file is what its name says.

    Raises:
        ReportError: it is not, its beginning is damaged, or it is too large.
    """
    if path.suffix.lower() in FORMATS:
        with opened(path):
            return
    with path.open("rb") as stream:
        head = stream.read(SVG_HEAD)
    if b"<svg" not in head and b":svg" not in head:
        raise ReportError(_misnamed_problem(path, "SVG", _format(head)))


def _format(head: bytes) -> str:
    """Format that the first bytes of a file indicate; "" if unknown."""
    return next((name for signature, name in SIGNATURES.items() if head.startswith(signature)), "")


def _misnamed_problem(path: Path, expected: str, found: str) -> Problem:
    ending = next((ending for ending, name in FORMATS.items() if name == found), "")
    step = f"Call it {path.stem}{ending}." if ending else "Save the picture as a PNG."
    received = f"it begins like {found}" if found else "no known picture"
    return Problem(str(path), f"the content of this file is not {expected}, as its name says", received, next_step=step)
