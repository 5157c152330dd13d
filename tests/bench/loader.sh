#!/usr/bin/env bash
# The loader's bars: how fast one core gathers windows, and how long a training step waits for them.
#   tests/bench/loader.sh BUILD_DIR
# The full published shape, 16 sessions of an hour (32 GB), by hand:
#   BUILD_DIR/bin/enigma_bench_loader --write DIR 16 8000 60 && BUILD_DIR/bin/enigma_bench_loader DIR/*
set -uo pipefail
build=${1:?a build folder}
status=0
"$build/bin/enigma_bench_loader" || status=1
if [ -x "$build/bin/enigma_bench_feed" ]; then
  "$build/bin/enigma_bench_feed" || status=1
else
  echo "SKIP loader: waiting for data, private memory: built without the worker"
fi
exit $status
