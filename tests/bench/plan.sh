#!/usr/bin/env bash
# 100,000 points from a spec's text to a plan, and 10,000 that are there already submitted again.
#   tests/bench/plan.sh BUILD_DIR
set -euo pipefail
build=${1:?a build folder}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/store"
"$build/bin/enigma-data" generate --out "$work/data" --sessions 2 --animals 1 --neurons 20 --minutes 4 --seed 1 >/dev/null
"$build/bin/enigma_bench_plan" "$work/data" "$work/store" | tee "$work/figures"

of() { awk -v name="$1" '$1 == name {print $2}' "$work/figures"; }
verdict() { # NAME VALUE BAR: a bar fails beyond twice its figure
  awk -v n="$1" -v v="$2" -v b="$3" 'BEGIN {
    bad = v > 2 * b; met = v <= b
    printf "%s %s: %.3g s (bar %g%s)\n", bad ? "FAIL" : "PASS", n, v, b, met ? "" : ", missed" }'
}
equal() { # NAME VALUE WANTED
  if [ "$2" = "$3" ]; then echo "PASS $1: $2"; else echo "FAIL $1: $2, not $3"; fi
}
equal "plan: points" "$(of points)" 100000
verdict "plan: 100,000 points from text to plan" "$(of plan_s)" 1
equal "submit again: points added before" "$(of submitted)" 10000
equal "submit again: rows written" "$(of rows_written_again)" 0
verdict "submit again: 10,000 points" "$(of again_s)" 0.2
