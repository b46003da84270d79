"""Valid contents of a step: a hand-made one of each kind is accepted, and refused after a single change."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy
from PIL import Image

from report_builder.store import judging
from report_builder.store.folder import Stored

DATA = {"dataset": {"kind": "digits"}, "steps": [{"kind": "subset", "train": 5}], "fingerprint": "f"}
NOTE = {
    "image_shape": [8, 8, 1], "value_range": [0.0, 1.0], "class_names": ["0", "1"], "condition_dim": 0, "images": {"train": 5},
    "parameters": 7, "non_trainable_parameters": 0, "seconds": 1.5, "finished": "2026-01-01", "versions": {}, "device": "cpu",
    "epochs": 2, "best_epoch": None, "weights_epoch": 2, "costs": {},
}  # fmt: skip
LAYER = {"name": "a", "type": "Dense", "output_shape": [None, 2], "parameters": 6, "trainable": 6}
FACT = {"unit": "", "better": "none", "noise": "images", "reduction": "mean", "n": 3}
FACTS = [
    {"name": "a", "value": 1.5, "samples": True, "units": True, **FACT},
    {"name": "b", "value": "word", "samples": False, "units": False, **FACT},
]
DRAWN = {"details": "", "sentences": [], "alt": "a", "raster": False, "width_cm": 8.0, "height_cm": 5.0}
SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
HARMLESS = (
    "svg", "g", "defs", "clipPath", "rect", "path", "use", "image", "style", "metadata", "text", "tspan", "title",
    "desc", "RDF", "Work", "type", "date", "format", "creator", "Agent", "linearGradient", "stop", "pattern", "marker",
    "polygon",
)  # fmt: skip
DESCRIPTION = {
    "summary": "", "defaults": {}, "following": [], "latent": [], "provides": [], "takes": [], "code": "", "title": {},
    "listings": {"loss": ["line"]}, "presets": {"small": {"title": {"en": "small"}, "parameters": {"n": 1}}},
}  # fmt: skip


def npz(kind: int = zipfile.ZIP_STORED, version: tuple[int, int] = (1, 0), says: str = "", **arrays: Any) -> bytes:
    """Return an archive of arrays whose headers may claim another shape of the same text length."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", kind) as archive:
        for name, values in arrays.items():
            member = io.BytesIO()
            npy.write_array(member, np.asarray(values), version)
            shape = str(np.shape(values))
            archive.writestr(f"{name}.npy", member.getvalue().replace(shape.encode(), (says or shape).encode()))
    return stream.getvalue()


def picture(kind: str) -> bytes:
    """Return an image of one pixel."""
    stream = io.BytesIO()
    Image.new("L", (1, 1)).save(stream, kind)
    return stream.getvalue()


def answer(asks: str, said: Any) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return a step with an answer of a worker."""
    return {"kind": "answer", "spec": {"asks": asks}}, {"answer.json": json.dumps(said).encode()}


def example(kind: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return metadata and files of a valid step."""
    training = {"epochs": 2, "batch_size": 5}
    spec = {"model": {"kind": "vae", "latent_dim": 2}, "training": training, "threads": 1, "data": DATA, "seed": 0}
    history, summary = {"loss": [2.0, 1.0], "kl": [0, 0]}, {"encoder": [LAYER]}
    drawing = SVG.format('<g style="x"><image href="data:image/png;base64,AA"/><use href="#a"/></g>').encode()
    known: dict[str, tuple[dict[str, Any], dict[str, bytes]]] = {
        "run": (
            {"spec": spec, "note": dict(NOTE)},
            {"weights.npz": npz(w=np.zeros((2, 3)), b=1.0), "best.npz": npz(), "last.npz": npz(), "progress.npz": npz()}
            | {"history.json": json.dumps(history).encode(), "summary.json": json.dumps(summary).encode()},
        ),
        "arrays": ({"spec": {"probe": {"kind": "codes", "n": 5}, "data": DATA}}, {"arrays.npz": npz(z=[[1.0]])}),
        "facts": (
            {"spec": {"metric": {"kind": "elbo"}}},
            {"facts.json": json.dumps(FACTS).encode(), "samples.npz": npz(**{"a": [1.0, 2.0], "a.units": [[1, 2], [0, 1]]})},
        ),
        "figure": (
            {"spec": {"figure": {"kind": "histogram"}}},
            {"figure.png": picture("PNG"), "sprite.png": picture("PNG"), "figure.svg": drawing}
            | {"drawing.json": json.dumps(DRAWN).encode()},
        ),
        "answer": answer("verdict", {"equation": {"latex": "x", "symbols": [["z", {"en": "code"}]]}}),
    }
    meta, files = known[kind]
    return meta | {"kind": kind}, files


def fault(folder: Path, meta: dict[str, Any], files: dict[str, bytes]) -> str:
    """Return the message about a step with these files."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return judging.fault(Stored(folder, meta | {"files": dict.fromkeys(files, "")}))


@pytest.mark.parametrize("kind", judging.FILES)
def test_what_can_be_is_accepted(tmp_path, kind) -> None:
    """A step may have all files of its kind; without a required one, or with another, it is refused."""
    meta, files = example(kind)
    assert fault(tmp_path, meta, files) == ""
    optional = {"best.npz", "last.npz", "progress.npz", "sprite.png"}
    for name in files:
        fewer = {other: content for other, content in files.items() if other != name}
        assert (fault(tmp_path, meta, fewer) == "") == (name in optional)
    assert "cannot consist of" in fault(tmp_path, meta, files | {"more.txt": b""})


@pytest.mark.parametrize(
    ("kind", "said"), [("model", "'model' cannot consist of arrays.npz"), ("run", "consist of arrays.npz")]
)
def test_another_kind(tmp_path, kind, said) -> None:
    """Files of one kind are refused for another or an unknown kind, and without files the message says "nothing"."""
    meta, files = example("arrays")
    assert said in fault(tmp_path, meta | {"kind": kind}, files)
    assert fault(tmp_path, meta | {"kind": kind}, {}).endswith("nothing")


@pytest.mark.parametrize("asks", ["verdict", "lacks", "description"])
def test_answers(tmp_path, asks) -> None:
    """An answer has the form of its question, and no other."""
    said = {"verdict": {"equation": None}, "lacks": {"lacks": [{"rule": "a", "known": ["b"]}]}, "description": DESCRIPTION}
    assert [fault(tmp_path, *answer(other, said[asks])) == "" for other in said] == [other == asks for other in said]


Change = Callable[[dict[str, Any], dict[str, bytes]], object]


def content(name: str, value: Any) -> Change:
    """Return a change that gives a file other content: bytes, or a value as JSON."""
    return lambda _, files: files.update({name: value if isinstance(value, bytes) else json.dumps(value).encode()})


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("run", content("history.json", {"loss": [1.0]}), "not of 2 epochs, of at most 2"),
        ("run", content("history.json", {"loss": [1.0, 2.0], "kl": [1.0]}), "not of 2 epochs"),
        ("run", lambda meta, _: meta["note"].update(epochs=3), "of 3 epochs, of at most 2"),
        ("run", content("history.json", {"loss": ["a", "b"]}), "loss.0"),
        ("run", content("summary.json", {"encoder": [LAYER | {"parameters": -1}]}), "encoder.0.parameters"),
        ("run", lambda meta, _: meta["spec"].update(threads=0), "threads"),
        ("run", lambda meta, _: meta["spec"].pop("model"), "model"),
        ("run", content("best.npz", npz(w=np.array([{}], object))), "another size"),
        ("run", content("last.npz", b"PK no"), "zip file"),
        ("arrays", lambda meta, _: meta["spec"].update(probe={}), "kind"),
        ("arrays", lambda meta, _: meta["spec"].update(data={}), "dataset"),
        ("arrays", content("arrays.npz", npz(zipfile.ZIP_DEFLATED, z=[1.0])), "z.npy is compressed"),
        (
            "arrays",
            content("arrays.npz", npz(says="(4,)", z=np.zeros(3))),
            "float64 with the shape (4,) has another size in bytes",
        ),
        ("arrays", content("arrays.npz", npz(says="(2,)", z=np.zeros(3))), "the shape (2,) has another size in bytes"),
        ("facts", lambda meta, _: meta["spec"].update(metric={}), "kind"),
        ("facts", content("samples.npz", npz(a=[1.0])), "does not hold"),
        ("facts", content("samples.npz", npz(**{"a": [1.0], "a.units": [1], "b": [1.0]})), "does not hold"),
        ("facts", content("samples.npz", npz(**{"a": [[1.0]], "a.units": [1]})), "does not hold"),
        ("facts", content("samples.npz", npz(**{"a": 1.0, "a.units": [1]})), "does not hold"),
        ("facts", content("facts.json", [{"name": "a"}]), "0.value"),
        ("figure", lambda meta, _: meta["spec"].update(figure={}), "kind"),
        ("figure", content("drawing.json", {}), "details"),
        ("figure", content("figure.png", picture("GIF")), "cannot identify"),
        ("figure", content("sprite.png", picture("GIF")), "cannot identify"),
        ("figure", content("figure.svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg/>'), "defines entities"),
        ("figure", content("figure.svg", b"<svg"), "ParseError"),
        ("figure", content("figure.svg", SVG.format("<script/>").encode()), "holds <script>"),
        ("figure", content("figure.svg", SVG.format('<g ONLOAD="x"/>').encode()), "onload='x'"),
        ("figure", content("figure.svg", SVG.format('<use href="b#a"/>').encode()), "href='b#a'"),
        ("figure", content("figure.svg", SVG.format("<use xmlns:l='urn:l' l:href='http://a'/>").encode()), "href='http://a'"),
        ("figure", content("figure.svg", SVG.format("<g xmlns:l='urn:l' l:onclick='x'/>").encode()), "onclick='x'"),
        ("figure", content("figure.svg", SVG.format('<image href="data:image/svg+xml;base64,A"/>').encode()), "data:image/svg"),
        ("answer", lambda meta, _: meta["spec"].update(asks="more"), "KeyError: 'more'"),
    ],
)
def test_what_cannot_be_is_said(tmp_path, kind, change, said) -> None:
    """A single invalid part is named by its place or its content."""
    meta, files = example(kind)
    change(meta, files)
    assert said in fault(tmp_path, meta, files)


def test_drawings_may_hold_what_draws(tmp_path) -> None:
    """Each element that a drawing may contain is accepted, in any namespace."""
    meta, files = example("figure")
    files["figure.svg"] = SVG.format("".join(f"<{name}/><a:{name} xmlns:a='urn:a'/>" for name in HARMLESS)).encode()
    assert fault(tmp_path, meta, files) == ""


def test_the_version_of_the_format_does_not_matter(tmp_path) -> None:
    """An array in version 2 of NumPy's format is read as well."""
    meta, _ = example("arrays")
    assert fault(tmp_path, meta, {"arrays.npz": npz(version=(2, 0), z=np.zeros((2, 3)))}) == ""


@pytest.mark.parametrize(("text", "key", "name"), [("0" * 20, True, True), ("f" * 19, False, True), ("G" * 20, False, True)])
def test_keys_and_names(text, key, name) -> None:
    """A key has twenty hexadecimal digits; a name begins with a letter or digit and is not a path."""
    assert (bool(judging.KEY.fullmatch(text)), bool(judging.NAME.fullmatch(text))) == (key, name)
    assert not any(judging.NAME.fullmatch(bad) for bad in ("", ".a", "a/b", "a" * 82, "-a"))
    assert judging.NAME.fullmatch("a" * 81)
