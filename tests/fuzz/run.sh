#!/usr/bin/env bash
# Fuzzes every reader of bytes, from the kept corpus on; an input that breaks one is kept and named.
#   tests/fuzz/run.sh BUILD_DIR [SECONDS [NAME…]]      SECONDS each (default 30), two at a time
# By hand for long: tests/fuzz/run.sh build/asan 600; results are noted in tests/bench/results.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${1:?a build folder}
seconds=${2:-30}
shift $(($# < 2 ? $# : 2))
names=("$@")
if [ ${#names[@]} -eq 0 ]; then
  for program in "$build"/bin/enigma_fuzz_*; do names+=("${program##*/enigma_fuzz_}"); done
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fuzz_one() { # NAME
  local log=$work/$1.log status=0
  mkdir -p "$work/$1"
  # New inputs go to the first folder: the kept corpus is read, never written.
  "$build/bin/enigma_fuzz_$1" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -malloc_limit_mb=1024 -max_len=65536 -artifact_prefix="$work/$1-" -print_final_stats=1 \
    "$work/$1" "$here/corpus/$1" >"$log" 2>&1 || status=$?
  local runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ "$status" -eq 0 ]; then
    echo "PASS fuzz $1: ${runs:-0} inputs in $seconds s, coverage $(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)"
    return
  fi
  tail -n 40 "$log"
  for input in "$work/$1"-*; do
    [ -e "$input" ] && echo "the input, in base64: $(base64 -w 0 "$input" | head -c 4000)"
  done
  echo "FAIL fuzz $1: exit status $status"
  return 1
}
export -f fuzz_one
export work build seconds here
printf '%s\n' "${names[@]}" | xargs -P 2 -I {} bash -c 'fuzz_one {}'
[ $? -eq 0 ]
