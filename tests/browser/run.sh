#!/usr/bin/env bash
# The page of `enigma-sweep serve` in a real browser, and the unit tests of web/.
#   tests/browser/run.sh BUILD_DIR
# Prints one line PASS / FAIL / SKIP for each test; pictures of all views lie in BUILD_DIR/screenshots.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "$1" && pwd)

skip() { echo "SKIP page: $*"; exit 0; }

command -v npm >/dev/null || skip "no Node.js here (Debian's nodejs and npm)"
[ -d "$build/page/web/node_modules" ] || skip "this build has no page"
chromium=$(command -v chromium || command -v chromium-browser) || skip "no Chromium here (Debian's chromium)"

# Both are copies: nothing is installed into the tree.
web=$build/page/web tests=$build/page/browser
mkdir -p "$tests"
cp -r "$here/../../web/test" "$here/../../web/vitest.config.ts" "$web"
cp "$here"/*.mjs "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$tests"
cd "$tests" || exit 1
if ! cmp -s package-lock.json node_modules/lock; then
  npm ci --silent --no-progress >npm.log 2>&1 || skip "the packages of the tests cannot be had (npm ci failed)"
  cp package-lock.json node_modules/lock
fi

(cd "$web" && npx vitest run >"$tests/vitest.log" 2>&1) &
unit=$!
status=0
timeout 300 node page.mjs "$build" "$chromium" "$build/screenshots" || status=1
if wait "$unit"; then
  echo "PASS page: unit tests of web/ ($(sed 's/\x1b\[[0-9;]*m//g' "$tests/vitest.log" | awk '/ Tests /{print $2, $3}'))"
else
  cat "$tests/vitest.log"
  echo "FAIL page: unit tests of web/"
  status=1
fi
# What is measured has the machine to itself.
timeout 150 node load.mjs "$build" "$chromium" "$build/screenshots" || status=1
exit "$status"
