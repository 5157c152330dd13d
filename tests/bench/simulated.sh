#!/usr/bin/env bash
# The step time of 1, 2 and 4 ranks over a stated network, measured and simulated.
#   tests/bench/simulated.sh BUILD_DIR [ROUNDS]
set -uo pipefail
program=${1:?a build folder}/bin/enigma_bench_simulated
[ -x "$program" ] || { echo "SKIP simulated: $program was not built"; exit 0; }
exec "$program" "${2:-5}"
