#!/usr/bin/env bash
# What a controller costs with many runs: idle, asked to cancel and to submit again, planning for
# somebody while others ask, and for a run that does nothing.
#   tests/bench/controller_load.sh BUILD_DIR [--full]
# --full takes 8,800 waiting runs and 1,056 that do nothing, the sizes of the bars; else a quarter.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec python3 -B "$here/controller_load.py" "$@"
