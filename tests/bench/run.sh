#!/usr/bin/env bash
# Runs the benchmarks: every *.sh beside this file but itself, each with the build folder.
#   tests/bench/run.sh BUILD_DIR
# Figures worth keeping are written by hand to results/, with date, machine and command.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${1:?a build folder}
status=0
for bench in "$here"/*.sh; do
  [ "$bench" -ef "${BASH_SOURCE[0]}" ] && continue
  printf -- '-- %s\n' "${bench##*/}"
  "$bench" "$build" || status=1
done
exit $status
