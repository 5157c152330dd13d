#!/usr/bin/env bash
# A causal decoder beside the same one in PyTorch, same weights, same tokens, one thread each, in turns. Without PyTorch
# (ENIGMA_PYTHON names a Python that has it) there is nothing to compare with.
#   tests/bench/causal.sh BUILD_DIR [SIZE [PAIRS [MODE…]]]
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=${1:?a build folder}/bin/enigma_bench_causal
python=${ENIGMA_PYTHON:-python3}
[ -x "$program" ] || { echo "SKIP causal: $program was not built"; exit 0; }
"$python" -c 'import torch' 2>/dev/null || { echo "SKIP causal: $python has no PyTorch"; exit 0; }
exec "$python" -B "$here/causal_pytorch.py" "$program" "${2:-124M}" 50304 1 256 3 "${3:-5}" "${@:4}"
