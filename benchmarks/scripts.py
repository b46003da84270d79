"""The scripts that stand in docs/cluster.md, as they stand there, on a cluster that is this machine, as root.

`slurm` (needs `apt-get install slurm-wlm munge`): starts munged, slurmctld and slurmd with a configuration in a temporary
folder, submits the script for a small sweep, ends the job (as SLURM does at the end of its time) when a training has left a
checkpoint, and submits it once more: it must go on there. `ssh` (needs `apt-get install openssh-server`): starts sshd on the
loopback interface for machines of three names; a worker is killed when a training has left a checkpoint. Both must leave the
report, with every step stored and nothing else.

`python benchmarks/scripts.py slurm`, `python benchmarks/scripts.py ssh`; 1 where something is wrong.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from workers import lay

from report_builder.build import Workspace, plan_report
from report_builder.store import session
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


def until(there: Callable[[], bool | int], otherwise: str, seconds: float = PATIENCE) -> None:
    """Waits until something is so.

    Raises:
        SystemExit: it has not come.
    """
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            sys.exit(otherwise)
        time.sleep(0.2)


def script(word: str) -> str:
    """The script of the documentation that has a word."""
    page = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    return next(block for block in re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE) if word in block)


def submit(project: Path, tasks: int) -> str:
    """Submits it; the number of the job."""
    asked = [f"--ntasks={tasks}", "--time=00:20:00", "--output=%j.out", "lab.sh"]
    done = subprocess.run(["sbatch", "--parsable", *asked], cwd=project, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def ended(job: str) -> bool:
    """Whether a job is over."""
    return not say("squeue", "--noheader", f"--jobs={job}")


def lay_project(project: Path, text: str, epochs: int) -> None:
    """A small sweep, a virtual environment as the scripts expect one, and the script."""
    project.mkdir()
    lay(project, epochs, (2, 3))
    (project / ".venv").symlink_to(ROOT / ".venv")
    (project / "lab.sh").write_text(text, encoding="utf-8")


def checkpoints(project: Path) -> int:
    """Return how many trainings at work have completed an epoch."""
    return len([*project.glob("runs/run/*.work/checkpoint.npz")])


def wrong_in(project: Path, said: str) -> list[str]:
    """What a project lacks after a build that went on after an epoch, and what is left in it."""
    wrong = [] if "continues after epoch" in said else ["nothing went on"]
    wrong += [] if (project / "build" / "lab" / "lab.pdf").is_file() else ["there is no report"]
    roots = {name: str(project / name) for name in ("experiments", "templates", "build", "figures")}
    plan = plan_report("lab", Workspace.find(roots | {"store": str(project / "runs")}))
    wrong += [f"{planned.label} is not stored" for planned in plan.missing(plan.everything())]
    wrong += [f"{path} is left" for name in ("*/*.work", "locks/*", "sessions/*") for path in project.glob(f"runs/{name}")]
    print(*(f"{kind}: {len(plan.store.keys(kind))} stored" for kind in KINDS), sep="\n")
    return wrong


def by_slurm(folder: Path, epochs: int) -> list[str]:
    """Submits, ends and submits again; what is wrong."""
    project = folder / "lab"
    lay_project(project, script("#SBATCH"), epochs)
    with slurm(folder):
        first = submit(project, 2)
        until(lambda: checkpoints(project) or ended(first), "no training leaves a checkpoint")
        began = time.monotonic()
        say("scancel", first)
        until(lambda: ended(first), "the job does not end")
        print(f"job {first} ended {time.monotonic() - began:.1f} s after it was told to")
        second = submit(project, 2)
        until(lambda: ended(second), "the job does not end")
    said = (project / f"{second}.out").read_text(encoding="utf-8")
    print(said)
    return wrong_in(project, said)


@contextmanager
def sshd(folder: Path) -> Iterator[Path]:
    """This machine under the names of the script; yields a folder with the `ssh` that knows them."""
    key, bin_, port = folder / "key", folder / "bin", 46822
    bin_.mkdir()
    Path("/run/sshd").mkdir(exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    (folder / "ssh.conf").write_text(
        f"Host alpha beta gamma\nHostName 127.0.0.1\nPort {port}\nUser root\nIdentityFile {key}\nIdentitiesOnly yes\n"
        "StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nLogLevel ERROR\n"
    )
    (folder / "sshd.conf").write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {key}\nAuthorizedKeysFile {key}.pub\n"
        "PidFile none\nStrictModes no\nUsePAM no\n"
    )
    (bin_ / "ssh").write_text(f'#!/bin/sh\nexec {shutil.which("ssh")} -F {folder}/ssh.conf "$@"\n')
    (bin_ / "ssh").chmod(0o700)
    server = subprocess.Popen([str(shutil.which("sshd", path="/usr/sbin")), "-D", "-e", "-f", str(folder / "sshd.conf")])
    try:
        until(lambda: say(str(bin_ / "ssh"), "alpha", "echo", "here") == "here", "sshd does not answer", 30)
        yield bin_
    finally:
        server.terminate()
        server.wait()


def by_ssh(folder: Path, epochs: int) -> list[str]:
    """Runs the script; one connection breaks on the way; what is wrong."""
    project = folder / "lab"
    lay_project(project, script("ssh ").replace("/shared/lab", str(project)), epochs)
    with sshd(folder) as bin_, (folder / "said").open("w") as said:
        path = f"{bin_}{os.pathsep}{os.environ['PATH']}"
        build = subprocess.Popen(["sh", "lab.sh"], cwd=project, env=os.environ | {"PATH": path}, stdout=said, stderr=said)
        until(lambda: checkpoints(project) == 3 or build.poll() is not None, "no training leaves a checkpoint")
        workers = [process for process in processes_in(project) if _is_worker(process)]
        for process in workers[:1]:
            os.kill(int(process.name), signal.SIGKILL)
            print(f"one of {len(workers)} workers is killed")
        until(lambda: build.poll() is not None, "the script does not end")
    text = (folder / "said").read_text(encoding="utf-8")
    print(text)
    until(lambda: not processes_in(project), "a process is left", 60)
    with session(project / "runs", ()):  # as any command does, which removes what the killed one left
        pass
    return [*wrong_in(project, text), *([] if workers else ["no worker was killed"])]


def processes_in(project: Path) -> list[Path]:
    """The processes whose working directory is a project, as folders of /proc."""
    found = list[Path]()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").resolve(strict=True) == project:
                found.append(process)
    return found


def _is_worker(process: Path) -> bool:
    words = (process / "cmdline").read_bytes().split(b"\0")
    return len(words) > 2 and words[1].endswith(b"/dask") and words[2] == b"worker"  # not the ssh that began it


NEEDED = {
    "slurm": (by_slurm, ("munged", "slurmctld", "slurmd", "sbatch"), "slurm-wlm munge"),
    "ssh": (by_ssh, ("sshd", "ssh", "ssh-keygen"), "openssh-server"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one; 1 where something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=NEEDED)
    parser.add_argument("--epochs", type=int, default=30)
    asked = parser.parse_args(arguments)
    try_it, programs, packages = NEEDED[asked.what]
    if missing := [program for program in programs if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")]:
        sys.exit(f"{missing[0]} is not here: apt-get install {packages}")
    with tempfile.TemporaryDirectory(prefix="cluster-") as folder:
        wrong = try_it(Path(folder).resolve(), asked.epochs)
    print(*wrong, sep="\n")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
