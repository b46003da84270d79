"""The script for SLURM that stands in docs/cluster.md, on a cluster of one node: this machine, as root.

Needs `apt-get install slurm-wlm munge`. Starts munged, slurmctld and slurmd with a configuration in a temporary folder, submits
the script as it stands there for a small sweep, ends the job (as SLURM does at the end of its time) when a training has left a
checkpoint, and submits it once more: it must go on there and leave the report, with every step stored and nothing else.

`python benchmarks/slurm.py`; 1 where it did not.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from workers import lay

from report_builder.build import Workspace, plan_report
from report_builder.store.step import KINDS

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 600.0  # seconds for a job
CONFIGURATION = """\
ClusterName=one
SlurmctldHost={host}
SlurmctldPort=46817
SlurmdPort=46818
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
KillWait=30
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=YES
"""


@contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """A cluster whose only node is this machine."""
    host = os.uname().nodename.partition(".")[0]
    (folder / "state").mkdir()
    (folder / "spool").mkdir()
    file = folder / "slurm.conf"
    file.write_text(CONFIGURATION.format(host=host, folder=folder, cores=os.cpu_count()), encoding="utf-8")
    os.environ["SLURM_CONF"] = str(file)
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o400)
    own = [
        f"--{name}={folder}/munge.{name.partition('-')[0]}"
        for name in ("key-file", "socket", "pid-file", "log-file", "seed-file")
    ]
    programs = [
        ["munged", "--foreground", "--force", *own],
        ["slurmctld", "-D", "-i", "-f", str(file)],
        ["slurmd", "-D", "-f", str(file), "-N", host],
    ]
    begun = list[subprocess.Popen[bytes]]()
    try:
        for program in programs:
            with (folder / f"{program[0]}.said").open("wb") as said:
                begun.append(subprocess.Popen(program, stdout=said, stderr=said))
            time.sleep(1)
        until(lambda: "idle" in say("sinfo", "--noheader", "--format=%T"), "the node is not idle", 60)
        yield
    finally:
        for process in reversed(begun):
            process.terminate()
            process.wait()


def say(*command: str) -> str:
    """What a command prints; empty where it fails."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def until(there: Callable[[], bool], otherwise: str, seconds: float = PATIENCE) -> None:
    """Waits until something is so.

    Raises:
        SystemExit: it has not come.
    """
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            sys.exit(otherwise)
        time.sleep(0.2)


def script() -> str:
    """The script as it stands in the documentation."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    return next(block for block in re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE) if "#SBATCH" in block)


def submit(project: Path, tasks: int) -> str:
    """Submits it; the number of the job."""
    asked = [f"--ntasks={tasks}", "--time=00:20:00", "--output=%j.out", "lab.sh"]
    done = subprocess.run(["sbatch", "--parsable", *asked], cwd=project, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def ended(job: str) -> bool:
    """Whether a job is over."""
    return not say("squeue", "--noheader", f"--jobs={job}")


def try_it(project: Path, tasks: int, epochs: int) -> list[str]:
    """Submits, ends and submits again; what is wrong."""
    lay(project, epochs, (2, 3))
    (project / ".venv").symlink_to(ROOT / ".venv")
    (project / "lab.sh").write_text(script(), encoding="utf-8")
    first = submit(project, tasks)
    until(lambda: any(project.glob("runs/run/*.work/checkpoint.npz")) or ended(first), "no training leaves a checkpoint")
    began = time.monotonic()
    say("scancel", first)
    until(lambda: ended(first), "the job does not end")
    print(f"job {first} ended {time.monotonic() - began:.1f} s after it was told to")
    left = sorted(path.name for path in project.glob("runs/run/*"))
    second = submit(project, tasks)
    until(lambda: ended(second), "the job does not end")
    said = (project / f"{second}.out").read_text(encoding="utf-8")
    print(said)
    wrong = [] if "goes on after epoch" in said else [f"nothing went on; the first job left {left}"]
    wrong += [] if (project / "build" / "lab" / "lab.pdf").is_file() else ["there is no report"]
    roots = {name: str(project / name) for name in ("experiments", "templates", "build", "figures")}
    plan = plan_report("lab", Workspace.find(roots | {"store": str(project / "runs")}))
    wrong += [f"{planned.label} is not stored" for planned in plan.missing(plan.everything())]
    wrong += [f"{path} is left" for name in ("*/*.work", "locks/*", "sessions/*") for path in project.glob(f"runs/{name}")]
    print(*(f"{kind}: {len(plan.store.keys(kind))} stored" for kind in KINDS), sep="\n")
    return wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs it; 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=30)
    asked = parser.parse_args(arguments)
    for program in ("munged", "slurmctld", "slurmd", "sbatch"):
        if not shutil.which(program):
            sys.exit(f"{program} is not here: apt-get install slurm-wlm munge")
    with tempfile.TemporaryDirectory(prefix="slurm-") as folder, slurm(Path(folder)):
        (Path(folder) / "lab").mkdir()
        wrong = try_it(Path(folder) / "lab", asked.tasks, asked.epochs)
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
