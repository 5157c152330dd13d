#!/usr/bin/env bash
# What the model of a step says beside what 1, 2 and 4 ranks take over a stated network.
#   tests/bench/simulated.sh BUILD_DIR ROUNDS
set -uo pipefail
program=${1:?a build folder}/bin/enigma_bench_simulated
[ -x "$program" ] || { echo "SKIP simulated: $program was not built"; exit 0; }
[ -n "${2:-}" ] || { echo "SKIP simulated: a minute a round; tests/bench/simulated.sh BUILD_DIR 5 measures (results/simulated.md)"; exit 0; }
exec "$program" "$2"
