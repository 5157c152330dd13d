#!/usr/bin/env bash
# Values a second that a controller takes in, and how long workers wait for it.
#   tests/bench/ingest.sh BUILD_DIR [SECONDS [CONNECTIONS [judge]]]
set -uo pipefail
bin=${1:?a build folder}/bin
[ -x "$bin/enigma_bench_ingest" ] || { echo "SKIP ingest: $bin/enigma_bench_ingest was not built"; exit 0; }
exec "$bin/enigma_bench_ingest" "$bin/enigma-sweep" "${2:-10}" "${@:3}"
