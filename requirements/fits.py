"""Says whether this Python on this machine can run the report builder; in a syntax that an old Python reads too.

Exit status 0: it fits. 3: the machine does not, whatever the Python. 4: this Python does not. The reason is printed.
"""

import platform
import struct
import sys

SUPPORTED = """Supported: Linux on x86-64 or aarch64 (glibc from 2.28), macOS from 12 on Apple silicon, Windows through WSL.
Nothing was installed."""
GLIBC = (2, 28)  # of the oldest manylinux tag that all locked wheels satisfy
MACOS = (12, 0)


def numbers(version):
    """Gives "2.28" as (2, 28)."""
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def machine_problem(system, machine, libc, macos):
    """Says what is wrong with the machine, or gives ""."""
    here = "%s on %s" % (system or "an unknown system", machine or "an unknown processor")
    if system == "Windows" or system.startswith(("CYGWIN", "MSYS", "MINGW")):
        return "TensorFlow and make do not come together on Windows itself: install WSL (wsl --install) and run make in it."
    if system == "Darwin" and machine == "x86_64":
        return "This Python runs on %s: TensorFlow has no wheels for it. On Apple silicon take a Python for arm64." % here
    if (system, machine) not in {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")}:
        return "There are no wheels of TensorFlow for %s." % here
    if system == "Linux" and libc[0] != "glibc":
        return "This Linux has no glibc (%s): TensorFlow has no wheels for it." % (libc[0] or "musl, perhaps")
    if system == "Linux" and numbers(libc[1]) < GLIBC:
        return "This Linux has glibc %s, which is too old for the wheels." % libc[1]
    if system == "Darwin" and numbers(macos) < MACOS:
        return "This is macOS %s, which is too old for TensorFlow." % macos
    return ""


def python_problem():
    """Says what is wrong with this Python, or gives ""."""
    found = "is Python %d.%d.%d" % sys.version_info[:3]
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        return found
    if platform.python_implementation() != "CPython":
        return "%s, but %s and not CPython" % (found, platform.python_implementation())
    if struct.calcsize("P") != 8:
        return found + " of 32 bits"
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return found + " without the global lock: there are no wheels for it"
    for module in ("ensurepip", "venv", "ssl", "ctypes", "zlib"):
        try:
            __import__(module)
        except ImportError:
            hint = " (apt-get install python%d.%d-venv)" % sys.version_info[:2] if module in {"ensurepip", "venv"} else ""
            return "%s without its module %s%s" % (found, module, hint)
    return ""


def main():
    """Prints what does not fit and gives the exit status."""
    problem = machine_problem(platform.system(), platform.machine(), platform.libc_ver(), platform.mac_ver()[0])
    if problem:
        print("report-builder cannot be installed here. %s\n%s" % (problem, SUPPORTED))
        return 3
    problem = python_problem()
    if problem:
        print(problem)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
