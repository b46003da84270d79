"""Fills .venv from the lock files: `python install.py base|cpu|gpu|dev|docs|cjk|cluster|peers`, called by install.sh.

`.venv/.installed-<extra>` says what is complete and holds the digest of what was installed. `.venv/.installing` stands while
pip works; where it is found, an installation was killed, and .venv is made anew. A .venv of the user's own is kept and filled.
"""

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parent
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
KILLED = VENV / ".installing"
LOCKS = {"base": ("base",), "cpu": ("base", "cpu"), "gpu": ("base", "gpu")} | {
    each: (each,) for each in ("cjk", "cluster", "docs", "peers")
}
LOCKS["dev"] = ("cluster", "dev")  # tests and types are of other machines, too
SIZES = {
    "base": "about 160 MB to fetch, 350 MB on disk, without TensorFlow",
    "cpu": "about 460 MB to fetch, 2.1 GB on disk",
    "gpu": "about 3.5 GB to fetch, 7 GB on disk",
}
ROOM = {"cpu": 3, "gpu": 12}  # GB that must be free
PIP = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--no-compile", "--progress-bar", "off"]


def main(extra: str) -> None:
    """Installs what `extra` names, unless it is there."""
    with one_at_a_time():
        stamp, digest = VENV / f".installed-{extra}", digest_of(extra)
        if stamp.is_file() and stamp.read_text() == digest and works():
            stamp.touch()
            return
        begin = time.monotonic()
        whole = make_venv(extra)
        KILLED.touch()
        stamp.unlink(missing_ok=True)
        fetch(extra, whole=whole)
        KILLED.unlink()
        stamp.write_text(digest)
        print(f"  done in {time.monotonic() - begin:.0f} s", flush=True)


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lets a second `make` wait; the lock lies on the folder itself, so that there is no file to leave behind."""
    handle = os.open(FOLDER, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is installing: waiting for it ...", flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def digest_of(extra: str) -> str:
    """Digest of the lock files and of what the package declares; settings of ruff or pytest do not count."""
    declared = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    parts = [(FOLDER / f"{name}.lock").read_text() for name in LOCKS[extra]]
    parts += [json.dumps(declared[table], sort_keys=True) for table in ("project", "build-system")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def works() -> bool:
    """Whether .venv holds a Python that fits, with pip."""
    if not PYTHON.exists() or KILLED.exists():
        return False
    commands = [str(FOLDER / "fits.py")], ["-c", "import pip"]
    return all(subprocess.run([PYTHON, *command], capture_output=True, check=False).returncode == 0 for command in commands)


def make_venv(extra: str) -> bool:
    """Makes .venv where it is missing, broken, half-made, or holds the other TensorFlow. Returns whether it was made."""
    other = VENV / f".installed-{ {'cpu': 'gpu', 'gpu': 'cpu'}.get(extra, 'none') }"
    if works() and not other.exists():
        return False
    if extra == "gpu" and (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("TensorFlow with CUDA exists for Linux on x86-64 only. Leave EXTRA=gpu out. Nothing was installed.")
    free = shutil.disk_usage(PROJECT).free / 1e9
    if free < ROOM.get(extra, 1):
        sys.exit(
            f"The installation needs {ROOM.get(extra, 1)} GB of free disk, and {free:.1f} GB are free. Nothing was installed."
        )
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True, env=environment())
    return True


def environment() -> dict[str, str]:
    """The user's environment without what would lead pip or Python past .venv."""
    leave_out = {"PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_HASHES", "PIP_NO_BINARY"}
    return {key: value for key, value in os.environ.items() if key not in leave_out} | {"PIP_NO_INPUT": "1"}


def fetch(extra: str, *, whole: bool) -> None:
    """Installs the locked packages, their byte code (on all cores), and for base, cpu and gpu the package itself."""
    locks = [FOLDER / f"{name}.lock" for name in LOCKS[extra]]
    size = f", {SIZES[extra]}, once" if whole and extra in SIZES else ""
    count = sum(line[0] not in " #" for path in locks for line in path.read_text().splitlines())
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"Installing {count} packages for Python {version} into .venv{size} ...", flush=True)
    options = [option for path in locks for option in ("-r", str(path))]
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install"]
    follow([*pip, *PIP, *options], f"{count} packages", whole=whole)
    follow([PYTHON, "-m", "compileall", "-q", "-j", "0", VENV / "lib"], "byte code", whole=None)
    if extra in SIZES:
        follow([*pip, "--no-deps", "--no-index", "--no-build-isolation", "-e", PROJECT], "report-builder", whole=whole)


def follow(command: list[str | Path], what: str, *, whole: bool | None) -> None:
    """Runs a command and shows how far it is; a failure stops all, unless `whole` is None."""
    lines: list[str] = []
    with subprocess.Popen(command, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")) if process.stdout else None)
        reader.start()
        show(process, lines, what)
        reader.join()
    if process.returncode and whole is not None:
        fail(lines, whole=whole)


def show(process: "subprocess.Popen[str]", lines: list[str], what: str) -> None:
    """One living line on a terminal, one line every 20 s elsewhere."""
    begin, shown = time.monotonic(), 0.0
    terminal = sys.stdout.isatty()
    while process.poll() is None:
        time.sleep(0.2)
        passed = time.monotonic() - begin
        if passed - shown >= (0.5 if terminal else 20):
            shown = passed
            text = f"  {passed:3.0f} s  {state(lines, what)}"
            print(f"\r\033[K{text}" if terminal else text, end="" if terminal else "\n", flush=True)
    if terminal:
        print("\r\033[K", end="", flush=True)


def state(lines: list[str], what: str) -> str:
    """What is being done, in a few words."""
    if any(line.startswith("Installing collected") for line in lines):
        return f"unpacking {what}"
    fetched = [line.split()[1] for line in lines if line.startswith("Collecting")]
    return f"fetching {len(fetched)} of {what}: {fetched[-1].split('==')[0]}" if fetched else f"preparing {what}"


def fail(lines: list[str], *, whole: bool) -> None:
    """Says what pip said; a .venv that was complete before stays as it was, a new one goes."""
    if whole:
        shutil.rmtree(VENV)
    else:
        KILLED.unlink(missing_ok=True)
    errors = [line for line in lines if line.startswith("ERROR")] or lines[-25:]
    sys.exit(f"The installation stopped. pip says:\n{''.join(errors)}Is there a network? Run the same command again to go on.")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        sys.exit(130)
