#!/usr/bin/env bash
# Whether two builds answer alike: ids, digests, documents and fits of the one against the other's, to the
# byte (but for `seconds`, folders and dates). For commits that move or simplify.
#   tests/compare_builds.sh BUILD_DIR OTHER_BUILD_DIR
# Prints PASS / FAIL lines; reads ENIGMA_SHARED where it is there.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
first=$(realpath "${1:?a build folder}") second=$(realpath "${2:?another build folder}")
shared=$(realpath "${ENIGMA_SHARED:-$root/../shared}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# same NAME PROGRAM ARGUMENTS…: what PROGRAM of both builds prints and how it exits.
same() {
  local name=$1 program=$2 build
  shift 2
  for build in "$first" "$second"; do
    rm -rf "$work/run" && mkdir "$work/run"
    (cd "$work/run" && timeout 300 "$build/bin/$program" "$@" 2>&1; echo "exit status $?") |
      sed -E "s#$build#BUILD#g; s/\"seconds\": ?[0-9.e+-]+/\"seconds\": 0/" >"$work/answer-$([ "$build" = "$first" ] && echo 1 || echo 2)"
  done
  if cmp -s "$work/answer-1" "$work/answer-2"; then echo "PASS equal: $name ($(wc -c <"$work/answer-1") bytes)"; else
    diff "$work/answer-1" "$work/answer-2" | cut -c1-300 | head -n 10
    echo "FAIL equal: $name"
    status=1
  fi
}

# same_import FILE: the files that an import makes.
same_import() {
  local build number=1
  for build in "$first" "$second"; do
    rm -rf "$work/out"
    { timeout 300 "$build/bin/enigma-data" import --from nwb "$1" --out "$work/out" 2>&1; echo "exit status $?"
      [ -d "$work/out" ] && (cd "$work/out" && find . -type f | sort | xargs sha256sum); } >"$work/import-$number"
    number=2
  done
  if cmp -s "$work/import-1" "$work/import-2"; then
    echo "PASS equal: import ${1##*/} ($(grep -c '^[0-9a-f]\{64\}' "$work/import-1") files)"
  else
    diff "$work/import-1" "$work/import-2" | cut -c1-300 | head -n 10
    echo "FAIL equal: import ${1##*/}"
    status=1
  fi
}

same schema enigma-sweep schema
for build in "$first" "$second"; do
  "$build/bin/enigma-data" generate --out "$work/made-$(basename "$(dirname "$build")")-$(basename "$build")" \
    --sessions 3 --animals 2 --neurons 20 --minutes 4 --seed 1 >"$work/generate" 2>&1 || cat "$work/generate"
done
made=$(ls -d "$work"/made-* | head -n 1)
for folder in "$work"/made-*; do (cd "$folder" && find . -type f | sort | xargs sha256sum) >"$folder.digests"; done
if [ "$(sort -u "$work"/made-*.digests | wc -l)" = "$(wc -l <"$made.digests")" ]; then echo "PASS equal: files of generated recordings"; else
  echo "FAIL equal: files of generated recordings"; status=1
fi
same "inspect generated" enigma-data inspect "$made" --json
same "verify generated" enigma-data verify "$made" --json
for spec in "$root"/examples/*.json "$root"/tests/specs/*.json; do
  same "plan ${spec##*/}" enigma-sweep --json plan "$spec" --data "$made"
  same "plan ${spec##*/} in words" enigma-sweep plan "$spec" --data "$made"
done
for folder in "$shared"/recordings/steinmetz "$shared"/recordings/experanto-cases; do
  [ -d "$folder" ] && same "inspect ${folder##*/}" enigma-data inspect "$folder" --json
done
for file in "$shared"/recordings/nwb/*.nwb "$shared"/cases/nwb/*.nwb; do
  [ -e "$file" ] && same_import "$file"
done

laws=$shared/laws
fit() { # FILE MAP FORM [MORE…]
  local file=$1 map=$2 form=$3
  shift 3
  [ -e "$laws/$file" ] || { echo "SKIP equal: $file is not there"; return; }
  same "fit $form $file $*" enigma-sweep --json fit --csv "$laws/$file" --map "$map" --form "$form" --seed 1 "$@"
}
chinchilla="N=Model Size,C=Training FLOP,loss=loss"
for form in chinchilla tied kaplan; do fit epoch-chinchilla/svg_extracted_data.csv "$chinchilla" $form --bootstrap case:200; done
for form in isoflop:parabola isoflop:akima isoflop:cubic envelope; do fit isoflop/raw_epochai_chinchilla.csv "N=params,D=tokens,C=budget,loss=loss" $form --bootstrap case:100; done
fit kyo-takano-chinchilla/df.csv "N=N,D=D,C=C,loss=loss" chinchilla --bootstrap case:100
fit gadre/models_rpj.csv "N=params,D=tokens,loss=loss" overtrained --bootstrap none
exit $status
