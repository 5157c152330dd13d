#!/usr/bin/env bash
# The programs under /opt/enigma-sweep, on a bare Debian 12: what the Dockerfile and the Apptainer definition run.
#   cmake/image/build.sh [OUT]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
cmake/setup.sh --yes
cmake --preset release -DENIGMA_TESTS=OFF
cmake/bundle.sh "${1:-/opt/enigma-sweep}"
