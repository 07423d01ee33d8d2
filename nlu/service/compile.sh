#!/usr/bin/env bash
# Pins what requirements.in asks for, with hashes and without addresses, into requirements.txt.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

cd "$SERVICE"
tell_uv_pips_settings
python="$(find_python310)"
"$(ensure_uv "$python")" pip compile --quiet --universal --python "$python" \
    --overrides requirements.overrides --excludes requirements.excludes \
    --generate-hashes --no-emit-index-url --no-header "$@" requirements.in -o requirements.txt
