"""What a document stands on, known before its template is rendered; what was found for a fingerprint is not sought again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from report_builder.build.contents import content, files_below, versions
from report_builder.build.workspace import Workspace
from report_builder.plan import Plan
from report_builder.plan.own import ANSWER
from report_builder.records import frozen
from report_builder.store import META, Memo, canonical

PACKAGE = Path(__file__).parents[1]


@frozen
class Fingerprint:
    """The experiment, its steps as they are stored, all code and tools; with what a template reads, all of a document.

    Attributes:
        digest: of all but these files.
        place: the name in the memo under which the last thing found is kept.
        memo: of the store.
    """

    digest: str
    place: str
    memo: Memo

    def recall(self) -> str | None:
        """What was found for this fingerprint, if no file that was read for it changed."""
        try:
            digest, files, found = json.loads(self.memo.recall(self.place) or "null")
            same = digest == self.digest and all(content(Path(file), self.memo) == known for file, known in files.items())
        except (TypeError, ValueError, OSError):
            return None
        return str(found) if same else None

    def remember(self, files: Iterable[Path], found: str) -> None:
        """Keeps what was found, with the files that were read for it."""
        read = {str(file): content(file, self.memo) for file in files}
        self.memo.remember(self.place, json.dumps([self.digest, read, found]))


def fingerprint(plan: Plan, workspace: Workspace, purpose: str) -> Fingerprint:
    """What a document of this plan stands on, for one purpose (`check`, `build`)."""
    loaded, memo = plan.resolved.loaded, plan.store.memo
    template = workspace.template(loaded)
    steps = [(each.step.kind, each.step.key, plan.stored(each)) for each in plan.everything()]
    steps += [(ANSWER, step.key, plan.store.read(ANSWER, step.key)) for step in plan.answers()]
    parts = [
        loaded.experiment.model_dump_json(),
        loaded.profile,
        [[list(map(str, path)), where] for path, where in loaded.source.positions.items()],
        [[kind, key, memo.sha256(stored.path(META)) if stored else ""] for kind, key, stored in steps],
        [memo.sha256(file) for file in files_below(PACKAGE)],
        versions(),
        [str(template), str(Path.cwd())],
    ]
    digest = hashlib.sha256(canonical(parts).encode()).hexdigest()
    return Fingerprint(digest, f"{purpose}:{workspace.outputs(loaded)[0]}", memo)
