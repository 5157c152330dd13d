#!/bin/sh
# Starts the worker with its LibTorch: the folder ENIGMA_LIBTORCH (with lib/), else the one beside.
prefix=$(dirname "$(dirname "$(readlink -f "$0")")")
torch=${ENIGMA_LIBTORCH:-$prefix/lib/torch}
LD_LIBRARY_PATH=$torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} exec "$prefix/libexec/enigma-worker" "$@"
