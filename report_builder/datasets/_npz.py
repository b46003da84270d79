"""Readers for the two file formats of Keras' image data sets: a single `.npz`, or four gzipped idx files."""

from __future__ import annotations

import gzip
import math
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path
from typing import IO, TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData, Split
from report_builder.limits import ARCHIVE_BYTES

if TYPE_CHECKING:
    import numpy as np

KEYS = ("x_train", "y_train", "x_test", "y_test")
SIDE = 28  # pixels of an image in an idx file
# what reading damaged files or other content may raise
DAMAGE = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, SyntaxError)
DAMAGED_ZIP = (*DAMAGE, zipfile.BadZipFile, zlib.error, tokenize.TokenError)
PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the compression types that NumPy writes
PLAIN = ((1, 0), (2, 0))  # .npy format versions of plain numbers and text
READ = 1 << 20  # bytes read at once


def image_data(path: Path, class_names: Sequence[str]) -> ImageData:
    """Load an `.npz` with `x_train`, `y_train`, `x_test`, `y_test`, as `keras.datasets` writes it.

    Raises:
        ReportError: if the file is damaged or has other content.
    """
    allowed = f"A .npz with the arrays {', '.join(KEYS)}."
    arrays = stored(path, KEYS, allowed)
    if missing := [key for key in KEYS if key not in arrays]:
        raise ReportError(Problem(str(path), f"there is no array {missing[0]}", ", ".join(arrays) or "nothing", allowed))
    return as_image_data({key: array for key, array in arrays.items() if array is not None}, path, class_names)


def stored(path: Path, wanted: Collection[str], allowed: str) -> dict[str, np.ndarray | None]:
    """Load the wanted arrays of an `.npz`, of any shape and any numeric or text type; other arrays are listed as None.

    Raises:
        ReportError: if the file is damaged or no `.npz`, a wanted array holds Python objects, or the arrays exceed the limit in
            total.
    """
    import numpy as np

    with _open(path, allowed) as (archive, members):
        asked = [key for key in members if key in wanted]
        ARCHIVE_BYTES.hold(sum(_declared_size(archive, members[key]) for key in asked), str(path))
        arrays: dict[str, np.ndarray | None] = dict.fromkeys(members)
        for key in asked:
            with archive.open(members[key]) as stream, warnings.catch_warnings(action="ignore"):
                arrays[key] = np.lib.format.read_array(stream, allow_pickle=False)
    return arrays


def shapes(path: Path, wanted: Collection[str], allowed: str) -> dict[str, tuple[int, ...]]:
    """Return the shapes of the arrays in an `.npz` from their headers; `()` for arrays that are not wanted.

    Raises:
        ReportError: if the file is damaged or no `.npz`.
    """
    with _open(path, allowed) as (archive, members):
        return {key: _header(archive, info)[0] if key in wanted else () for key, info in members.items()}


@contextmanager
def _open(path: Path, allowed: str) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """Open an `.npz` and yield it with its members by array name; turn any error in the block into a ReportError."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    except DAMAGED_ZIP as error:
        reason = "it is one array without a name, a .npy" if _is_npy(path) else str(error) or type(error).__name__
        step = "Save it with a name: np.savez(file, x_train=x)." if _is_npy(path) else ""
        problem = Problem(str(path), f"cannot be read as a data set ({reason})", allowed=allowed, next_step=step)
        raise ReportError(problem) from error


def _is_npy(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(6) == b"\x93NUMPY"


def _declared_size(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """Return the size of an array in bytes by its header; raise ValueError for objects or a wrong length."""
    shape, dtype, begin = _header(archive, member)
    size = math.prod(shape) * int(dtype.itemsize)
    if dtype.hasobject:
        raise ValueError(f"{member.filename} holds Python objects; save plain numbers, e.g. np.asarray(x, np.uint8)")
    if begin + size != member.file_size:
        raise ValueError(f"{member.filename} is not as long as its header says")
    return size


def _header(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> tuple[tuple[int, ...], np.dtype, int]:
    """Return the shape and dtype of a stored array, and the offset of its values."""
    import numpy as np

    if member.compress_type not in PACKED:
        raise ValueError(f"{member.filename} uses a compression that NumPy does not write")
    with archive.open(member) as stream, warnings.catch_warnings(action="ignore"):
        version = np.lib.format.read_magic(stream)
        if version not in PLAIN:
            raise ValueError(f"{member.filename} does not contain plain numbers")
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read(stream)
        if any(length < 0 for length in shape):
            raise ValueError(f"{member.filename} has a negative length")
        return shape, dtype, stream.tell()


def idx_arrays(files: Sequence[Path]) -> dict[str, np.ndarray]:
    """Read the four gzipped idx files, in the order of `KEYS`, as uint8 arrays `(n, 28, 28)` and `(n,)`.

    Raises:
        ReportError: if a file is damaged or exceeds the limit.
    """
    import numpy as np

    arrays = {}
    for key, path in zip(KEYS, files, strict=True):
        sides = (SIDE, SIDE) if key[0] == "x" else ()
        try:
            with gzip.open(path, "rb") as stream:
                magic, n, *found = np.frombuffer(stream.read(8 + 4 * len(sides)), ">u4").tolist()
                if (magic, tuple(found)) != (0x801 + len(sides), sides):
                    raise ValueError("it does not have the header of an idx file")
                ARCHIVE_BYTES.hold(n * math.prod(sides), str(path))
                arrays[key] = np.frombuffer(exactly(stream, n * math.prod(sides)), np.uint8).reshape(-1, *sides)
        except (*DAMAGE, zlib.error) as error:
            raise ReportError(Problem(str(path), f"cannot be read as an idx file ({error})")) from error
    return arrays


def exactly(stream: BufferedIOBase | IO[bytes], size: int) -> bytes:
    """Read the rest of a stream, which must have `size` bytes, else raise ValueError.

    It is read in parts, so that a false size does not allocate memory.
    """
    whole = bytearray()
    while part := stream.read(min(READ, size + 1 - len(whole))):
        whole += part
    if len(whole) != size:
        raise ValueError(f"{size} bytes are announced, {'more' if len(whole) > size else len(whole)} are there")
    return bytes(whole)


def as_image_data(arrays: dict[str, np.ndarray], path: Path, class_names: Sequence[str]) -> ImageData:
    """Build a data set with the channel axis last and one class for each image.

    Raises:
        ReportError: if shapes, types or classes do not fit.
    """
    import numpy as np

    splits = {}
    for name in ("train", "test"):
        x, y = arrays[f"x_{name}"], arrays[f"y_{name}"].reshape(-1)
        x = x[..., None] if x.ndim == 3 else x
        numbers = np.issubdtype(y.dtype, np.integer) and len(y) > 0 and 0 <= int(y.min()) <= int(y.max()) < len(class_names)
        if x.dtype != np.uint8 or x.ndim != 4 or len(x) != len(y) or not x.size or not numbers:
            received = f"x_{name} {x.dtype} {x.shape}, y_{name} {y.dtype} {y.shape}"
            allowed = f"uint8 images (n, height, width[, channels]) and their classes 0 to {len(class_names) - 1}."
            raise ReportError(Problem(str(path), "the file does not contain the expected images", received, allowed))
        splits[name] = Split(x, y.astype(np.int64))
    return ImageData(splits, tuple(class_names))
