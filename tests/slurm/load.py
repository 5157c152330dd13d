"""What the controller costs a scheduler and a login node, and what a short run costs beside other ways; printed as figures.

Not part of tests/run.sh: tests/slurm/run.sh BUILD load. ENIGMA_LOAD_RUNS: short runs of each way (1000).
"""

import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from checks import Skip, check, check_exit, test
from cluster import submit
from place import wait_for

COMMANDS = ("squeue", "sacct", "scontrol", "sbatch", "scancel", "sinfo")
WATCHED_S = 60
RUNS = int(os.environ.get("ENIGMA_LOAD_RUNS", "1000"))


def count_calls(folder):
    """Wrappers before the real commands, which note each call. The environment to use them."""
    folder.mkdir()
    for name in COMMANDS:
        real = shutil.which(name)
        wrapper = folder / name
        wrapper.write_text(f"#!/bin/sh\necho {name} >>{folder}/calls\nexec {real} \"$@\"\n")
        wrapper.chmod(0o755)
    os.environ["PATH"] = f"{folder}:{os.environ['PATH']}"
    return folder / "calls"


def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load_of(place, cluster, jobs, calls):
    """Calls and CPU seconds of a minute in which so many jobs wait."""
    site = place.folder / "site.json"
    site.write_text(json.dumps({"name": "held", "as_of": "2026-11-01", "options": {"hold": ""},
                                "partitions": [{"name": "low", "preempts": "requeue"}]}))
    begin = time.monotonic()
    submit(place, cluster, seeds=range(jobs), budgets=[8e9], site="site.json")
    wait_for(lambda: len(cluster.ours()) == jobs, f"{jobs} jobs in the queue", 300)
    submitted_s = time.monotonic() - begin
    time.sleep(10)
    pid = place.address()["pid"]
    before, from_s = calls.read_text().split(), cpu_s(pid)
    time.sleep(WATCHED_S)
    after, to_s = calls.read_text().split(), cpu_s(pid)
    queries = sum(name in ("squeue", "sacct") for name in after[len(before):])
    print(f"{jobs} waiting jobs: {submitted_s:.1f} s until they stood in the queue, {after.count('sbatch')} calls of "
          f"sbatch; {queries} queries and {to_s - from_s:.2f} s of CPU in {WATCHED_S} s: "
          f"{3600 * (to_s - from_s) / WATCHED_S:.0f} CPU seconds an hour", flush=True)
    check_exit(place.run("cancel", "sweep"), 0)
    wait_for(lambda: not cluster.ours(), "an empty queue", 300)
    place.stop()
    calls.unlink()
    return queries


@test
def queries_do_not_grow(place, cluster):
    """As many queries for 5,000 jobs as for 10."""
    calls = count_calls(place.folder / "wrappers")
    queries = {}
    for jobs in (10, 1000, 5000):
        place.store = place.folder / f"store-{jobs}"
        queries[jobs] = load_of(place, cluster, jobs, calls)
    check(max(queries.values()) <= min(queries.values()) + 1, str(queries))


def by_hand(cluster):
    """An array of `true`, driven by hand."""
    begin = time.monotonic()
    cluster.ask("sbatch", "--wait", "-o", "/dev/null", f"--array=0-{RUNS - 1}", "--wrap", "true")
    return time.monotonic() - begin


def by_submitit(folder):
    """The same through submitit, where it can be installed."""
    target = pathlib.Path(tempfile.gettempdir(), "enigma-submitit")
    if not target.exists() and subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--target", target,
                                               "submitit==1.5.3"], capture_output=True).returncode != 0:
        return None
    program = ("import submitit, sys\n"
               f"executor = submitit.AutoExecutor(folder='{folder}/submitit')\n"
               "executor.update_parameters(timeout_min=10, slurm_partition='low', slurm_array_parallelism=1000)\n"
               f"jobs = executor.map_array(abs, range({RUNS}))\n"
               f"assert [job.result() for job in jobs] == list(range({RUNS}))\n")
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True,
                   env={**os.environ, "PYTHONPATH": str(target)})
    return time.monotonic() - begin


def worker_that_does_nothing(place):
    """It says what a run must say to be done."""
    path = place.folder / "worker"
    path.write_text("""#!/bin/sh
steps=$(sed -n 's/.*"steps": *\\([0-9]*\\).*/\\1/p' "$ENIGMA_POINT")
say() {
  printf '{"run":"%s","attempt":{"job":%d,"index":0,"restart":0,"start_ns":1},"seq":%d,"at":%d,%s}\\n' \\
    "$ENIGMA_RUN" $$ "$1" "$at" "$2"
}
at=$(date +%s)
{
  say 1 '"kind":"hello","world":1,"devices":[],"revision":"none"'
  say 2 '"kind":"eval","step":'"$steps"',"strategy":"none","tier":"test","loss":1,"baseline_loss":1,"correlation":null,"se":null,"n":1'
  say 3 '"kind":"done","step":'"$steps"',"flops":1'
} >>"$ENIGMA_ATTEMPT_DIR/spool.jsonl"
""")
    path.chmod(0o755)
    return str(path)


@test
def short_runs_beside_other_ways(place, cluster):
    """Runs that do nothing, through arrays: what each costs."""
    begin = time.monotonic()
    spec = place.spec(executor="slurm", seeds=range(RUNS), budgets=[8e9])
    check_exit(place.run("submit", spec, "--worker", worker_that_does_nothing(place)), 0)
    while list(place.runs().values()).count("done") < RUNS:
        check(time.monotonic() - begin < 1500, f"not done in time: {collections.Counter(place.runs().values())}")
        time.sleep(0.5)
    seconds = {"enigma-sweep": time.monotonic() - begin, "sbatch by hand": by_hand(cluster)}
    other = by_submitit(place.folder)
    if other is not None:
        seconds["submitit"] = other
    for way, total in seconds.items():
        print(f"{RUNS} short runs, {way}: {total:.1f} s, {1000 * total / RUNS:.0f} ms a run", flush=True)
    if other is None:
        raise Skip("submitit could not be installed; the other two ways are above")
