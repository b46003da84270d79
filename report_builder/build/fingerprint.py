"""Fingerprint of everything a document depends on, known before its template is rendered, under which results are cached."""

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
    """Digest of the experiment, its stored steps, the code and the tools.

    Together with the files that a template reads, which `remember` adds, it covers everything that a document depends on.

    Attributes:
        digest: of everything but those files.
        place: key in the memo under which the latest result is kept.
        memo: the memo of the store.
    """

    digest: str
    place: str
    memo: Memo

    def recall(self) -> str | None:
        """Return the result remembered for this fingerprint, or None if a file read for it has changed."""
        try:
            digest, files, found = json.loads(self.memo.recall(self.place) or "null")
            same = digest == self.digest and all(content(Path(file), self.memo) == known for file, known in files.items())
        except (TypeError, ValueError, OSError):
            return None
        return str(found) if same else None

    def remember(self, files: Iterable[Path], found: str) -> None:
        """Store a result together with the digests of the files that were read for it."""
        read = {str(file): content(file, self.memo) for file in files}
        self.memo.remember(self.place, json.dumps([self.digest, read, found]))


def fingerprint(plan: Plan, workspace: Workspace, purpose: str) -> Fingerprint:
    """Compute the fingerprint of a plan's document for one purpose ("check", "build" or "build-draft")."""
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
