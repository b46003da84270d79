"""Writes the lock files from pyproject.toml: `make lock`. Needs the network (for `uv`, too).

`base.lock` is what writes documents; the others hold what an extra adds: `cpu.lock`, `gpu.lock`, `cjk.lock`, `cluster.lock`,
`dev.lock`, `docs.lock`, `peers.lock`. All are requirements files for pip: versions, hashes, markers where a package is not for
every supported machine; no addresses.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from pathlib import Path

FOLDER = Path(__file__).parent
PROJECT = FOLDER.parent
EVERYWHERE = ["--universal", "--fork-strategy", "fewest"]  # one version of NumPy for all Pythons
GPU_ONLY = ["--python-platform", "x86_64-manylinux_2_28"]  # where the CUDA wheels of TensorFlow exist
COMMON = ["--quiet", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate", "--only-binary", ":all:"]


def main() -> None:
    """Resolves every extra under the versions of the first one, and writes the parts."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        uv = install_uv(folder)
        cpu = resolve(uv, folder, "cpu", EVERYWHERE)
        gpu = resolve(uv, folder, "gpu", GPU_ONLY)
        base = resolve(uv, folder, "", EVERYWHERE)
        write("base", base)
        write("cpu", without(cpu, base))
        write("gpu", without(gpu, base))
        for extra in ("cjk", "cluster", "dev", "docs", "peers"):
            write(extra, without(resolve(uv, folder, extra, EVERYWHERE), cpu))


def install_uv(folder: Path) -> Path:
    """Puts uv into a virtual environment of its own."""
    venv.create(folder / "uv", with_pip=True)
    subprocess.run([folder / "uv/bin/python", "-m", "pip", "install", "--quiet", "uv"], check=True)
    return folder / "uv/bin/uv"


def resolve(uv: Path, folder: Path, extra: str, options: list[str]) -> dict[str, str]:
    """Name -> requirement with hashes, of the project with `extra` and its build backend, under the versions resolved first."""
    inputs, first, output = folder / "inputs.txt", folder / "cpu.txt", folder / f"{extra}.txt"
    backend = tomllib.loads((PROJECT / "pyproject.toml").read_text())["build-system"]["requires"]
    inputs.write_text("\n".join(backend))
    under = ["--constraints", first] if first.exists() else []
    extras = ["--extra", extra] if extra else []
    command = [uv, "pip", "compile", *COMMON, *options, *extras, *under, "pyproject.toml", inputs, "--output-file", output]
    subprocess.run(command, cwd=PROJECT, check=True, stdout=sys.stderr)
    entries = re.findall(r"^\S[^\n]*\\\n(?:    [^\n]*\n?)+", output.read_text(), re.MULTILINE)
    return {re.split(r"[=\[ ]", entry)[0]: plain(entry) for entry in entries}


def plain(entry: str) -> str:
    """Drops the marker where it only repeats the supported machines."""
    head, hashes = entry.split(" \\\n", 1)
    requirement, _, marker = head.partition(" ; ")
    machines = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["uv"]["environments"]
    if marker.count("sys_platform") == len(machines):
        marker = ""
    marker = marker.replace("python_full_version < '3.14' and ", "")
    return f"{requirement} ; {marker} \\\n{hashes}" if marker else f"{requirement} \\\n{hashes}"


def without(entries: dict[str, str], others: dict[str, str]) -> dict[str, str]:
    """The entries that the others do not have."""
    return {name: text for name, text in entries.items() if name not in others}


def write(name: str, entries: dict[str, str]) -> None:
    """Writes one lock file, in alphabetical order."""
    text = "".join(entries[key] if entries[key].endswith("\n") else entries[key] + "\n" for key in sorted(entries))
    (FOLDER / f"{name}.lock").write_text(f"# Made by `make lock`.\n{text}")
    print(f"{name}.lock: {len(entries)} packages")


if __name__ == "__main__":
    main()
