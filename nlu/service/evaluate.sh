#!/usr/bin/env bash
# Prints how well the trained model reads the labelled messages in the given folders. Usage: evaluate.sh FOLDER... [--concern 0.3]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
exec "$VENV/bin/python" -W ignore "$SERVICE/evaluate.py" "$@"
