"""Foreign archives: a step is accepted only if it can be what it claims to be."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from report_builder.store import Step, Store
from report_builder.store.judging import fault

Files = dict[str, bytes]
Forgery = Callable[[dict[str, Any], Files], object]


def put(name: str, change: Callable[[Any], Any]) -> Forgery:
    """Return a forgery that changes a JSON file."""
    return lambda _, files: files.update({name: json.dumps(change(json.loads(files[name]))).encode()})


def replaced(name: str, old: bytes, new: bytes) -> Forgery:
    """Return a forgery that replaces bytes of a file."""
    return lambda _, files: files.update({name: files[name].replace(old, new)})


def archive(**arrays: Any) -> bytes:
    """Archive of arrays."""
    stream = io.BytesIO()
    np.savez(stream, allow_pickle=True, **arrays)
    return stream.getvalue()


def zipped(member: str, content: bytes, kind: int = zipfile.ZIP_STORED) -> bytes:
    """Archive with one member."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as made:
        made.writestr(member, content)
    return stream.getvalue()


FORGED: dict[str, tuple[str, Forgery]] = {
    "no history": ("run", lambda _, files: files.pop("history.json")),
    "history of other epochs": ("run", put("history.json", lambda history: {n: v * 2 for n, v in history.items()})),
    "history of words": ("run", put("history.json", lambda history: {n: ["x"] for n in history})),
    "layers that are none": ("run", put("summary.json", lambda _: {"model": [{"name": 1}]})),
    "weights that are no archive": ("run", lambda _, files: files.update({"weights.npz": b"PK no"})),
    "weights that hold code": ("run", lambda _, files: files.update({"weights.npz": archive(w=np.array([{}], object))})),
    "weights that are compressed": (
        "run",
        lambda _, files: files.update({"weights.npz": zipped("w.npy", bytes(9), zipfile.ZIP_DEFLATED)}),
    ),
    "an array larger than its file": (
        "run",
        lambda _, files: files.update({"weights.npz": archive(w=np.zeros(3)).replace(b"(3,)", b"(9,)")}),
    ),
    "a note without shape": ("run", lambda meta, _: meta["note"].pop("image_shape")),
    "more epochs than asked": ("run", lambda meta, _: meta["note"].update(epochs=10**6)),
    "settings of no training": ("run", lambda meta, _: meta.update(spec={})),
    "a file that no run has": ("run", lambda _, files: files.update({"run.sh": b"true"})),
    "another kind": ("run", lambda meta, _: meta.update(kind="answer")),
    "a value that is no number": ("facts", put("facts.json", lambda facts: [fact | {"value": None} for fact in facts])),
    "a value without unit": ("facts", put("facts.json", lambda facts: [{"name": fact["name"]} for fact in facts])),
    "samples of another name": ("facts", lambda _, files: files.update({"samples.npz": archive(other=np.zeros(3))})),
    "arrays that are none": ("arrays", lambda _, files: files.update({"arrays.npz": b""})),
    "a picture that is none": ("figure", lambda _, files: files.update({"figure.png": b"%!PS-Adobe"})),
    "a drawing with a script": ("figure", replaced("figure.svg", b"</svg>", b"<script>alert(1)</script></svg>")),
    "a drawing that leads away": ("figure", replaced("figure.svg", b"</svg>", b'<image href="https://a.example/"/></svg>')),
    "a drawing with an event": ("figure", replaced("figure.svg", b"</svg>", b'<g onload="alert(1)"/></svg>')),
    "a drawing with entities": ("figure", replaced("figure.svg", b"<svg ", b"<!ENTITY a 'b'><svg ")),
    "a drawing without width": ("figure", put("drawing.json", lambda drawn: {"alt": drawn["alt"]})),
}


def forged(finished, kind: str, forgery: Forgery) -> tuple[str, Files]:
    """Key and files of an altered stored step, with a key and digests that match again."""
    folder = finished.folder / "runs" / kind / Store(finished.folder / "runs").keys(kind)[0]
    meta = json.loads((folder / "step.json").read_text(encoding="utf-8"))
    files = {name: (folder / name).read_bytes() for name in meta["files"]}
    forgery(meta, files)
    meta["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return Step.from_json(meta).key, files | {"step.json": json.dumps(meta).encode()}


def pack(path: Path, files: Files) -> None:
    """Write an archive."""
    with tarfile.open(path, "w:gz") as made:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_step_is_refused(finished, lab, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A step with a matching key but files that such a step cannot have is refused, and nothing of the archive is stored."""
    kind, forgery = FORGED[name]
    key, files = forged(finished, kind, forgery)
    pack(tmp_path / "forged.tar.gz", {f"{kind}/{key}/{file}": content for file, content in files.items()})
    assert lab.run("runs", "import", str(tmp_path / "forged.tar.gz")) == 1
    assert "forged.tar.gz" in capsys.readouterr().err
    assert Store(lab.folder / "runs").every() == []
    assert lab.run("runs", "list") == 0


def test_what_is_stored_is_what_it_says(finished) -> None:
    """No step that was made on this machine is judged to be wrong."""
    store = Store(finished.folder / "runs")
    found = {(kind, key): fault(store.read(kind, key)) for kind, key in store.every()}
    assert {step: why for step, why in found.items() if why} == {}
    assert {kind for kind, _ in found} == {"run", "arrays", "facts", "figure"}


ESCAPES = [
    "../x",
    "/etc/x",
    "run/../../x/y",
    "run/{key}/../../x",
    "run/{key}/.hidden",
    "run/{key}/a/b",
    "other/{key}/x",
    "run/x",
]


@pytest.mark.parametrize("name", ESCAPES)
def test_an_archive_holds_steps_and_nothing_else(lab, tmp_path: Path, name: str) -> None:
    """A path that leads outside, or to no file of a step, is refused before anything of the archive is written."""
    pack(tmp_path / "odd.tar.gz", {name.format(key="0" * 20): b"x"})
    assert lab.run("runs", "import", str(tmp_path / "odd.tar.gz")) == 1
    assert not list(tmp_path.rglob("x"))


def test_links_are_refused(lab, tmp_path: Path) -> None:
    """A link is refused as a file of a step."""
    member = tarfile.TarInfo(f"run/{'0' * 20}/weights.npz")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "link.tar", "w") as made:
        made.addfile(member)
    assert lab.run("runs", "import", str(tmp_path / "link.tar")) == 1


def test_a_bomb_is_refused_by_name(lab, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An archive that unpacks to more than the limit is refused before it is unpacked; the message names the option."""
    pack(tmp_path / "bomb.tar.gz", {f"run/{'0' * 20}/weights.npz": bytes(2_000_000)})
    assert lab.run("runs", "import", str(tmp_path / "bomb.tar.gz"), "--limit", "archive_bytes=1000000") == 1
    assert "--limit archive_bytes=2000000" in capsys.readouterr().err
    assert not list((lab.folder / "runs").rglob("*.npz"))


def test_an_import_that_cannot_be_used_is_made_anew(built, tmp_path: Path) -> None:
    """Imported arrays that only the metric can reject fail one build, which sets them aside; the next build remeasures them."""
    metric = next(planned for planned in built.plan().facts.values())
    needed = next(iter(metric.needs.values()))
    store = Store(built.folder / "runs")
    stored = store.read("arrays", needed.step.key)
    files = {"arrays.npz": archive(wrong=np.zeros(3))}
    meta = dict(stored.meta) | {"files": {"arrays.npz": hashlib.sha256(files["arrays.npz"]).hexdigest()}}
    pack(
        tmp_path / "wrong.tar",
        {f"arrays/{stored.key}/{n}": c for n, c in (files | {"step.json": json.dumps(meta).encode()}).items()},
    )
    for kind, key in (("arrays", stored.key), ("facts", metric.step.key)):
        assert store.remove(kind, key)
    assert built.run("runs", "import", str(tmp_path / "wrong.tar")) == 0
    assert built.run("build", "tiny", "--to", "md") == 4
    assert built.run("build", "tiny", "--to", "md") == 0
