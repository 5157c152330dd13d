#!/usr/bin/env bash
# The control plane as its users meet it: real programs, a fake worker, real signals.
#   tests/end_to_end/run.sh BUILD_DIR [NAME…]
# Prints one line PASS / FAIL / SKIP for each test. ENIGMA_SEED repeats a run's random moments.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec python3 -B "$here/end_to_end.py" "$@"
