#!/usr/bin/env bash
# Serves POST /model/parse on 127.0.0.1. Usage: run.sh [port]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ -f "$MODEL" ] || fail "no model yet: run nlu/service/prepare.sh and nlu/service/train.sh first"
serve 127.0.0.1 "${1:-5005}"
