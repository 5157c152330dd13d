#!/usr/bin/env bash
# The promise that a run's result does not depend on what happened to it, kept by the real worker:
# killed, preempted, with a torn checkpoint, on damaged recordings.
#   tests/end_to_end/real_worker.sh BUILD_DIR
# Prints one line PASS / FAIL / SKIP for each test.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
exec python3 -B "$here/real_worker.py" "$@"
