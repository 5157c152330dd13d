#!/usr/bin/env bash
# The published JSON Schema in a validator that is not ours (ajv), over examples, specs and counter-examples.
#   tests/schema/run.sh BUILD_DIR
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)

skip() { echo "SKIP schema: $*"; exit 0; }

command -v npm >/dev/null || skip "no Node.js here (Debian's nodejs and npm)"
work=$build/schema # a copy: nothing is installed into the tree
mkdir -p "$work"
cp "$here"/*.mjs "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$work"
cd "$work" || exit 1
if ! cmp -s package-lock.json node_modules/lock; then
  npm ci --silent --no-progress >npm.log 2>&1 || skip "ajv cannot be had (npm ci failed)"
  cp package-lock.json node_modules/lock
fi
node verdicts.mjs "$build" "$here/../.."
