#!/usr/bin/env bash
# Trains a pipeline on most writers (or every Nth of them) and prints how it reads the others. Usage: run.sh diet.yml [N]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

CONFIG="$(realpath "$1")"
WORK="$(mktemp -d)"
trap 'rm -rf "$WORK"' EXIT
cd "$SERVICE"
"$VENV/bin/python" -W ignore -m candidates.split "$WORK" "${2:-1}"
time "$VENV/bin/rasa" train nlu --config "$CONFIG" --nlu "$WORK/train" --out "$WORK/model" --fixed-model-name candidate
"$VENV/bin/python" -W ignore evaluate.py "$WORK/test" --model "$WORK/model/candidate.tar.gz"
