#!/usr/bin/env bash
# What two ranks wait for of a stated network, by schedule.
#   tests/bench/overlap.sh BUILD_DIR [ROUNDS]
set -uo pipefail
program=${1:?a build folder}/bin/enigma_bench_overlap
[ -x "$program" ] || { echo "SKIP overlap: $program was not built"; exit 0; }
exec "$program" "${2:-5}"
