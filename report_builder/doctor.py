"""Checks what this machine has for building reports and what it lacks, one line each, without importing TensorFlow."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata, util
from pathlib import Path

from report_builder.errors import Exit
from report_builder.records import frozen

PYTHONS = ((3, 11), (3, 13))
MACHINES = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")}
TENSORFLOWS = ("tensorflow-cpu", "tensorflow")
DATA_FILES = {"MNIST": "mnist.npz", "Fashion-MNIST": "fashion_mnist.npz", "CIFAR-10": "cifar10.npz", "CelebA": "celeba"}
FREE_DISK = 1.0  # GB: a report with its stored runs takes 0.1, a sweep some more
FREE_MEMORY = 1.5  # GB: one training process takes 0.7


@frozen
class Check:
    """One line of the examination.

    `state` is `ok`, `missing` (no report can be built) or `optional` (more would be possible); `advice` says what to do.
    """

    name: str
    state: str
    found: str
    advice: str = ""

    def __str__(self) -> str:
        line = f"{self.state:<9} {self.name:<13} {self.found}"
        return f"{line}\n{'':24}{self.advice}" if self.advice else line


def run(data_folders: Sequence[Path] = (Path("data"),), store: Path = Path("runs")) -> int:
    """Print every check.

    Returns:
        `Exit.DONE`, or `Exit.FINDING` if something that a report needs is missing.
    """
    checks = list(examine(data_folders, store))
    print("\n".join(str(check) for check in checks))
    missing = [check.name for check in checks if check.state == "missing"]
    print(f"\nMissing: {', '.join(missing)}." if missing else "\nEverything that a report needs is here.")
    return int(Exit.FINDING if missing else Exit.DONE)


def examine(data_folders: Sequence[Path], store: Path) -> Iterator[Check]:
    """Yield every check, in the order in which they are printed."""
    yield _python()
    yield _machine()
    yield _tensorflow()
    yield _wheel("matplotlib", "draws the figures")
    yield _wheel("scikit-learn", "holds the built-in digits")
    yield _pandoc()
    yield _wheel("typst", "writes the PDF")
    yield _fonts()
    yield _data(data_folders)
    yield _writable(store)
    yield _disk(store)
    yield _memory()
    yield _latex()


def _check(name: str, fits: bool, found: str, advice: str = "", otherwise: str = "missing") -> Check:  # noqa: FBT001
    return Check(name, "ok" if fits else otherwise, found, "" if fits else advice)


def _python() -> Check:
    fits = PYTHONS[0] <= sys.version_info[:2] <= PYTHONS[1]
    return _check("Python", fits, platform.python_version(), "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.13")


def _machine() -> Check:
    fits = (platform.system(), platform.machine()) in MACHINES
    found = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return _check("machine", fits, found, "TensorFlow needs Linux, macOS on Apple silicon, or Windows through WSL.")


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _tensorflow() -> Check:
    found = next((f"{name} {version}" for name in TENSORFLOWS if (version := _version(name))), "")
    keras = _version("keras")
    text = f"{found}, Keras {keras}" if found and keras else found or "not installed"
    advice = "It trains the models: make install (EXTRA=gpu for a graphics card of NVIDIA)"
    return _check("TensorFlow", bool(found and keras), text, advice)


def _wheel(distribution: str, purpose: str) -> Check:
    version = _version(distribution)
    return _check(distribution, bool(version), version or "not installed", f"It {purpose}: make install")


def _pandoc() -> Check:
    package = util.find_spec("pypandoc")
    folders = package.submodule_search_locations if package else None
    bundled = Path(folders[0]) / "files" / "pandoc" if folders else Path()
    program = str(bundled) if bundled.is_file() else shutil.which("pandoc")
    if program is None:
        return Check("pandoc", "missing", "not installed", "It reads the Markdown: make install")
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    version = answer.stdout.partition("\n")[0].removeprefix("pandoc ")
    return _check("pandoc", answer.returncode == 0, version or "does not start", "Install it again: rm -r .venv; make install")


def _fonts() -> Check:
    east_asian = util.find_spec("justmytype_intl_cjk") is not None or bool(_version("justmytype-intl-cjk"))
    scripts = "Latin, Greek, Cyrillic" + (", Chinese, Japanese, Korean" if east_asian else "")
    return _check("fonts", east_asian, scripts, "For Chinese, Japanese and Korean: make cjk (48 MB)", otherwise="optional")


def _data(folders: Sequence[Path]) -> Check:
    home = os.environ.get("KERAS_HOME")
    places = [*folders, (Path(home) if home else Path.home() / ".keras") / "datasets"]
    found = [name for name, file in DATA_FILES.items() if any((place / file).exists() for place in places)]
    text = ", ".join(["handwritten digits (built in)", *found])
    where = os.pathsep.join(str(folder) for folder in folders)
    advice = f"MNIST is downloaded when a report asks for it; or put mnist.npz into {where} (or into REPORT_BUILDER_DATA)."
    return _check("data", "MNIST" in found, text, advice, otherwise="optional")


def _nearest(path: Path) -> Path:
    """The path itself, or the first of its parents that exists."""
    path = path.absolute()
    return next(place for place in (path, *path.parents) if place.exists())


def _writable(store: Path) -> Check:
    place = _nearest(store)
    advice = f"No permission to write into {place}: --store names another folder."
    return _check("store", os.access(place, os.W_OK | os.X_OK), str(store), advice)


def _disk(store: Path) -> Check:
    free = shutil.disk_usage(_nearest(store)).free / 1e9
    return _check("disk", free >= FREE_DISK, f"{free:.0f} GB free", "Make room: report-builder runs prune")


def _memory() -> Check:
    page, pages = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_PHYS_PAGES")
    total = page * pages / 1e9
    advice = f"A training process takes 0.7 GB: below {FREE_MEMORY} GB choose small models."
    return _check("memory", total >= FREE_MEMORY, f"{total:.0f} GB", advice, otherwise="optional")


def _latex() -> Check:
    program = next((name for name in ("lualatex", "xelatex", "pdflatex") if shutil.which(name)), "")
    advice = "Not needed: only for compiling what `--to tex` writes."
    return _check("LaTeX", bool(program), program or "none", advice, otherwise="optional")
