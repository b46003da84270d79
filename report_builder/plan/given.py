"""Results that were shipped with a report: used as they are, without the code that made them, all of them or none."""

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

FOLDER = "given"  # in a project's store
HEAVY = ("run", "arrays")  # their arrays may be left out, because a document does not need them


class Given:
    """Steps in a folder that is laid out like a store; nothing is ever added to it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def steps(self) -> Mapping[str, tuple[Step, Stored]]:
        """Intact steps, by their content apart from the code."""
        found = (self._read(path.parent) for kind in KINDS for path in sorted(self.root.glob(f"{kind}/*/{META}")))
        return {_apart_from_code(step): (step, stored) for step, stored in filter(None, found)}

    def as_made(self, kind: str, inputs: Sequence[str], spec: Mapping[str, Any]) -> Step | None:
        """Step with the code that made it; None if it was not shipped."""
        known = self.steps.get(_apart_from_code(Step(kind, tuple(inputs), spec)))
        return known[0] if known else None

    def read(self, step: Step) -> Stored | None:
        """Stored result of a step; None if it was not shipped."""
        made, stored = self.steps.get(_apart_from_code(step), (None, None))
        return stored if made and made.key == step.key else None

    @cached_property
    def fingerprints(self) -> Mapping[str, str]:
        """Fingerprints of the data behind the results, by `data_name`; the data itself need not be here."""
        data = [step.spec["data"] for step, _ in self.steps.values() if step.kind in HEAVY]
        return {data_name(each): str(each["fingerprint"]) for each in data}

    def _read(self, folder: Path) -> tuple[Step, Stored] | None:
        """Read a step and check its key and files; arrays of the kinds in `HEAVY` may be absent."""
        digests = Memo(Path(os.devnull))  # computed now: the memo of a stranger is not trusted
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
