#!/usr/bin/env bash
# What a checkpoint of 20 M parameters costs a run.
#   tests/bench/checkpoint.sh BUILD_DIR [PAIRS]
set -uo pipefail
program=${1:?a build folder}/bin/enigma_bench_checkpoint
[ -x "$program" ] || { echo "SKIP checkpoint: $program was not built"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$program" "$folder" "${2:-5}"
