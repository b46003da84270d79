"""Results that came along with a report: used as they are, without the code that made them, as a whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from report_builder.errors import ReportError
from report_builder.plain import Plain
from report_builder.store import META, Memo, Step, Stored, canonical, data_name
from report_builder.store.step import KINDS

FOLDER = "given"  # in the store of a project
HEAVY = ("run", "arrays")  # of these the arrays may be left behind: a document is not made of them


class Given:
    """The steps in a folder that is laid out like a store. Nothing is ever added to it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def steps(self) -> Mapping[str, tuple[Step, Stored]]:
        """Each intact step, by what it is apart from its code."""
        found = (self._read(path.parent) for kind in KINDS for path in sorted(self.root.glob(f"{kind}/*/{META}")))
        return {_apart_from_code(step): (step, stored) for step, stored in filter(None, found)}

    def as_made(self, kind: str, inputs: Sequence[str], spec: Mapping[str, Any]) -> Step | None:
        """The step with the code that made it; None where it did not come along."""
        known = self.steps.get(_apart_from_code(Step(kind, tuple(inputs), spec)))
        return known[0] if known else None

    def read(self, step: Step) -> Stored | None:
        """A step that came along."""
        made, stored = self.steps.get(_apart_from_code(step), (None, None))
        return stored if made and made.key == step.key else None

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """Of which data they were made, by `data_name`: the data need not be here."""
        data = [step.spec["data"] for step, _ in self.steps.values() if step.kind in HEAVY]
        return {data_name(each): str(each["fingerprint"]) for each in data}

    def _read(self, folder: Path) -> tuple[Step, Stored] | None:
        """A step whose key and files are right; of `HEAVY` ones files of arrays may be absent."""
        digests = Memo(Path(os.devnull))  # of what is read now: a stranger's memory is not believed
        try:
            meta = json.loads((folder / META).read_text(encoding="utf-8"))
            step, kind = Step.from_json(meta), folder.parent.name
            names = [name for name in meta["files"] if (folder / name).is_file() or kind not in HEAVY or ".npz" not in name]
            intact = (step.key, step.kind) == (folder.name, kind)
            intact = intact and all(digests.sha256(folder / name) == meta["files"][name] for name in names)
        except (ReportError, OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None
        return (step, Stored(folder, meta)) if intact else None


def _apart_from_code(step: Step) -> str:
    parts: list[Plain] = [step.kind, list(step.inputs), dict(step.spec)]
    return canonical(parts)
