#!/usr/bin/env bash
# Intent recognition on public data, by the steps of our own model. Usage: benchmarks.sh FOLDER (with clinc150/ and hint3/)
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
FOLDER="$(realpath "$1")"
cd "$SERVICE"
exec "$VENV/bin/python" -W ignore -m benchmarks.run "$FOLDER"
