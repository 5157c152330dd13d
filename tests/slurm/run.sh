#!/usr/bin/env bash
# The control plane against a real Slurm cluster of four nodes on this machine.
#   tests/slurm/run.sh BUILD_DIR [NAME…]
# Prints one line PASS / FAIL / SKIP for each test. ENIGMA_SEED repeats a run's random moments.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$1
shift
if ! why=$("$here/cluster.sh" check); then
  echo "SKIP slurm: $why"
  exit 0
fi
cluster=$(mktemp -d)
trap '"$here/cluster.sh" stop "$cluster"; rm -rf "$cluster"' EXIT
if ! "$here/cluster.sh" start "$cluster" >"$cluster/start.log" 2>&1; then
  tail -n 5 "$cluster/start.log" "$cluster"/slurm*.log
  echo "FAIL slurm: the cluster did not start"
  exit 1
fi
. "$cluster/env"
python3 -B "$here/slurm.py" "$build" "$cluster" "$@"
