"""Damaged data files: small valid ones are mutated, and read as a report reads them."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import random
import re
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image

from report_builder.datasets import cifar10, cifar100, fashion_mnist, fingerprint, prepare
from report_builder.datasets.celeba import ATTRIBUTES
from report_builder.kinds import DATASETS, opened

Files = dict[str, bytes]
EXTREMES = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\x80\0\0\0")
NUMBERS = (b"0", b"-1", b"1", b"65536", b"99999999", b"4294967296", b"9223372036854775807", b"1" * 400, b"nan", b"'a'", b"()")
TYPES = (b"|u1", b"|O", b"<f8", b">f4", b"<c16", b"|S9", b"<U999", b"|V8", b"<M8[s]", b"<i8", b"|b1", b"<f2", b"xx")
STEPS = ([], ["scale"], ["one_hot"], [{"kind": "resize", "size": 5}], [{"kind": "split", "validation": 0.3}, "scale"])


def cases(seed: int) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield endless cases of a seed: a name, and a function that reads one damaged data set in a folder of its own."""
    number = 0
    while True:
        chance = random.Random(f"{seed}-{number}")  # noqa: S311  a case is known by its seed
        make = chance.choice(FORMS)
        yield f"data-{seed}-{number}-{make.__name__}", lambda make=make, chance=chance: _read(*make(chance), chance)
        number += 1


def _read(dataset: dict[str, object], files: Files, chance: random.Random) -> None:
    """Read a data set of these files as a plan, a worker and an estimate do."""
    steps = [{"kind": step} if isinstance(step, str) else step for step in chance.choice(STEPS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        os.environ["KERAS_HOME"] = name
        data = {"dataset": dataset, "steps": steps}
        fingerprint(data, [folder])
        module, parameters = opened(DATASETS, dataset)
        if hasattr(module, "counted"):
            module.counted(parameters, module.files(parameters, [folder]))
        for split in prepare(data, [folder]).splits.values():
            np.asarray(split.x[np.arange(min(len(split.y), 20))])


def npz(chance: random.Random) -> tuple[dict[str, object], Files]:
    """Return arrays of a user's own, or in the form of Keras."""
    n, shape = chance.randint(2, 12), chance.choice([(28, 28), (32, 32, 3), (5, 4), (4, 4, 3), (4, 4, 1), (3, 4, 4), (6,), ()])
    kind = chance.choice(["npz", "mnist", "cifar10"])
    drawn = np.random.default_rng(chance.randrange(10**6))
    arrays = {"x_train": drawn.integers(0, 256, (n, *shape)), "x_test": drawn.integers(0, 256, (n, *shape))}
    arrays |= {"y_train": drawn.integers(0, 3, n), "y_test": drawn.integers(0, 3, n)}
    types = chance.choices(["u1", "i2", "f4", "f8", "i8", "U3", "S3", "u8", "?", "c8"], [40, 4, 2, 1, 9, 1, 1, 1, 1, 1], k=4)
    typed = {key: arrays[key].astype(dtype) for key, dtype in zip(arrays, types, strict=True)}
    typed["class_names"] = np.array(["a", "b", "c"], chance.choice(["U3", "S3"]))
    kept = {key: values for key, values in typed.items() if chance.random() < 0.85}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", chance.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as archive:
        for key, values in kept.items():
            one = io.BytesIO()
            np.save(one, values)
            content = _edited(one.getvalue(), chance) if chance.random() < 0.1 else one.getvalue()
            archive.writestr(f"{key}.npy", content)
    content = _mutated(stream.getvalue(), chance) if chance.random() < 0.3 else stream.getvalue()
    dataset = {"kind": kind} | ({"range": chance.choice([None, None, [0, 1], [-1, 300]])} if kind == "npz" else {})
    return dataset, {{"npz": "images.npz"}.get(kind, f"{kind}.npz"): content}


def pictures(chance: random.Random) -> tuple[dict[str, object], Files]:
    """Return class folders with images of several formats, one of them damaged."""
    files: Files = {}
    for n in range(chance.randint(1, 5)):
        ending, form = chance.choice(
            [("png", "PNG")] * 4
            + [("jpg", "JPEG"), ("jpeg", "JPEG")] * 2
            + [("png", "JPEG"), ("jpg", "GIF")][: chance.randrange(3)]
        )
        mode = chance.choice(
            ["L", "RGB", "1"] if form == "JPEG" else ["L", "RGB", "RGBA", "P", "1", "LA", "I;16"][: 4 if form == "GIF" else 7]
        )
        stream = io.BytesIO()
        PIL.Image.new(mode, (chance.randint(1, 40), chance.randint(1, 40))).save(stream, form)
        content = stream.getvalue()
        change = chance.choice([_mutated, _chunked, _same, _same, _same])
        files[
            f"pictures/{chance.choice(['a', '2', '10', 'x.png', 'train/a', 'test/a'][: 4 + 2 * (n % 4 == 3)])}/{n}.{ending}"
        ] = change(content, chance)
    size = chance.choice([None, 8, [5, 9]])
    fit = chance.choice(["crop", "pad", "stretch"])
    return {"kind": "image_folder", "size": size, "fit": fit, "channels": chance.choice([1, 3])}, files


def batches(chance: random.Random) -> tuple[dict[str, object], Files]:
    """Return CIFAR as its authors publish it, as a folder or an archive."""
    module = chance.choice([cifar10, cifar100])
    published, files = module.PUBLISHED, {}
    for split in published.batches.values():
        for name in split:
            batch = {b"data": np.zeros((2, 3072), np.uint8), published.labels.encode(): [0, 1]}
            content = pickle.dumps(batch, protocol=chance.choice([0, 2, 4]))
            files[f"{published.folder}/{name}"] = chance.choice([_mutated, _edited, *[_same] * 20])(content, chance)
    if chance.random() < 0.6:
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        inner = _mutated(stream.getvalue(), chance) if chance.random() < 0.5 else stream.getvalue()
        outer = gzip.compress(inner, 1)
        files = {published.archive: _mutated(outer, chance) if chance.random() < 0.5 else outer}
    return {"kind": module.__name__.rpartition(".")[2]}, files


def idx(chance: random.Random) -> tuple[dict[str, object], Files]:
    """Return Fashion-MNIST as its four published files."""
    files, n = {}, chance.randint(1, 4)
    for name in fashion_mnist.IDX_FILES:
        picture = "idx3" in name
        content = struct.pack(">4I", 0x803, n, 28, 28) + bytes(784 * n) if picture else struct.pack(">2I", 0x801, n) + bytes(n)
        inner = _mutated(content, chance) if chance.random() < 0.1 else content
        outer = gzip.compress(inner, 1)
        files[f"datasets/fashion-mnist/{name}"] = _mutated(outer, chance) if chance.random() < 0.1 else outer
    return {"kind": "fashion_mnist"}, files


def faces(chance: random.Random) -> tuple[dict[str, object], Files]:
    """Return CelebA with few images, with lists as text or CSV."""
    names, ending = [f"{n:06d}.jpg" for n in range(chance.randint(3, 6))], chance.choice([".txt", ".csv"])
    between, first = (",", "image_id,") if ending == ".csv" else (" ", "")
    head = ([] if first else [str(len(names))]) + [first + between.join(ATTRIBUTES)]
    rows = [between.join([name, *(chance.choice(["1", "-1"]) for _ in ATTRIBUTES)]) for name in names]
    parts = ([f"{first}partition"] if first else []) + [f"{name}{between}{n % 3}" for n, name in enumerate(names)]
    stream = io.BytesIO()
    PIL.Image.new("RGB", (178, 218)).save(stream, "JPEG")
    lists = {"list_attr_celeba": "\n".join(head + rows), "list_eval_partition": "\n".join(parts)}
    files = {f"celeba/{name}{ending}": _listed(text.encode(), chance) for name, text in lists.items()}
    files |= {f"celeba/img_align_celeba/{name}": stream.getvalue() for name in names if chance.random() < 0.97}
    return {"kind": "celeba", "label": chance.choice([None, "Smiling"])}, files


def _listed(content: bytes, chance: random.Random) -> bytes:
    return chance.choice([_same, _mutated, _edited])(content, chance)


FORMS = (npz, npz, pictures, pictures, batches, idx, faces)


def _same(content: bytes, chance: random.Random) -> bytes:
    return content


def _mutated(content: bytes, chance: random.Random) -> bytes:
    """Flip bits, truncate, remove, repeat or insert pieces, or replace numbers by the largest and smallest."""
    whole = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        place = chance.randrange(len(whole) + 1)
        length = min(chance.choice([1, 4, 30]), len(whole) - place)
        way = chance.randrange(6)
        if way == 0 and length:
            whole[place] ^= 1 << chance.randrange(8)
        elif way == 1 and chance.random() < 0.3:
            del whole[place:]
        elif way == 2:
            del whole[place : place + length]
        elif way == 3:
            whole[place:place] = whole[place : place + length]
        elif way == 4:
            whole[place:place] = chance.randbytes(length)
        else:
            whole[place : place + 4] = chance.choice(EXTREMES)
    return bytes(whole)


def _edited(content: bytes, chance: random.Random) -> bytes:
    """Replace a number or a type of a textual header."""
    pattern, others = chance.choice([(rb"\d+", NUMBERS), (rb"[<>|][a-zA-Z]\d*", TYPES)])
    found = list(re.finditer(pattern, content[:400]))
    if not found:
        return content
    one = chance.choice(found)
    return content[: one.start()] + chance.choice(others) + content[one.end() :]


def _chunked(content: bytes, chance: random.Random) -> bytes:
    """Change the values of one PNG chunk and correct its checksum, so that the code behind the check is reached."""
    place = content.find(chance.choice([b"IHDR", b"IDAT", b"PLTE", b"tRNS", b"IEND"]))
    if not content.startswith(b"\x89PNG") or place < 0:
        return _mutated(content, chance)
    (length,) = struct.unpack(">I", content[place - 4 : place])
    values = bytearray(content[place : place + 4 + length])
    for _ in range(chance.choice([1, 1, 4])):
        if length:
            values[4 + chance.randrange(length)] = chance.choice([0, 1, 2, 16, 127, 128, 255])
    return content[:place] + values + struct.pack(">I", zlib.crc32(values)) + content[place + 8 + length :]
