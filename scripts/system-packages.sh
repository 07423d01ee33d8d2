#!/usr/bin/env bash
# Installs the Debian packages that tests drive (Chromium), where this machine allows it.
set -euo pipefail
command -v chromium >/dev/null && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "· Chromium is missing: install the Debian package chromium, or the tests in a browser cannot run" >&2
    exit 0
fi
echo "· installing Chromium"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
