#!/usr/bin/env bash
# Installs what a fresh Debian 12 lacks: Debian packages, and LibTorch 2.11 into a cache folder.
# Safe to repeat: what is there already is neither downloaded nor asked for again.
#   cmake/setup.sh [--for quickstart|tests|control] [--yes]
# ENIGMA_CACHE names the folder for LibTorch (default: the user's cache folder, shared by checkouts).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${ENIGMA_CACHE:-${XDG_CACHE_HOME:-${HOME:-$root}/.cache}/enigma-sweep}
purpose=quickstart
ask=1

usage() { sed -n '2,5p' "$0" | sed 's/^# \{0,1\}//'; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

while [ $# -gt 0 ]; do
  case $1 in
    --for) purpose=${2:?--for wants quickstart, tests or control}; shift ;;
    --yes) ask=0 ;;
    --help) usage; exit 0 ;;
    *) usage >&2; fail "unknown option '$1'" ;;
  esac
  shift
done
[ -t 0 ] && [ -t 2 ] || ask=0

# ---- Debian packages -----------------------------------------------------------------------
build="g++ cmake ninja-build pkg-config ca-certificates libboost1.81-dev
  libboost-program-options1.81-dev nlohmann-json3-dev libsqlite3-dev libsqlitecpp-dev
  libcurl4-openssl-dev libssl-dev libfmt-dev libeigen3-dev libyaml-cpp-dev libhdf5-dev
  libavformat-dev libavcodec-dev libswscale-dev libavutil-dev"
speed="ccache mold"
figure="gnuplot-nox fonts-dejavu-core"
torch="python3 python3-pip unzip libgloo-dev"
cluster="slurmctld slurmd slurm-client slurm-wlm-basic-plugins slurm-wlm-mysql-plugin slurmdbd munge mariadb-server"
page="chromium"
# A Node.js from elsewhere brings its own npm, and Debian's cannot be installed beside it.
command -v node >/dev/null && command -v npm >/dev/null || page="nodejs npm chromium"
check="doctest-dev libvalijson-dev clang-16 libclang-rt-16-dev clang-format-16 clang-tidy-16 lld-16 sqlite3 curl
  python3 procps git $cluster"
case $purpose in
  quickstart) packages="$build $speed $figure $torch" ;;
  control) packages="$build $speed $figure" ;;
  tests) packages="$build $speed $figure $torch $check $page" ;;
  *) fail "--for wants quickstart, tests or control, not '$purpose'" ;;
esac

installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

missing=""
for package in $packages; do installed "$package" || missing="$missing $package"; done

install_packages() {
  local become=""
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then become=sudo; else
      fail "packages are missing and this user is not root. Run:
  apt-get update && apt-get install -y --no-install-recommends$missing"
    fi
  fi
  printf 'setup: refreshing the list of packages\n' >&2
  $become apt-get -q=2 -o DPkg::Lock::Timeout=300 update >&2
  local sizes
  sizes=$(apt-get --assume-no --no-install-recommends install $missing 2>/dev/null |
    grep -E '^(Need to get|After this)' || true)
  printf 'setup: to install:%s\n%s\n' "$missing" "$sizes" >&2
  if [ "$ask" = 1 ]; then
    read -r -p "setup: install these packages? [Y/n] " answer
    case $answer in ""|y|Y|yes) ;; *) fail "nothing was installed" ;; esac
  fi
  $become env DEBIAN_FRONTEND=noninteractive apt-get -q=2 -y --no-install-recommends \
    -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 install $missing >&2
}
if [ -n "$missing" ]; then
  command -v apt-get >/dev/null || fail "this is no Debian: install what$missing stand for by hand"
  install_packages
fi

# ---- LibTorch ------------------------------------------------------------------------------
# Three pinned wheels; of the first only the libraries that a CPU run loads, and the headers.
wheels="torch==2.11.0:7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a
nvidia-cuda-cupti==13.0.85:4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8
nvidia-cuda-runtime==13.0.96:7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"
libtorch=$cache/libtorch-2.11.0

download_wheel() { # NAME==VERSION SHA256 FOLDER
  python3 -m pip --disable-pip-version-check download -q --no-deps --only-binary=:all: \
    --python-version 311 --implementation cp --platform manylinux_2_28_x86_64 \
    --platform manylinux_2_25_x86_64 --platform manylinux_2_17_x86_64 \
    --platform manylinux2014_x86_64 --dest "$3" "$1" >&2 ||
    fail "could not download $1; without a network, put LibTorch 2.11 at $libtorch or build with
  -DENIGMA_LIBTORCH=DIR"
  local file
  file=$(ls "$3"/*.whl)
  printf '%s  %s\n' "$2" "$file" | sha256sum -c --quiet - >&2 || fail "$1: wrong SHA-256"
}

unpack_wheel() { # FILE FOLDER
  unzip -q -o "$1" 'torch/include/*' 'torch/lib/libc10.so' 'torch/lib/libtorch_cpu.so' \
    'torch/lib/libtorch.so' 'torch/lib/libgomp*' 'nvidia/cu13/lib/*' -d "$2" 2>/dev/null ||
    [ $? -le 11 ] # 11: a pattern that this wheel has nothing for
}

if [ "$purpose" != control ] && [ ! -e "$libtorch/whole" ]; then
  part=$cache/libtorch-2.11.0.part-$$
  trap 'rm -rf "$part"' EXIT
  mkdir -p "$part"
  for wheel in $wheels; do
    printf 'setup: downloading %s\n' "${wheel%%:*}" >&2
    mkdir -p "$part/wheel"
    download_wheel "${wheel%%:*}" "${wheel##*:}" "$part/wheel"
    unpack_wheel "$part"/wheel/*.whl "$part/tree"
    rm -rf "$part/wheel"
  done
  [ -e "$part/tree/torch/lib/libtorch_cpu.so" ] || fail "the wheels hold no libtorch_cpu.so"
  touch "$part/tree/whole"
  rm -rf "$libtorch"
  mv "$part/tree" "$libtorch"
fi
# ---- What the benchmark of the fit is compared with ------------------------------------------
# Debian's own scipy cannot be installed beside Boost 1.81.
python_packages=$cache/python
if [ "$purpose" = tests ] && [ ! -e "$python_packages/whole" ]; then
  printf 'setup: downloading numpy and scipy\n' >&2
  rm -rf "$python_packages"
  if python3 -m pip --disable-pip-version-check install -q --only-binary=:all: \
    --target "$python_packages" numpy==1.24.2 scipy==1.10.1 >&2; then
    touch "$python_packages/whole"
  else
    printf 'setup: no scipy: the benchmark of the fit will be skipped\n' >&2
  fi
fi
printf 'setup: everything is there\n' >&2
