#!/usr/bin/env bash
# Installs a pinned list into .venv, hashes checked, and the project itself. Usage: scripts/install.sh requirements.txt
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export VIRTUAL_ENV="$PWD/.venv"
# Compiled once, here: pip does that by itself, uv does not, and where Python keeps nothing it compiles (PYTHONDONTWRITEBYTECODE) each start
# of the program would compile 2,500 modules anew, which takes longer than the rest of the start.
if ! .venv/bin/uv pip install --quiet --compile-bytecode --require-hashes -r "$1"; then
    echo "· uv could not install; trying pip, which has settings of its own"
    .venv/bin/python -m pip install --quiet --require-hashes -r "$1"
fi
.venv/bin/uv pip install --quiet --no-deps -e . || .venv/bin/python -m pip install --quiet --no-deps -e .
.venv/bin/python -m compileall -q -x 'nlu/service' bot content escalation nlu
