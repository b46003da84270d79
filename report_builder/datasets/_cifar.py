"""Reader for CIFAR as an `.npz` or as the authors' pickled batches, in a folder or in the original archive."""

from __future__ import annotations

import gzip
import io
import pickle
import pickletools
import tarfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from report_builder.datasets._download import download
from report_builder.datasets._files import absent, find, instead, keras_cache
from report_builder.datasets._npz import DAMAGE, READ, as_image_data, exactly, image_data
from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData
from report_builder.limits import ARCHIVE_BYTES
from report_builder.records import frozen

if TYPE_CHECKING:
    import numpy as np

SOURCE = "https://www.cs.toronto.edu/~kriz/"  # the authors' page, which Keras downloads from as well
SIDE = 32  # pixels
DAMAGED = (*DAMAGE, MemoryError, zlib.error, tarfile.TarError, pickle.UnpicklingError)  # what reading other content may raise
BATCH = 1 << 28  # bytes; the largest published batch has 1.5e8
MEMBERS = 1000  # most files in an archive
MEMO = ("PUT", "BINPUT", "LONG_BINPUT")  # their argument is an index into the memo, whose memory grows with the index


@frozen
class Published:
    """File names and keys of a published CIFAR data set.

    Attributes:
        npz: name of the `.npz` with the arrays x_train, y_train, x_test, y_test.
        folder: name of the folder with the batches.
        archive: name of the authors' archive of that folder.
        sha256: digest of the archive, hex.
        batches: file names of the batches of each split, in order.
        labels: key of the classes in a batch.
    """

    npz: str
    folder: str
    archive: str
    sha256: str
    batches: dict[str, tuple[str, ...]]
    labels: str

    @property
    def names(self) -> tuple[str, ...]:
        """All names that the data set may have in a data folder or in Keras' cache, of old and new Keras versions."""
        target = f"{self.folder}-target"
        return (self.npz, self.folder, f"{target}/{self.folder}", self.archive, f"{target}_archive", f"{self.folder}.tar.gz")


def files(published: Published, path: str | None, folders: Sequence[Path]) -> list[Path]:
    """Locate the `.npz`, the archive, or the batches in a folder, training batches first.

    Raises:
        ReportError: if none of them is found, or the folder lacks some batches.
    """
    what = f"{published.npz}, {published.archive} or the folder {published.folder}"
    found = find(path, published.names, [*folders, keras_cache()], what)
    if found is None:
        absent(f"{published.npz} and no {published.archive}", folders, put=published.archive)
    if not found.is_dir():
        return [found]
    batches = [found / name for part in published.batches.values() for name in part]
    if missing := [batch.name for batch in batches if not batch.is_file()]:
        rule = "batches of the data set are missing"
        advice = f"Unpack {published.archive} again."
        raise ReportError(Problem(str(found), rule, ", ".join(missing), next_step=advice))
    return batches


def fetch(published: Published, folders: Sequence[Path]) -> None:
    """Download the archive into Keras' cache; it is read without unpacking."""
    target = keras_cache() / published.archive
    place_instead = instead(published.archive, folders)
    download(published.archive, target, published.sha256, place_instead=place_instead, source=SOURCE)


def load(published: Published, files: Sequence[Path], class_names: Sequence[str]) -> ImageData:
    """Load the images, uint8 of shape `(n, 32, 32, 3)`, and the class of each.

    Raises:
        ReportError: if a file is damaged or has other content.
    """
    if files[0].suffix == ".npz":
        return image_data(files[0], class_names)
    return as_image_data(_arrays(published, files), files[0], class_names)


def _arrays(published: Published, files: Sequence[Path]) -> dict[str, np.ndarray]:
    import numpy as np

    try:
        if len(files) == 1:
            batches = _in_archive(published, files[0])
        else:
            batches = {file.name: _in_file(published, file) for file in files}
        arrays = {}
        for split, names in published.batches.items():
            planes = np.concatenate([batches[name][0].values().reshape(-1, 3, SIDE, SIDE) for name in names])
            arrays[f"x_{split}"] = np.ascontiguousarray(np.moveaxis(planes, 1, 3))
            arrays[f"y_{split}"] = np.concatenate([np.asarray(batches[name][1]) for name in names])
    except DAMAGED as error:
        allowed = f"{published.archive} as published, its folder {published.folder}, or {published.npz}."
        raise ReportError(Problem(str(files[0]), f"cannot be read as a data set ({error})", allowed=allowed)) from error
    return arrays


def _in_archive(published: Published, path: Path) -> dict[str, _Batch]:
    """Read the batches from an archive without unpacking it to disk."""
    wanted = {name for part in published.batches.values() for name in part}
    found = {}
    with _Gzip(path) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as archive:
        for place, member in enumerate(archive):
            if place >= MEMBERS:
                raise ValueError(f"more than {MEMBERS} files are in it")
            name = member.name.rpartition("/")[2]
            if name in wanted and (stream := archive.extractfile(member)):
                _must_be_short(member.size, f"{path}: {name}")
                found[name] = _unpickle(published, exactly(stream, member.size))
    return found


class _Gzip(gzip.GzipFile):
    """A gzip stream that stops at the size limit and refuses long reads, whatever length a tar header claims."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= READ:
            raise ValueError("a part of the archive is too long")
        ARCHIVE_BYTES.hold(self.tell() + size, str(self.name))
        return super().read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        ARCHIVE_BYTES.hold(offset, str(self.name))
        return super().seek(offset, whence)


def _in_file(published: Published, path: Path) -> _Batch:
    _must_be_short(path.stat().st_size, str(path))
    return _unpickle(published, path.read_bytes())


def _must_be_short(size: int, where: str) -> None:
    if size > BATCH:
        raise ReportError(Problem(where, "this is larger than a batch of the data set", f"{size} bytes"))


def _unpickle(published: Published, content: bytes) -> _Batch:
    for operation, argument, _ in pickletools.genops(content):
        if operation.name in MEMO and not 0 <= int(argument or 0) < len(content):
            raise pickle.UnpicklingError("its memo index is too large")
    batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    return batch[b"data"], batch[published.labels.encode()]


class _Type:
    """Stand-in for the dtype of a pickled array, with its code only."""

    def __init__(self, code: bytes | str = "", *_: bool) -> None:
        self.code = code.decode("latin1") if isinstance(code, bytes) else code

    def __setstate__(self, _: tuple[int | bytes, ...]) -> None:
        """Ignore byte order and alignment, which are irrelevant for single bytes."""


class _Array:
    """Stand-in for a pickled byte array: NumPy itself would trust the sizes that a damaged file states."""

    shape: tuple[int, ...]
    raw: bytes
    order: Literal["C", "F"]

    def __init__(self, *_: type | tuple[int, ...] | bytes) -> None:
        self.type = _Type()

    def __setstate__(self, state: tuple[int, tuple[int, ...], _Type, bool, bytes]) -> None:
        _, self.shape, self.type, by_columns, self.raw = state
        self.order = "F" if by_columns else "C"

    def values(self) -> np.ndarray:
        """Return the array, uint8; raise ValueError or TypeError if its type or length is wrong."""
        import numpy as np

        if self.type.code != "u1":
            raise ValueError("pixels are bytes")
        return np.frombuffer(self.raw, np.uint8).reshape(self.shape, order=self.order)


_Batch: TypeAlias = tuple[_Array, Sequence[int]]  # images and their classes


class _Unpickler(pickle.Unpickler):
    """Unpickler restricted to byte arrays, numbers and text, since a pickle from elsewhere could execute any code."""

    def find_class(self, module: str, name: str) -> Callable[..., _Type | _Array | bytes]:
        known: dict[tuple[str, str], Callable[..., _Type | _Array | bytes]] = {
            ("numpy", "ndarray"): _Array,  # only an argument: the type that `_reconstruct` creates
            ("numpy", "dtype"): _Type,
            ("multiarray", "_reconstruct"): _Array,
            ("_codecs", "encode"): lambda text, _: text.encode("latin1"),  # bytes, as Python 3 pickles them
        }
        place = (module.removeprefix("numpy.core.").removeprefix("numpy._core."), name)
        if place not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not allowed")
        return known[place]
