#!/usr/bin/env bash
# Makes .venv with pip and uv in it, where there is none. The system's own Python comes first where it is new enough: distributions build it for
# speed, and one that a version manager compiled takes a quarter more processor time for each message. PYTHON=... names another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

is_new_enough() { "$1" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Debian's own comes without pip: then it is any other Python's that installs one.
make_venv() {
    "$1" -m venv --clear .venv >/dev/null 2>&1 && return
    "$1" -m venv --clear --without-pip .venv && python3 -m pip --python .venv/bin/python install --quiet pip 2>/dev/null
}

if [ ! -x .venv/bin/python ] || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    choice=(/usr/bin/python3.{11,12,13} python3.{11,12,13} python3)
    [ -z "${PYTHON:-}" ] || choice=("$PYTHON")
    for python in "${choice[@]}"; do
        if is_new_enough "$python" && make_venv "$python"; then break; fi
        rm -rf .venv
    done
    if [ ! -d .venv ]; then
        echo "Python 3.11 or newer is needed, with its venv module and pip: install it, for example with your system's package manager" >&2
        exit 1
    fi
fi
.venv/bin/python -m pip install --quiet uv
