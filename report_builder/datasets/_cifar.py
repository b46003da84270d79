"""Reading CIFAR as it is kept: one `.npz`, or the authors' pickled batches, as a folder or in their archive."""

from __future__ import annotations

import pickle
import tarfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from report_builder.datasets._files import absent, download, first, instead, keras_cache
from report_builder.datasets._npz import as_image_data, image_data
from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData

if TYPE_CHECKING:
    import numpy as np

SOURCE = "https://www.cs.toronto.edu/~kriz/"  # the authors' page, from which Keras downloads, too
SIDE = 32  # pixels
DAMAGE = (OSError, EOFError, ValueError, LookupError, TypeError, AttributeError)  # what reading something else may raise


@dataclass(frozen=True)
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
    found = first(path, published.names, [*folders, keras_cache()])
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

    wanted = {name for part in published.batches.values() for name in part}
    try:
        batches = (
            _in_archive(files[0], wanted) if len(files) == 1 else {file.name: _unpickled(file.open("rb")) for file in files}
        )
        arrays = {}
        for split, names in published.batches.items():
            planes = np.concatenate([np.reshape(batches[name][b"data"], (-1, 3, SIDE, SIDE)) for name in names])
            arrays[f"x_{split}"] = np.ascontiguousarray(np.moveaxis(planes, 1, 3))
            arrays[f"y_{split}"] = np.concatenate([np.asarray(batches[name][published.labels.encode()]) for name in names])
    except (*DAMAGE, tarfile.TarError, pickle.UnpicklingError) as error:
        allowed = f"{published.archive} as published, its folder {published.folder}, or {published.npz}."
        raise ReportError(Problem(str(files[0]), f"cannot be read as a data set ({error})", allowed=allowed)) from error
    return arrays


def _in_archive(path: Path, wanted: set[str]) -> dict[str, Any]:
    """The batches of an archive, which is not unpacked to the disk."""
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = member.name.rpartition("/")[2]
            if name in wanted and (stream := archive.extractfile(member)):
                found[name] = _unpickled(stream)
    return found


def _unpickled(stream: IO[bytes]) -> Any:
    with stream:
        return _Unpickler(stream, encoding="bytes").load()


class _Unpickler(pickle.Unpickler):
    """Reads arrays, numbers and text only: a pickle from elsewhere could otherwise run anything."""

    def find_class(self, module: str, name: str) -> Any:
        import numpy as np

        known: dict[tuple[str, str], Callable[..., Any]] = {
            ("numpy", "ndarray"): np.ndarray,
            ("numpy", "dtype"): cast("Callable[..., Any]", np.dtype),
            ("multiarray", "_reconstruct"): lambda _, shape, code: np.ndarray(shape, code),  # an empty array, filled next
            ("_codecs", "encode"): lambda text, encoding: text.encode(encoding),  # bytes, as Python 3 pickles them
        }
        place = (module.removeprefix("numpy.core.").removeprefix("numpy._core."), name)
        if place not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which no image needs")
        return known[place]
