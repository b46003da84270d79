"""Samples of fixed noise before the first epoch and after each, which show how a model learns. Not part of any key."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from report_builder.kinds import ImageData, Trained
from report_builder.measures.probes._asked import in_turn
from report_builder.train.checkpoint import save_arrays

NUMBER = 20
SEED = 0  # of the noise: the same for every run


class Samples:
    """Samples of one run, one file per epoch, so that they survive a kill; `join` combines them in one file."""

    def __init__(self, model: Trained, data: ImageData, folder: Path) -> None:
        """Prepare the samples of a run; nothing is drawn if the model provides no sampling."""
        self._model, self._provides, self._folder = model, model.provides, folder
        self._fixed = _conditions(data) if "condition" in model.takes and "sample" in model.provides else {}
        self._about = {"value_range": np.asarray(data.value_range, np.float32), "class_names": np.array(data.class_names)}

    def draw(self, epoch: int) -> None:
        """Draw the model's samples of the fixed noise after this number of epochs."""
        if "sample" not in self._provides:
            return
        condition = [self._fixed["condition"]] if self._fixed else []
        images = np.asarray(self._model.sample(NUMBER, SEED, *condition), np.float32)
        drawn: dict[str, np.ndarray] = {"images": images.astype(np.float16)}
        if "discriminate" in self._provides:
            drawn["logits"] = np.asarray(self._model.discriminate(images, *condition), np.float32).reshape(NUMBER)
        save_arrays(drawn, self._file(epoch))

    def complete(self, epoch: int) -> bool:
        """Whether all samples up to this epoch exist."""
        return "sample" not in self._provides or all(self._file(e).is_file() for e in range(epoch + 1))

    def join(self, epoch: int, path: Path) -> bool:
        """Write the samples up to this epoch as one file; return False if there are none.

        Arrays: `images` (epochs + 1, 20, h, w, c), float16, in `value_range` (2,), row 0 from the untrained model; `logits`
        (epochs + 1, 20), float32, of a model that discriminates; for a conditional model `condition` (20, k), float32, and
        `asked_class` (20,), int64, if the class is part of it; `class_names` (c,), unicode.
        """
        if "sample" not in self._provides:
            return False
        rows = [_arrays(self._file(e)) for e in range(epoch + 1)]
        joined = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        save_arrays(joined | self._fixed | self._about, path)
        return True

    def _file(self, epoch: int) -> Path:
        return self._folder / f"samples-{epoch:05d}.npz"


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return dict(file)


def _conditions(data: ImageData) -> dict[str, np.ndarray]:
    """Condition vectors of training images: of the first image of each class in turn, then of the second of each."""
    split = data.splits["train"]
    places = in_turn(split.y, NUMBER)
    asked = {"condition": np.asarray(split.condition, np.float32)[places]}
    if any(part.kind == "class" for part in data.conditions):
        asked["asked_class"] = split.y[places]
    return asked
