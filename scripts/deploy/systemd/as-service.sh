#!/usr/bin/env bash
# Runs one `breakwater` command with the settings, secrets and rights of an installation. As root: as-service.sh harbour doctor
set -euo pipefail
installation="${1:?which installation?}"
shift

properties=()
while IFS= read -r line; do
    properties+=("--property=${line//%i/$installation}")
done < <(grep -E '^(User|Group|WorkingDirectory|StateDirectory|StateDirectoryMode|ReadWritePaths|Environment|EnvironmentFile|LoadCredential|UMask|LimitCORE|NoNewPrivileges|Protect[A-Z][A-Za-z]*|Private[A-Z][a-z]*)=' "$(dirname "${BASH_SOURCE[0]}")/breakwater@.service")

exec systemd-run --quiet --wait --collect --pipe "${properties[@]}" /opt/breakwater/.venv/bin/breakwater "$@"
