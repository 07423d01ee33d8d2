#!/usr/bin/env bash
# Writes one unit for each process of an installation that is shared by several, on PostgreSQL, from the unit of the whole program.
# Usage: parts.sh FOLDER [PART:PORT …]   such as: parts.sh /etc/systemd/system receive:8081 turns:8082 turns:8083 send:8084 console:8085 calendar:8086
# Each is then started by its part and port: systemctl enable --now breakwater-turns-8082@harbour
set -euo pipefail
folder="${1:?which folder?}"
shift
whole="$(dirname "${BASH_SOURCE[0]}")/breakwater@.service"
secret=BREAKWATER_DATABASE_URL

for one in "${@:-receive:8081 turns:8082 turns:8083 send:8084 console:8085 calendar:8086}"; do
    for each in $one; do
        part="${each%%:*}" port="${each##*:}"
        sed -e "s|^Description=.*|Description=Breakwater for %i: $part|" \
            -e "s|^ExecStart=.*|ExecStart=/usr/bin/env BREAKWATER_LISTEN=127.0.0.1:$port /opt/breakwater/.venv/bin/breakwater serve --without-intents --role $part|" \
            -e "s|^# One installation.*|# One process of an installation on PostgreSQL, made by parts.sh.|" \
            -e "s|^Environment=$secret=.*|LoadCredential=$secret:/etc/breakwater/%i/secrets/$secret|" \
            "$whole" > "$folder/breakwater-$part-$port@.service"
    done
done
