#!/usr/bin/env bash
# The simulation from outside: seeds 1 to SEEDS, the failing ones by their number.
#   tests/simulation/run.sh BUILD_DIR [SEEDS]
# Prints one PASS line, or a FAIL line for each seed; enigma_simulation --seeds N..N --log repeats one.
set -uo pipefail
build=${1:?a build folder}
seeds=${2:-2000}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
"$build/bin/enigma_simulation" --seeds "1..$seeds" >"$log" 2>&1 || status=$?
if [ "$status" -eq 0 ]; then
  echo "PASS simulation: $(tail -n 1 "$log")"
  exit 0
fi
cat "$log"
failing=$(sed -n 's/^seed \([0-9]*\) fails$/\1/p' "$log")
for seed in $failing; do echo "FAIL simulation: seed $seed"; done
[ -n "$failing" ] || echo "FAIL simulation: exit status $status"
exit 1
