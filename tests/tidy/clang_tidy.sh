#!/usr/bin/env bash
# clang-tidy (.clang-tidy) over the sources that changed since a commit: those of the working tree against
# ENIGMA_TIDY_SINCE (default: the commit before the last). Prints PASS / FAIL / SKIP lines.
#   tests/tidy/clang_tidy.sh BUILD
set -uo pipefail
build=$1
since=${ENIGMA_TIDY_SINCE:-HEAD~1}
files_max=${ENIGMA_TIDY_FILES_MAX:-24} # a source of LibTorch takes half a minute

if ! git rev-parse --verify --quiet "$since^{commit}" >/dev/null; then
  echo "SKIP clang-tidy: no commit $since to compare with"
  exit
fi
mapfile -t changed < <(git diff --name-only --diff-filter=d "$since" -- '*.cc' | grep -v '^tests/fuzz/')
if [ "${#changed[@]}" -gt "$files_max" ]; then
  echo "SKIP clang-tidy: $((${#changed[@]} - files_max)) of ${#changed[@]} changed sources are beyond the first" \
    "$files_max (ENIGMA_TIDY_FILES_MAX)"
  changed=("${changed[@]:0:$files_max}")
fi
if [ "${#changed[@]}" -eq 0 ]; then
  echo "SKIP clang-tidy: no source changed since $since"
  exit
fi
# The database is GCC's: its warnings are not clang's, and its precompiled headers are nothing that clang reads.
database=$(mktemp -d)
trap 'rm -rf "$database"' EXIT
sed -E 's/ -Winvalid-pch -include [^ "]*cmake_pch\.hxx//g' "$build/compile_commands.json" >"$database/compile_commands.json"
if found=$(printf '%s\n' "${changed[@]}" | xargs -P 2 -n 4 clang-tidy-16 -p "$database" --quiet \
  --extra-arg=-Wno-unknown-warning-option 2>/dev/null); then
  echo "PASS clang-tidy (${#changed[@]} sources)"
else
  printf '%s\n' "$found" | grep -E '(warning|error):' | sort -u
  echo "FAIL clang-tidy"
fi
