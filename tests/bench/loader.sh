#!/usr/bin/env bash
# The loader's bars: how fast one core gathers windows, and how long a training step waits for them.
#   tests/bench/loader.sh BUILD_DIR
# The full published shape, 16 sessions of an hour (32 GB), by hand:
#   BUILD_DIR/bin/enigma_bench_loader --write DIR 16 8000 60 && BUILD_DIR/bin/enigma_bench_loader DIR/*
# On generated recordings: enigma-data generate --out DIR --sessions 2 --neurons 8000 --minutes 10
set -uo pipefail
build=${1:?a build folder}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
status=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$build/bin/enigma_bench_loader" >"$work/loader" || status=1
cat "$work/loader"

# at_least WHAT OURS THEIRS FACTOR: the bar is FACTOR times theirs; it fails below half of that.
at_least() {
  awk -v what="$1" -v ours="$2" -v theirs="$3" -v factor="$4" 'BEGIN {
    ratio = ours / theirs
    printf "%s loader: %s %.1f times experanto (bar %g): %.0f against %.0f windows/s\n",
      (ratio >= factor / 2 ? "PASS" : "FAIL"), what, ratio, factor, ours, theirs
    exit ratio < factor / 2 }' || status=1
}

compare() {
  "$build/bin/enigma_bench_loader" --write "$work/session" 1 2000 10 || return
  local theirs
  theirs=$(python3 "$here/loader_experanto.py" "$work/session/random000" 2>"$work/why") || {
    echo "SKIP loader: experanto is installed and did not read: $(tail -n 1 "$work/why")"
    return
  }
  theirs=$(grep '^plain ' <<<"$theirs")
  local plain loader floats narrow
  read -r _ plain _ loader <<<"$theirs"
  read -r _ _ floats _ narrow _ < <(grep '^WINDOWS_PER_S' "$work/loader")
  at_least "float32, plain reading" "$floats" "$plain" 4
  at_least "float32, DataLoader" "$floats" "$loader" 6
  at_least "8 and 16 bits, plain reading" "$narrow" "$plain" 8
  at_least "8 and 16 bits, DataLoader" "$narrow" "$loader" 12
}

if python3 -c 'import experanto.datasets' 2>/dev/null; then
  compare
else
  echo "SKIP loader: comparison with experanto: not installed"
fi
if [ -x "$build/bin/enigma_bench_feed" ]; then
  "$build/bin/enigma_bench_feed" || status=1
else
  echo "SKIP loader: waiting for data, private memory: built without the worker"
fi
exit $status
