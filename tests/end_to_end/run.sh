#!/usr/bin/env bash
# The control plane, and the import of recordings, as their users meet them: real programs, a fake
# worker, real signals.
#   tests/end_to_end/run.sh BUILD_DIR [NAME…]
# Prints one line PASS / FAIL / SKIP for each test. ENIGMA_SEED repeats a run's random moments.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
status=0
python3 -B "$here/end_to_end.py" "$@" || status=$?
python3 -B "$here/import_recordings.py" "$@" || status=$?
exit "$status"
