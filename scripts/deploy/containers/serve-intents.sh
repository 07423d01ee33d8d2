#!/usr/bin/env bash
# Serves the intent service inside its container. Unlike nlu/service/run.sh it listens on every address of the container, whose only
# network is the private one between it and the program: whoever reaches its port can also load models into it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../../nlu/service/lib.sh"

serve 0.0.0.0 "${1:-5005}"
