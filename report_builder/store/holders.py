"""Holders and files of leases: which process holds one, and whether this machine can tell that it has ended."""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from contextlib import suppress
from functools import cache
from pathlib import Path

from report_builder.records import frozen

TOKEN = 16  # hex digits: 64 bits, so that no two holders anywhere have the same
_GONE = (errno.ENOENT, errno.ESTALE, errno.ENOTDIR)  # errors for a file that another machine has removed


@frozen
class Holder:
    """Process that holds a lease.

    Attributes:
        token: unique to this holder.
        host: name of its machine.
        process: its PID.
        counted: space in which its PID is unique, see `_process_space`.
        began: when the process started, see `_start_time`.
        since: when it took the lease, in UTC.
    """

    token: str
    host: str
    process: int
    counted: str
    began: str
    since: str

    @classmethod
    def this(cls, token: str) -> Holder:
        """Return this process as a holder, from now on."""
        now, process = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime()), os.getpid()
        return cls(token, _host(), process, _process_space(), _own_start(process), now)

    @classmethod
    def read(cls, content: bytes) -> Holder | None:
        """Parse the content of a lease; None if it is not written yet."""
        try:
            return cls(**json.loads(content.partition(b"\n")[0].partition(b" ")[2]))
        except (ValueError, TypeError):
            return None

    def written(self) -> bytes:
        """Serialise as one line that begins with the token."""
        return f"{self.token} {json.dumps(vars(self))}\n".encode()

    @property
    def is_here(self) -> bool:
        """Whether this machine can tell if the process still runs."""
        return bool(self.counted) and self.counted == _process_space()

    @property
    def runs(self) -> bool:
        """Whether the process still runs; meaningful only if `is_here`."""
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except OSError:  # the process of another user
            return True
        return _start_time(self.process) in {"", self.began}


@cache
def _host() -> str:
    return os.environ.get("COMPUTERNAME", "") if sys.platform == "win32" else os.uname().nodename


@cache
def _process_space() -> str:
    """Space in which PIDs are unique: this boot and PID namespace, or this machine; empty if PIDs cannot be looked up."""
    if sys.platform == "linux":
        with suppress(OSError):
            if Path("/proc/self").readlink().name == str(os.getpid()):  # else /proc shows the PIDs of another namespace
                return f"{Path('/proc/sys/kernel/random/boot_id').read_text().strip()} {Path('/proc/self/ns/pid').readlink()}"
        return ""
    return _host() if sys.platform == "darwin" else ""


@cache
def _own_start(process: int) -> str:
    return _start_time(process)


def _start_time(process: int) -> str:
    """Start time of a process in clock ticks; `ended` for a zombie, empty if the system does not say."""
    try:
        said = Path(f"/proc/{process}/stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "ended" if said[0] in {b"Z", b"X"} else said[19].decode()


# --- lease files --------------------------------------------------------------------------------------------------------------


def create(path: Path, holder: Holder) -> bool:
    """Create a lease together with its content; return False if another process was faster.

    On a disk without hard links the file has its name before its content.
    """
    content, draft = holder.written(), f"{path.parent}/.{path.name}.{holder.token}.tmp"
    try:
        _write(draft, content)
        try:
            os.link(draft, path)
        except FileExistsError:
            raise
        except OSError:
            _write(path, content)
    except FileExistsError:
        return read(path) == content  # a network disk may report this for our own request when it repeats it
    finally:
        with suppress(OSError):
            Path(draft).unlink()
    return True


def _write(name: str | Path, content: bytes) -> None:
    """Write a file that must not exist yet."""
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)


def read(path: Path, *, again: bool = True) -> bytes | None:
    """Content of a lease; None if it does not exist, or if its handle is stale on a network disk even after one retry."""
    try:
        return path.read_bytes()
    except OSError as error:
        if error.errno == errno.ESTALE and again:
            return read(path, again=False)
        if error.errno in _GONE:
            return None
        raise


def chain(path: Path) -> list[bytes]:
    """Contents of a lease and of its successors; one without content yet gets a token made from its position."""
    found, current = list[bytes](), path
    while (content := read(current)) is not None:
        found.append(content or b"%-16d" % len(found))
        current = path.with_name(f"{path.name}.{token_of(found[-1])}")
    return found


def token_of(content: bytes) -> str:
    """Token with which the content of a lease begins."""
    return content[:TOKEN].decode("ascii", "replace").strip()
