"""Reading CIFAR as it is kept: one `.npz`, or the authors' pickled batches, as a folder or in their archive."""

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

SOURCE = "https://www.cs.toronto.edu/~kriz/"  # the authors' page, from which Keras downloads, too
SIDE = 32  # pixels
DAMAGED = (*DAMAGE, MemoryError, zlib.error, tarfile.TarError, pickle.UnpicklingError)  # what reading something else may raise
BATCH = 1 << 28  # bytes; the largest batch that is published has 1.5e8
MEMBERS = 1000  # files in an archive
MEMO = ("PUT", "BINPUT", "LONG_BINPUT")  # with a place in a table, which takes as much memory as the place is large


@frozen
class Published:
    """Under which names a data set is kept.

    Attributes:
        npz: with the arrays x_train, y_train, x_test, y_test.
        folder: with the batches.
        archive: the authors' archive of that folder, with its sha256.
        batches: by split, in order.
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
        """Every name under which it may lie in a data folder or in Keras' cache, old and new."""
        target = f"{self.folder}-target"
        return (self.npz, self.folder, f"{target}/{self.folder}", self.archive, f"{target}_archive", f"{self.folder}.tar.gz")


def files(published: Published, path: str | None, folders: Sequence[Path]) -> list[Path]:
    """The `.npz`, the archive, or the batches of a folder, training batches first.

    Raises:
        ReportError: nothing of that is there, or batches are missing in the folder.
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
    """Downloads the archive into Keras' cache; it is read as it is."""
    target = keras_cache() / published.archive
    place_instead = instead(published.archive, folders)
    download(published.archive, target, published.sha256, place_instead=place_instead, source=SOURCE)


def load(published: Published, files: Sequence[Path], class_names: Sequence[str]) -> ImageData:
    """Images of shape `(n, 32, 32, 3)` with one class each.

    Raises:
        ReportError: a file is damaged, or holds something else.
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
    """The batches of an archive, which is not unpacked to the disk."""
    wanted = {name for part in published.batches.values() for name in part}
    found = {}
    with _Gzip(path) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as archive:
        for place, member in enumerate(archive):
            if place > MEMBERS:
                raise ValueError(f"more than {MEMBERS} files are in it")
            name = member.name.rpartition("/")[2]
            if name in wanted and (stream := archive.extractfile(member)):
                _must_be_short(member.size, f"{path}: {name}")
                found[name] = _unpickle(published, exactly(stream, member.size))
    return found


class _Gzip(gzip.GzipFile):
    """A packed archive that ends where the limit does; a header of an archive is short, whatever it says itself."""

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
            raise pickle.UnpicklingError("it asks for more memory than it needs")
    batch = _Unpickler(io.BytesIO(content), encoding="bytes").load()
    return batch[b"data"], batch[published.labels.encode()]


class _Type:
    """The type of a pickled array, by its code."""

    def __init__(self, code: bytes | str = "", *_: bool) -> None:
        self.code = code.decode("latin1") if isinstance(code, bytes) else code

    def __setstate__(self, _: tuple[int | bytes, ...]) -> None:
        """Its byte order and alignment, which single bytes do not have."""


class _Array:
    """An array of bytes as it is pickled. NumPy itself would trust what a damaged file says of it."""

    shape: tuple[int, ...]
    raw: bytes
    order: Literal["C", "F"]

    def __init__(self, *_: type | tuple[int, ...] | bytes) -> None:
        self.type = _Type()

    def __setstate__(self, state: tuple[int, tuple[int, ...], _Type, bool, bytes]) -> None:
        _, self.shape, self.type, by_columns, self.raw = state
        self.order = "F" if by_columns else "C"

    def values(self) -> np.ndarray:
        """Uint8; ValueError or TypeError where it is of something else, or of another length."""
        import numpy as np

        if self.type.code != "u1":
            raise ValueError("pixels are bytes")
        return np.frombuffer(self.raw, np.uint8).reshape(self.shape, order=self.order)


_Batch: TypeAlias = tuple[_Array, Sequence[int]]  # images and their classes


class _Unpickler(pickle.Unpickler):
    """Reads arrays of bytes, numbers and text only: a pickle from elsewhere could otherwise run anything."""

    def find_class(self, module: str, name: str) -> Callable[..., _Type | _Array | bytes]:
        known: dict[tuple[str, str], Callable[..., _Type | _Array | bytes]] = {
            ("numpy", "ndarray"): _Array,  # only named, as the type of what `_reconstruct` begins
            ("numpy", "dtype"): _Type,
            ("multiarray", "_reconstruct"): _Array,
            ("_codecs", "encode"): lambda text, _: text.encode("latin1"),  # bytes, as Python 3 pickles them
        }
        place = (module.removeprefix("numpy.core.").removeprefix("numpy._core."), name)
        if place not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no image needs")
        return known[place]
