#!/usr/bin/env bash
# The control plane against real Slurm clusters of four nodes on this machine.
#   tests/slurm/run.sh BUILD_DIR [LANE [NAME…]]
# A lane is a cluster of its own with the tests of some files: `single` (one process a run, chains), `nodes` (several
# ranks, nodes that fail), `sweeps` (real workers), `accounting` (a cluster with an accounting database). Without one, all
# run side by side.
# `load` measures, for tests/bench/results/slurm.md, and runs only where it is named.
# Prints one line PASS / FAIL / SKIP for each test. ENIGMA_SEED repeats a run's random moments.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${1:?a build folder}
lanes=${2:-single nodes sweeps accounting}
names=("${@:3}")
clusters=$(mktemp -d)
chmod 755 "$clusters"  # munged is another user
trap 'for each in "$clusters"/*/; do "$here/cluster.sh" stop "$each"; done; rm -rf "$clusters"' EXIT

on_cluster() { # LANE OPTION…
  local lane=$1 folder=$clusters/$1 why
  shift
  if ! why=$("$here/cluster.sh" check "$@"); then
    echo "SKIP slurm ($lane): $why"
    return 0
  fi
  if ! "$here/cluster.sh" start "$folder" "$@" >"$clusters/start-$lane.log" 2>&1; then
    tail -n 5 "$clusters/start-$lane.log" "$folder"/*.log "$folder"/*.out
    echo "SKIP slurm ($lane): no cluster can be started here: $(tail -n 1 "$clusters/start-$lane.log")"
    return 0
  fi
  (. "$folder/env" && python3 -B "$here/slurm.py" "$build" "$folder" "$lane" "${names[@]}")
}

run_lane() {
  case $1 in
    single | nodes | sweeps | load) on_cluster "$1" ;;
    # Jobs that have ended leave the scheduler early: what became of them is asked of the accounting.
    accounting) ENIGMA_MIN_JOB_AGE_S=5 on_cluster accounting --accounting ;;
    *) echo "tests/slurm/run.sh: single, nodes, sweeps, accounting or load, not '$1'" >&2; return 2 ;;
  esac
}

pids=()
for lane in $lanes; do
  run_lane "$lane" >"$clusters/$lane.out" 2>&1 &
  pids+=($!)
done
status=0
for pid in "${pids[@]}"; do wait "$pid" || status=1; done
for lane in $lanes; do cat "$clusters/$lane.out"; done
exit $status
