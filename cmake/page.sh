#!/usr/bin/env bash
# Builds the page of web/ in a folder of its own and writes it as a C++ file.
#   cmake/page.sh FOLDER FILE.cc ON|AUTO
# AUTO: where the packages cannot be had, the program is built without its page, and that is said.
set -euo pipefail
web=$(cd "$(dirname "${BASH_SOURCE[0]}")/../web" && pwd)
folder=$1 out=$2 mode=$3
mkdir -p "$folder"

packages() {
  if cmp -s "$web/package-lock.json" "$folder/node_modules/lock"; then return; fi
  cp "$web/package.json" "$web/package-lock.json" "$web/.npmrc" "$folder"
  npm ci --silent --no-progress && cp "$folder/package-lock.json" "$folder/node_modules/lock"
}

build() {
  rm -rf src dist
  cp -r "$web/src" "$web"/index.html "$web"/tsconfig.json "$web"/vite.config.ts "$web"/embed.mjs .
  npm run --silent build -- --logLevel warn && node embed.mjs dist "$out"
}

cd "$folder"
if packages; then build; exit; fi
echo "page: its packages cannot be had (npm ci failed)" >&2
[ "$mode" = AUTO ] || exit 1
echo "page: enigma-sweep is built without it; build again with a network, or with -DENIGMA_PAGE=OFF" >&2
cat >"$out" <<'EOF'
#include "orchestrator/page/page.h"

std::span<const enigma::page::File> enigma::page::files() {
  return {};
}
EOF
