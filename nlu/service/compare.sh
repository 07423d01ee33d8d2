#!/usr/bin/env bash
# Prints the cross-validated comparison of features; see README.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$SERVICE"
exec "$VENV/bin/python" -W ignore compare.py
