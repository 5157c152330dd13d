#!/usr/bin/env bash
# A folder that runs where nothing can be installed: programs, the libraries that they need, LibTorch.
#   cmake/bundle.sh OUT [--build DIR] [--without-torch] [--without-import]
# --build DIR        a build of the preset `release` (default: build/release; built where it is not)
# --without-torch    leave LibTorch out: users name one with ENIGMA_LIBTORCH
# --without-import   leave enigma-import out, and with it HDF5 and FFmpeg (a hundred libraries)
# Of the system only glibc is needed, as new as the one here. OUT may be moved.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out="" build=$root/build/release torch=1 import=1
fail() { printf 'bundle: %s\n' "$*" >&2; exit 2; }
while [ $# -gt 0 ]; do
  case $1 in
    --build) build=${2:?--build wants a folder}; shift ;;
    --without-torch) torch=0 ;;
    --without-import) import=0 ;;
    --help) sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//'; exit 0 ;;
    -*) fail "unknown option '$1' (--help lists them)" ;;
    *) [ -z "$out" ] || fail "one folder, not '$1' too"; out=$1 ;;
  esac
  shift
done
[ -n "$out" ] || fail "a folder is needed: cmake/bundle.sh OUT"
[ ! -e "$out" ] || fail "$out is there already"

if [ ! -e "$build/build.ninja" ]; then
  (cd "$root" && cmake --preset release -DENIGMA_TESTS=OFF >/dev/null)
fi
cmake --build "$build" --target enigma-sweep enigma-data enigma-import enigma-launch enigma-worker
cmake --install "$build" --prefix "$out" --strip >/dev/null
[ "$import" = 1 ] || rm "$out/bin/enigma-import"

# Every library but glibc's own, which must match the system's loader.
needed() { # PROGRAM…
  ldd "$@" | awk '$2 == "=>" && $3 ~ /^\// { print $3 }' | sort -u |
    grep -vE '/(ld-linux[^/]*|lib(c|m|dl|rt|pthread|resolv|util|nss_[a-z]+|anl)\.so\.[0-9]+)$'
}
mkdir -p "$out/lib"
torch_folder=$(sed -n 's/^ENIGMA_LIBTORCH_FOLDER:INTERNAL=//p' "$build/CMakeCache.txt")
mapfile -t programs < <(find "$out/bin" "$out/libexec" -type f ! -path '*/bin/enigma-worker') # that one is a script
LD_LIBRARY_PATH=$torch_folder/lib needed "${programs[@]}" |
  grep -v "^${torch_folder%/torch}/" | xargs -I {} cp -L {} "$out/lib/"
if [ "$torch" = 1 ]; then
  mkdir -p "$out/lib/torch/lib"
  LD_LIBRARY_PATH=$torch_folder/lib needed "$out/libexec/enigma-worker" | grep "^${torch_folder%/torch}/" |
    xargs -I {} cp -L {} "$out/lib/torch/lib/"
fi
printf '%s: %s, %d libraries\n' "$out" "$(du -sh "$out" | cut -f1)" "$(ls "$out/lib" | wc -l)"
