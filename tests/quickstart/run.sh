#!/usr/bin/env bash
# The promise of the README, as a test: examples/quickstart.sh on generated recordings, and a part
# of its sweep on real ones, each twice (the second time nothing is built and nothing starts).
# Prints PASS / FAIL / SKIP lines.
set -uo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
shared=${ENIGMA_SHARED:-$root/../shared}
sweep=$root/build/release/bin/enigma-sweep
work=$(mktemp -d)
stop_controllers() {
  local file
  for file in "$work"/*/controller.json; do
    [ -e "$file" ] && kill "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["pid"])' "$file")" 2>/dev/null
  done
  rm -rf "$work"
}
trap stop_controllers EXIT

quickstart() { "$root/examples/quickstart.sh" --yes --out "$work" "$@" </dev/null; }

check() { # KIND STORE
  "$sweep" --store "$2" export quickstart --json >"$2/export.json"
  "$sweep" --store "$2" fit quickstart --json >"$2/fit.json"
  python3 "$root/tests/quickstart/check.py" "$1" "$sweep" "$2"
}

both_times() { # KIND STORE ARGUMENTS…
  local kind=$1 store=$2 from=$SECONDS
  shift 2
  if quickstart "$@" >"$work/$kind.log" 2>&1; then
    echo "PASS quickstart $kind: completes ($((SECONDS - from)) s)"
  else
    tail -n 60 "$work/$kind.log"
    echo "FAIL quickstart $kind: exit status $?"
    return
  fi
  sed -n '/5\/5/,$p' "$work/$kind.log"
  check "$kind" "$store"
  from=$SECONDS
  if quickstart "$@" >"$work/$kind.again" 2>&1 && ! grep -qE 'Building|downloading' "$work/$kind.again" &&
    [ "$("$sweep" --store "$store" status --json | python3 -c '
import json, sys
runs = json.load(sys.stdin)["runs"]
print(sum(run["attempt"] or 0 for run in runs) == len(runs))')" = True ]; then
    echo "PASS quickstart $kind: the second time nothing is built and nothing starts ($((SECONDS - from)) s)"
  else
    tail -n 30 "$work/$kind.again"
    echo "FAIL quickstart $kind: the second time something was built or started"
  fi
}

# The two smaller sizes and budgets: enough to show that real recordings go all the way.
shorten() {
  python3 - "$root/examples/quickstart.json" <<'PYTHON'
import json, re, sys
text = re.sub(r"^\s*//.*$", "", open(sys.argv[1]).read(), flags=re.M)
spec = json.loads(re.sub(r",(\s*[\]}])", r"\1", text))
for axis in "model.size", "budget.flops":
    spec["axes"][axis] = spec["axes"][axis][:2]
print(json.dumps(spec, indent=1))
PYTHON
}

both_times generated "$work/generated"
if [ -d "$shared/recordings/steinmetz" ]; then
  shorten >"$work/short.json"
  both_times real "$work/steinmetz" --recordings "$shared/recordings/steinmetz" \
    --spec "$work/short.json"
else
  echo "SKIP quickstart real: no recordings at $shared/recordings/steinmetz"
fi
exit 0
