#!/usr/bin/env bash
# From a fresh Debian 12 to a fitted scaling law: installs what is missing, builds, makes (or takes)
# recordings, runs a small sweep on this machine and draws its figure. Safe to repeat.
#   examples/quickstart.sh [--yes] [--recordings DIR] [--spec FILE] [--out DIR]
# --yes             install packages without asking
# --recordings DIR  train on these recordings (experanto folders) instead of generated ones
# --spec FILE       another sweep than examples/quickstart.json (its name must be quickstart, too)
# --out DIR         where recordings, runs and figures go (default: quickstart/ in the checkout)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=$root/quickstart
recordings=""
spec=$root/examples/quickstart.json
setup_options=()

fail() { printf 'quickstart: %s\n' "$*" >&2; exit "${code:-1}"; }
say() { printf '\n== %s\n' "$*"; }

while [ $# -gt 0 ]; do
  case $1 in
    --yes) setup_options=(--yes) ;;
    --recordings) recordings=${2:-}; [ -n "$recordings" ] || code=2 fail "--recordings wants a folder"; shift ;;
    --spec) spec=${2:-}; [ -n "$spec" ] || code=2 fail "--spec wants a file"; shift ;;
    --out) out=${2:-}; [ -n "$out" ] || code=2 fail "--out wants a folder"; shift ;;
    --help) sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    *) code=2 fail "unknown option '$1' (--help lists them)" ;;
  esac
  shift
done
if [ -n "$recordings" ]; then
  [ -d "$recordings" ] || code=3 fail "no such folder: $recordings"
  recordings=$(cd "$recordings" && pwd)
fi
[ -f "$spec" ] || code=3 fail "no such file: $spec"
spec=$(realpath "$spec")
mkdir -p "$out" || fail "cannot write to $out"
out=$(cd "$out" && pwd)

say "1/5 set-up"
"$root/cmake/setup.sh" --for quickstart ${setup_options[@]+"${setup_options[@]}"}

say "2/5 build"
cd "$root"
if [ ! -e build/release/build.ninja ]; then
  cmake --preset release -DENIGMA_TESTS=OFF >"$out/configure.log" ||
    fail "cmake failed: see $out/configure.log"
fi
cmake --build --preset release --target enigma-sweep enigma-data enigma-launch enigma-worker
bin=$root/build/release/bin

say "3/5 recordings"
if [ -z "$recordings" ]; then
  store=$out/generated
  recordings=$out/recordings
  "$bin/enigma-data" generate --out "$recordings" --sessions 4 --animals 2 --neurons 100 \
    --minutes 12 --seed 1 --wide
else
  store=$out/$(basename "$recordings")
fi
"$bin/enigma-data" inspect "$recordings"

say "4/5 sweep"
sweep() { "$bin/enigma-sweep" --store "$store" "$@"; }
sweep submit "$spec" --data "$recordings" --wait

say "5/5 results"
sweep status
# A law that the data cannot carry (exit code 7) is an answer too: its sentence has been printed.
answer() { sweep "$@" || [ $? -eq 7 ]; }
answer fit quickstart
answer predict quickstart --flops 1e14
for kind in svg png; do
  sweep plot quickstart --kind loss-flops --out "$store/loss-flops.$kind"
done
say "done"
printf 'figure  %s\n        %s\ndata    %s\n        %s\n' "$store/loss-flops.svg" \
  "$store/loss-flops.png" "$store/loss-flops.csv" "$store/loss-flops.json"
