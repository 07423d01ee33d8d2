#!/usr/bin/env bash
# Prints how much more training data still helps; see README.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$SERVICE"
exec "$VENV/bin/python" -W ignore learning_curve.py
