#!/usr/bin/env bash
# The Chinchilla fit against scipy's, in one run on one core.
#   tests/bench/law_fit.sh BUILD_DIR [EVERY]   scipy does every EVERYth of the starts (default 20)
# cmake/setup.sh --for tests puts numpy and scipy into its cache folder; ENIGMA_PYTHON names another
# Python that has them.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${1:?a build folder} every=${2:-20}
python=${ENIGMA_PYTHON:-python3}
data=${ENIGMA_SHARED:-$here/../../../shared}/laws/epoch-chinchilla/svg_extracted_data.csv
[ -e "$data" ] || { echo "SKIP law_fit: $data is not there"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cache=${ENIGMA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/enigma-sweep}
export PYTHONPATH=$cache/python${PYTHONPATH:+:$PYTHONPATH}
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

"$build/bin/enigma_bench_law_fit" "$data" "$work/rows.csv" | tee "$work/ours"
of() { awk -v name="$2" '$1 == name {print $2}' "$1" | head -n 1; }
verdict() { # NAME VALUE OPERATOR BAR FAIL_BEYOND
  awk -v n="$1" -v v="$2" -v o="$3" -v b="$4" -v f="$5" 'BEGIN {
    bad = o == "<=" ? v > f : v < f; met = o == "<=" ? v <= b : v >= b
    printf "%s %s: %.4g (bar %s %g%s)\n", bad ? "FAIL" : "PASS", n, v, o, b, met ? "" : ", missed" }'
}
verdict "law_fit: 4,000 multi-start refits, s" "$(of "$work/ours" multi_start_refits_s)" "<=" 5 10
if ! "$python" -c 'import numpy, scipy' 2>/dev/null; then
  echo "SKIP law_fit: $python has no scipy to compare with (ENIGMA_PYTHON names one that has)"
  exit 0
fi
"$python" "$here/law_fit.py" "$work/rows.csv" "$every" | tee "$work/theirs" | sed 's/^/scipy /'
times_faster() { # THEIRS OURS
  awk -v a="$(of "$work/theirs" "$1")" -v b="$(of "$work/ours" "$2")" 'BEGIN {print a / b}'
}
verdict "law_fit: 4,500 starts, times faster" "$(times_faster fit_s fit_s)" ">=" 50 25
for start in "" _from_hoffmann; do
  for method in BFGS L-BFGS-B; do
    ratio=$(times_faster "single_start_refits${start}_${method}_s" "single_start_refits${start}_s")
    # The published refits are by BFGS; L-BFGS-B with its own tolerance stops on the way.
    if [ $method = BFGS ]; then
      verdict "law_fit: single-start refits$start, times faster than BFGS" "$ratio" ">=" 50 25
    else
      printf 'law_fit: single-start refits%s, times faster than L-BFGS-B: %s\n' "$start" "$ratio"
    fi
  done
done
awk -v best="$(of "$work/ours" basin)" '
  FNR == NR { if ($1 == "basin") ours[$2 + 0] = 1; next }
  $1 == "minimum" { found = 0
    for (known in ours) if (known <= $2 * (1 + 1e-6) && known >= $2 * (1 - 1e-6)) found = 1
    if (!found) missing = missing " " $2 }
  END { print (missing == "" ? "PASS" : "FAIL") " law_fit: the minima of scipy are in the basin table" missing }
  ' "$work/ours" "$work/theirs"
