#!/usr/bin/env bash
# Installs the Debian packages that tests use (Chromium, PostgreSQL), where this machine allows it.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
[ "${#missing[@]}" = 0 ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "· missing Debian packages: ${missing[*]}; without chromium the tests in a browser cannot run, without postgresql those on it are left out" >&2
    exit 0
fi
echo "· installing ${missing[*]}"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
