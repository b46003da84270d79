"""What is known of a data set before it is read, and whether requests can be met; all of it is checked before any training."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from report_builder import kinds
from report_builder.kinds import HELD_OUT, Layout, Parameters, class_number, part_of
from report_builder.plan.closing import Closing
from report_builder.plan.resolved import DataSet, Kind, Training
from report_builder.spec.source import KeyPath


def layout_of(
    closing: Closing,
    dataset: Kind[kinds.DataSet[Parameters]],
    id_: str,
    steps: Sequence[tuple[Kind[kinds.DataStep[Parameters]], KeyPath]],
) -> Layout | None:
    """Layout of a data set after all its steps; None if a user's own kind does not tell, or a step is impossible (noted).

    Args:
        closing: notes what is impossible.
        steps: the steps, each with its place in the file.
    """
    layout = None
    with closing.at(("data", id_, "dataset")):
        layout = dataset.module.layout(dataset.parameters) if dataset.module.layout else None
    for step, path in steps:
        before, layout = layout, None
        with closing.at(path):
            layout = step.module.layout(before, step.parameters) if before and step.module.layout else None
    return layout


class Layouts:
    """Checks requests against what is known of the data, and notes impossible ones; what is unknown is allowed."""

    def __init__(self, closing: Closing) -> None:
        self.closing = closing

    def trainable(self, run: Training) -> None:
        """Check that the model accepts the data, and that early stopping has the images that it watches."""
        layout, place = run.data.layout, ("runs", run.id)
        if layout and (why := run.model.module.refuses(run.model.parameters, layout)):
            rule = f"model '{run.model.name}' cannot be trained on the data '{run.data.id}'"
            self.closing.note((*place, "model"), rule, allowed=f"{why[0].upper()}{why[1:]}.")
        if run.entry.training.early_stopping:
            path = (*place, "training", "early_stopping", "monitor")
            self._check_monitor(run.data, run.entry.training.early_stopping.monitor, path)

    def _check_monitor(self, data: DataSet, term: str, path: KeyPath) -> None:
        part, name = part_of(term)
        if part == "test":
            rule = "early stopping by test images: the epoch would be chosen by the images that the report is measured on"
            step = f"Watch 'val_{name}'. {_advice(data, 'validation')}"
            self.closing.note(path, rule, repr(term), next_step=step)
        elif part == "val":
            self._check_split(data, "validation", path, term)

    def measurable(self, data: DataSet, splits: Iterable[str], classes: Iterable[int | str], path: KeyPath) -> None:
        """Check that the data has the splits and the classes that a probe, or the probe inside it, measures."""
        for split in dict.fromkeys(splits):
            self._check_split(data, split, (*path, "split"), split)
        names = data.layout.class_names if data.layout else None
        for chosen in classes if names else ():
            with self.closing.at((*path, "classes")):
                class_number(chosen, names or ())

    def logged(self, data: DataSet, terms: Iterable[str], path: KeyPath) -> None:
        """Check that a run on the data logs these terms: `val_*` on validation images, `test_*` only if there are none."""
        for term in terms:
            part, name = part_of(term)
            if part == "test" and data.layout and "validation" in data.layout.images:
                rule = (
                    f"'{term}' is not logged: while it trains, a run on the data '{data.id}' is measured on validation images"
                )
                self.closing.note(path, rule, repr(term), next_step=f"Name 'val_{name}'.")
            elif part in HELD_OUT:
                self._check_split(data, HELD_OUT[part], path, term)

    def _check_split(self, data: DataSet, split: str, path: KeyPath, received: str) -> None:
        if data.layout and split not in data.layout.images:
            has = f"It has: {', '.join(data.layout.images)}."
            self.closing.note(path, f"the data '{data.id}' has no split '{split}'", repr(received), has, _advice(data, split))

    # --- judges ---------------------------------------------------------------------------------------------------------------

    def judgeable(self, data: DataSet, judge: Training, classes: Sequence[int | str], path: KeyPath) -> None:
        """Check that the judge was trained on images of this shape (or of a canvas cell) and knows the classes; empty: all."""
        seen, known = data.layout, judge.data.layout
        if seen is None or known is None:
            return
        if not _shape_fits(seen, known):
            rule = f"the judge '{judge.id}' was trained on images of another shape than those of the data '{data.id}'"
            allowed = f"The judge's: {_size(known)}; of a canvas it sees the cell that was asked."
            step = "Train a classifier on the same data without the step 'canvas', and name that run."
            self.closing.note(path, rule, _size(seen), allowed, step)
        shown = _class_names(seen, classes)
        strange = sorted(set(shown) - set(known.class_names or shown))
        if strange:
            rule = f"the judge '{judge.id}' does not know every class that it is to recognise"
            self.closing.note(path, rule, ", ".join(strange), f"It knows: {', '.join(known.class_names or ())}.")


def _advice(data: DataSet, split: str) -> str:
    if split not in ("validation", "test"):
        return ""
    return f"The data step 'split' makes one: {{kind: split, {split}: 0.1}} in data.{data.id}.steps."


def _shape_fits(seen: Layout, judged: Layout) -> bool:
    images, whole = judged.image_shape, seen.image_shape
    if images is None or whole is None or images == whole:
        return True
    canvas = any(condition.kind == "position" for condition in seen.conditions)
    cells = {side // cell for side, cell in zip(whole[:2], images[:2], strict=True) if side % cell == 0}
    return canvas and whole[2] == images[2] and len(cells) == 1 and all(s % c == 0 for s, c in zip(whole, images, strict=True))


def _size(layout: Layout) -> str:
    return " x ".join(map(str, layout.image_shape or ()))


def _class_names(layout: Layout, classes: Sequence[int | str]) -> list[str]:
    """Names of the classes that the images show: those that the probe selects, by default all."""
    names = layout.class_names or ()
    by_number = dict[int | str, str](enumerate(names))
    return [str(c) if str(c) in names else by_number.get(c, str(c)) for c in classes] or list(names)
