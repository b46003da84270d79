#!/bin/sh
# Finds a Python that fits and lets it fill .venv: sh requirements/install.sh base|cpu|gpu|dev|docs|cjk|cluster|peers
# PYTHON=<program> names one. Nothing is installed before a Python and the platform fit.
here=$(dirname "$0")
refused=""

try() {
    command -v "$1" >/dev/null 2>&1 || return 0
    reason=$("$1" "$here/fits.py" 2>/dev/null)
    case $? in
        0) exec "$1" "$here/install.py" "$extra" ;;
        3) printf '%s\n' "$reason" >&2; exit 1 ;;
        *) refused="$refused
  $1 ${reason:-does not start}" ;;
    esac
}

extra=$1
if [ -n "${PYTHON:-}" ]; then
    try "$PYTHON"
    refused=${refused:-"
  $PYTHON is no program that can be started"}
else
    for name in python3.13 python3.12 python3.11 python3 python; do try "$name"; done
fi

cat >&2 <<MESSAGE
report-builder needs Python 3.11, 3.12 or 3.13, and no Python that was found here fits:${refused:-"
  none was found on PATH"}
  Nothing was installed. What to do:
    Debian, Ubuntu, WSL:  sudo apt-get install python3 python3-venv
    macOS:                brew install python@3.13
    anywhere:             uv python install 3.13, or pyenv install 3.13
  or name one that you have:  make PYTHON=/path/to/python3.13
MESSAGE
exit 1
