"""Samples of fixed noise before the first epoch and after each: how a model learns, for pictures. No part of any key."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from report_builder.kinds import ImageData, Trained
from report_builder.measures.probes._asked import in_turn
from report_builder.train.checkpoint import save_arrays

NUMBER = 20
SEED = 0  # of the noise: the same for every run


class Samples:
    """Samples of one run, a file for each epoch, so that they survive a kill; `join` makes one file of them."""

    def __init__(self, model: Trained, data: ImageData, folder: Path) -> None:
        """A run's samples; nothing is drawn where the model provides no sampling."""
        self._model, self._provides, self._folder = model, model.provides, folder
        self._fixed = _conditions(data) if "condition" in model.takes and "sample" in model.provides else {}
        self._about = {"value_range": np.asarray(data.value_range, np.float32), "class_names": np.array(data.class_names)}

    def draw(self, epoch: int) -> None:
        """Draws what the model makes of the fixed noise after so many epochs."""
        if "sample" not in self._provides:
            return
        condition = [self._fixed["condition"]] if self._fixed else []
        images = np.asarray(self._model.sample(NUMBER, SEED, *condition), np.float32)
        drawn: dict[str, np.ndarray] = {"images": images.astype(np.float16)}
        if "discriminate" in self._provides:
            drawn["logits"] = np.asarray(self._model.discriminate(images, *condition), np.float32).reshape(NUMBER)
        save_arrays(drawn, self._file(epoch))

    def complete(self, epoch: int) -> bool:
        """Whether all samples until this epoch are there."""
        return "sample" not in self._provides or all(self._file(e).is_file() for e in range(epoch + 1))

    def join(self, epoch: int, path: Path) -> bool:
        """Writes the samples until this epoch as one file; False where there are none.

        Arrays: `images` (epochs + 1, 20, h, w, c), float16, in `value_range` (2,), row 0 of the untrained model; `logits`
        (epochs + 1, 20), float32, of a model that discriminates; of a conditional one `condition` (20, k), float32, and
        `asked_class` (20,), int64, where the class is part of it; `class_names` (c,), unicode.
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
    """Condition vectors as the training images have them: the first image of each class in turn, then the second of each."""
    split = data.splits["train"]
    places = in_turn(split.y, NUMBER)
    asked = {"condition": np.asarray(split.condition, np.float32)[places]}
    if any(part.kind == "class" for part in data.conditions):
        asked["asked_class"] = split.y[places]
    return asked
