#!/usr/bin/env bash
# Trains the intent service's model from content/intents/. Does nothing if nothing it depends on has changed.
# With --check it trains nothing: it ends with 0 if the model is that of the present files, and with 1 if not.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

DATA="$ROOT/content/intents"
STAMP="$MODEL.trained"

fingerprint() {
    cd "$ROOT"
    # A checkout may have no weights of our own: the published ones serve alone then.
    shopt -s nullglob
    hash_of content/intents content/conversations nlu/normalise.py nlu/lookalikes.py nlu/spell*.py nlu/service/config.yml nlu/service/train.py nlu/service/examples.py nlu/service/components nlu/service/weights/*.json \
        nlu/service/requirements*.txt
}

trained() { [ -f "$MODEL" ] && [ "$(cat "$STAMP" 2>/dev/null)" = "$1" ]; }

main() {
    local wanted
    if [ "${1:-}" = --check ]; then trained "$(fingerprint)"; return; fi
    mkdir -p "$SERVICE/models" "$SERVICE/.cache"
    exec 9>"$SERVICE/.cache/train.lock"
    flock 9
    wanted="$(fingerprint)"
    if trained "$wanted"; then return; fi
    say "training the intent model (about two minutes)"
    FRESH="$(mktemp -d "$SERVICE/models/new.XXXXXX")"
    trap 'rm -rf "$FRESH"' EXIT
    cd "$SERVICE"
    "$VENV/bin/python" train.py "$DATA" "$FRESH/intents.tar.gz" \
        >"$SERVICE/.cache/train.log" 2>&1 || { cat "$SERVICE/.cache/train.log" >&2; fail "training failed"; }
    # A running service and a failed training both keep a whole model.
    mv "$FRESH/intents.tar.gz" "$MODEL"
    echo "$wanted" >"$STAMP"
}

main "$@"
