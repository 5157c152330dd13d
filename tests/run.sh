#!/usr/bin/env bash
# Sets up, builds and runs every test; the last line is `N passed, N failed, N skipped`.
#   tests/run.sh [--yes] [--only STAGE[,STAGE…]]
# Stages: unit, simulation, end_to_end, page, slurm, quickstart, bench, sanitizers, fuzz. ENIGMA_SHARED (default
# ../shared) names the folder of reference recordings and values; tests that need it skip visibly without it.
# ENIGMA_TEST_MINUTES (default 55): no stage begins later; what is left then is skipped and told.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 1
export ENIGMA_SHARED=${ENIGMA_SHARED:-$root/../shared}
stages="unit simulation end_to_end page slurm quickstart bench sanitizers fuzz"
setup_options=""
while [ $# -gt 0 ]; do
  case $1 in
    --yes) setup_options="--yes" ;;
    --only) stages=${2//,/ }; shift ;;
    --help) sed -n '2,6p' "$0"; exit 0 ;;
    *) echo "tests/run.sh: unknown option '$1'" >&2; exit 2 ;;
  esac
  shift
done

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
passed=0 failed=0 skipped=0
times=() failures=() skips=()

minutes=${ENIGMA_TEST_MINUTES:-55}
if ! [[ $minutes =~ ^[1-9][0-9]{0,4}$ ]]; then
  echo "tests/run.sh: ENIGMA_TEST_MINUTES is '$minutes', not a whole number of minutes" >&2
  exit 2
fi

asked() { case " $stages " in *" $1 "*) ;; *) false ;; esac; }

# Whether a stage is asked for and there is still time to begin it. A machine too slow for all of them skips the
# last ones, and says so.
wanted() {
  asked "$1" || return
  [ $SECONDS -lt $((minutes * 60)) ] && return
  count_line "SKIP $1: $minutes minutes had passed before it could begin (ENIGMA_TEST_MINUTES)"
  false
}

# One line of a test that speaks PASS / FAIL / SKIP, counted.
count_line() {
  case $1 in
    "PASS "*) passed=$((passed + 1)) ;;
    "FAIL "*) failed=$((failed + 1)); failures+=("${1#FAIL }") ;;
    "SKIP "*) skipped=$((skipped + 1)); skips+=("${1#SKIP }") ;;
  esac
}

# timed NAME COMMAND…: runs it, remembers its wall time, and gives its exit status.
timed() {
  local name=$1 from=$SECONDS status=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || status=$?
  times+=("$(printf '%-34s %5d s' "$name" $((SECONDS - from)))")
  return $status
}

build() { # PRESET TARGET…
  local preset=$1
  shift
  # The quick start configures without tests, perhaps in this very checkout.
  cmake --preset "$preset" -DENIGMA_TESTS=ON >"$logs/configure" 2>&1 || { cat "$logs/configure"; return 1; }
  cmake --build --preset "$preset" --target "$@"
}

must() { # a step without which nothing else makes sense
  timed "$@" && return
  count_line "FAIL $1"
  finish
}

# The failed checks of a doctest program, each with its case: the end of a long output then tells what failed.
failed_checks() { # LOG
  awk '/^TEST CASE:/ { name = $0 } /: (ERROR|FATAL ERROR):/ { print name; left = 3 } left > 0 { print; --left }' "$1" |
    head -n 40
}

# What a doctest program printed: its cases are counted; a case that prints `SKIP: name: why` counts
# as skipped.
count_doctest() { # NAME LOG STATUS
  local log=$2 status=$3 line here
  line=$(grep -E '^\[doctest\] test cases:' "$log" | tail -n 1)
  local numbers
  read -ra numbers <<<"$(tr -dc '0-9 \n' <<<"${line//|/ }")"
  if [ "${#numbers[@]}" -lt 3 ]; then
    cat "$log"
    count_line "FAIL $1: no result (exit status $status)"
    return
  fi
  here=$(grep -c '^SKIP: ' "$log")
  passed=$((passed + numbers[1] - here))
  failed=$((failed + numbers[2]))
  skipped=$((skipped + here))
  while IFS= read -r line; do skips+=("$1: ${line#SKIP: }"); done < <(grep '^SKIP: ' "$log")
  if [ "${numbers[2]}" -gt 0 ]; then
    failures+=("$1")
    while IFS= read -r line; do failures+=("  $line"); done < <(failed_checks "$log")
    tail -n 60 "$log"
  fi
  if [ "$status" -ne 0 ] && [ "${numbers[2]}" -eq 0 ]; then
    tail -n 60 "$log"
    count_line "FAIL $1: exit status $status after its cases"
  fi
  printf '%-36s %s\n' "$1" "$(grep -E '^\[doctest\] test cases:' "$log" | cut -d: -f2)"
}

# The test programs of a build, two at a time, reported in their order.
run_doctests() { # PRESET
  local program status list=build/$1/test_programs.txt lane='
    timeout 900 "$0/bin/$2" >"$1/$2.log" 2>&1
    echo $? >"$1/$2.status"'
  grep . "$list" | xargs -P 2 -I {} bash -c "$lane" "build/$1" "$logs" {}
  while IFS= read -r program; do
    [ -n "$program" ] || continue
    read -r status <"$logs/$program.status"
    count_doctest "$program ($1)" "$logs/$program.log" "$status"
  done <"$list"
}

# A script that prints PASS / FAIL / SKIP lines.
run_script() { # COMMAND…
  local before=$((passed + failed + skipped)) line status=0
  while IFS= read -r line; do
    printf '%s\n' "$line"
    count_line "$line"
  done < <("$@" 2>&1; printf 'STATUS %d\n' $? >"$logs/status")
  read -r _ status <"$logs/status"
  if [ "$status" -ne 0 ] || [ $((passed + failed + skipped)) -eq "$before" ]; then
    count_line "FAIL $1: exit status $status"
  fi
}

finish() {
  printf '\n== where the time went\n'
  printf '%s\n' "${times[@]}" "$(printf '%-34s %5d s' total $SECONDS)"
  if [ "${#skips[@]}" -gt 0 ]; then printf '\n== skipped\n'; printf '%s\n' "${skips[@]}"; fi
  if [ "${#failures[@]}" -gt 0 ]; then printf '\n== failed\n'; printf '%s\n' "${failures[@]}"; fi
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [ "$failed" -eq 0 ]
  exit
}

# Every C++ file stands as clang-format would write it.
check_format() {
  local wrong
  wrong=$(git ls-files '*.cc' '*.h' | xargs clang-format-16 --dry-run 2>&1 | grep -E ': (warning|error):' |
    cut -d: -f1 | sort -u)
  if [ -z "$wrong" ]; then echo "PASS formatting"; else echo "FAIL formatting: clang-format-16 -i" $wrong; fi
}

must "set-up" cmake/setup.sh --for tests $setup_options
if asked unit; then timed "formatting" run_script check_format; fi
must "release build" build release all enigma_tests
if asked unit; then
  timed "unit tests" run_doctests release
  timed "clang-tidy" run_script tests/tidy/clang_tidy.sh build/release
fi
if wanted simulation; then timed "simulation" run_script tests/simulation/run.sh build/release 2000; fi
if wanted end_to_end; then
  timed "end to end, protocol worker" run_script tests/end_to_end/run.sh build/release
  timed "end to end, real worker" run_script tests/end_to_end/real_worker.sh build/release
fi
if wanted page; then
  timed "page in a browser" run_script tests/browser/run.sh build/release
  timed "schema in ajv" run_script tests/schema/run.sh build/release
fi
if wanted slurm; then timed "slurm" run_script tests/slurm/run.sh build/release; fi
if wanted quickstart; then timed "quick start" run_script tests/quickstart/run.sh; fi
if wanted bench; then timed "benchmarks" run_script tests/bench/run.sh build/release; fi
if wanted sanitizers && must "sanitizer build" build asan all enigma_tests && wanted sanitizers; then
  timed "unit tests under sanitizers" run_doctests asan
  timed "simulation under sanitizers" run_script tests/simulation/run.sh build/asan 50
fi
if wanted fuzz; then
  must "build of the fuzzers" build asan enigma_fuzzers
  timed "fuzzing" run_script tests/fuzz/run.sh build/asan 30
fi
finish
