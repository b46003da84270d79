"""Reading image data sets in the two forms in which Keras keeps them: one `.npz`, or four gzipped idx files."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from report_builder.errors import Problem, ReportError
from report_builder.kinds import ImageData, Split

if TYPE_CHECKING:
    import numpy as np

KEYS = ("x_train", "y_train", "x_test", "y_test")
IDX_HEADER = {"x": 16, "y": 8}  # bytes before the values


def image_data(path: Path, class_names: Sequence[str]) -> ImageData:
    """An `.npz` with `x_train`, `y_train`, `x_test`, `y_test` as `keras.datasets` writes it.

    Raises:
        ReportError: the file is damaged, or holds something else.
    """
    import numpy as np

    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in KEYS}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        allowed = f"A .npz with the arrays {', '.join(KEYS)}."
        raise ReportError(Problem(str(path), f"cannot be read as a data set ({error})", allowed=allowed)) from error
    return as_image_data(arrays, path, class_names)


def idx_arrays(files: Sequence[Path]) -> dict[str, np.ndarray]:
    """The four gzipped idx files, given in the order of `KEYS`, as arrays `(n, 28, 28)` and `(n,)`.

    Raises:
        ReportError: a file is damaged.
    """
    import numpy as np

    arrays = {}
    for key, path in zip(KEYS, files, strict=True):
        try:
            with gzip.open(path, "rb") as stream:
                values = np.frombuffer(stream.read(), np.uint8, offset=IDX_HEADER[key[0]])
            arrays[key] = values.reshape(-1, 28, 28) if key[0] == "x" else values
        except (OSError, ValueError, EOFError) as error:
            raise ReportError(Problem(str(path), f"cannot be read as an idx file ({error})")) from error
    return arrays


def as_image_data(arrays: dict[str, np.ndarray], path: Path, class_names: Sequence[str]) -> ImageData:
    """Images with the channel axis last and one class for each.

    Raises:
        ReportError: shapes, type or classes do not fit.
    """
    import numpy as np

    splits = {}
    for name in ("train", "test"):
        x, y = arrays[f"x_{name}"], arrays[f"y_{name}"].reshape(-1).astype(np.int64)
        x = x[..., None] if x.ndim == 3 else x
        if x.dtype != np.uint8 or x.ndim != 4 or len(x) != len(y) or not len(y) or y.min() < 0 or y.max() >= len(class_names):
            received = f"x_{name} {x.dtype} {x.shape}, y_{name} {y.shape}"
            allowed = f"uint8 images (n, height, width[, channels]) and their classes 0 to {len(class_names) - 1}."
            raise ReportError(Problem(str(path), "these are not the images expected", received, allowed))
        splits[name] = Split(x, y)
    return ImageData(splits, tuple(class_names))
