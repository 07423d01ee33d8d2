#!/usr/bin/env bash
# Rehearses a restore of the newest back-up of a folder, and ends with 1 where it could not be restored. Usage: rehearse.sh FOLDER
set -euo pipefail
shopt -s nullglob

files=("${1:?which folder?}"/*.backup)
[ "${#files[@]}" -gt 0 ] || { echo "no back-up lies in $1" >&2; exit 1; }
exec breakwater backup check "${files[-1]}"
