# Shared by the service's scripts; sourced, never run.

SERVICE="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT="$(cd "$SERVICE/../.." && pwd)"
VENV="$SERVICE/.venv"
MODEL="$SERVICE/models/intents.tar.gz"

export RASA_TELEMETRY_ENABLED=false
export RASA_CACHE_DIRECTORY="$SERVICE/.cache/rasa"
# Rasa's cache keeps whole models by fingerprint; train.sh has its own, simpler stamp.
export RASA_MAX_CACHE_SIZE=0
export PYTHONPATH="$ROOT:$SERVICE"
export LOG_LEVEL=WARNING LOG_LEVEL_LIBRARIES=ERROR
export TF_CPP_MIN_LOG_LEVEL=3
export SQLALCHEMY_SILENCE_UBER_WARNING=1
export PYTHONWARNINGS=ignore

say() { printf 'nlu/service: %s\n' "$*" >&2; }

fail() { say "$*"; exit 1; }

# SHA-256 over the names and contents of the data, code and pins among the given files and folders.
hash_of() {
    find "$@" -type f \( -name '*.yml' -o -name '*.py' -o -name '*.txt' -o -name '*.json' \) -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

is_python310() {
    [ "$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" = 3.10 ]
}

# Path of a Python 3.10. A pyenv shim stands on PATH even where it cannot run, so each is tried.
find_python310() {
    local candidate uv
    for candidate in "$(command -v python3.10 || true)" \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python; do
        if [ -n "$candidate" ] && is_python310 "$candidate"; then echo "$candidate"; return; fi
    done
    if uv="$(find_uv)"; then
        candidate="$("$uv" python find --no-project 3.10 2>/dev/null || true)"
        if [ -n "$candidate" ] && is_python310 "$candidate"; then echo "$candidate"; return; fi
    fi
    fail "no Python 3.10 found. Install one, for instance with 'uv python install 3.10' or 'pyenv install 3.10', and run this again."
}

# Path of an existing uv, or nothing and status 1.
find_uv() {
    local candidate
    for candidate in "$(command -v uv || true)" "$ROOT/.venv/bin/uv" "$SERVICE/.cache/uv/bin/uv"; do
        if [ -n "$candidate" ] && "$candidate" --version >/dev/null 2>&1; then echo "$candidate"; return; fi
    done
    return 1
}

# Path of a uv, fetched with pip into a folder of its own if there is none.
ensure_uv() {
    find_uv && return
    "$1" -m venv "$SERVICE/.cache/uv" && "$SERVICE/.cache/uv/bin/pip" install --quiet uv >&2
    find_uv
}

# uv reads neither pip's settings nor the system's certificates unless told to.
tell_uv_pips_settings() {
    export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"
    if [ -n "${PIP_CERT:-}" ]; then export SSL_CERT_FILE="${SSL_CERT_FILE:-$PIP_CERT}"; fi
    if [ -n "${PIP_INDEX_URL:-}" ]; then export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$PIP_INDEX_URL}"; fi
}

# Serves POST /model/parse at an address and port until it is ended. Usage: serve ADDRESS PORT
serve() {
    # One message is too little work for two threads: the second one waited by spinning, up to 65 ms of processor time a message.
    export OMP_NUM_THREADS=1
    cd "$SERVICE"
    exec "$VENV/bin/rasa" run --enable-api --interface "$1" --port "$2" --model "$MODEL" --endpoints /dev/null --credentials /dev/null
}
