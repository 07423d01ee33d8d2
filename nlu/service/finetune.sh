#!/usr/bin/env bash
# Fine-tunes the encoder and writes weights/; by hand, rarely. Usage: finetune.sh [--epochs N]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$SERVICE"
exec "$VENV/bin/python" -W ignore -m finetuning.run "$@"
