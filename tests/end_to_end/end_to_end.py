"""The control plane end to end; see run.sh. Each test gets a store of its own."""

import contextlib
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

import command_line  # noqa: F401  its tests register themselves
import doors  # noqa: F401
import drills  # noqa: F401
import figures  # noqa: F401
import law  # noqa: F401
import limits  # noqa: F401
import python_worker  # noqa: F401
from checks import TESTS, Skip, check, check_exit, test
from place import ROOT, Place, lines_of, wait_for

SEED = int(os.environ.get("ENIGMA_SEED", random.SystemRandom().randrange(1 << 32)))


def all_done(place, runs):
    states = place.runs()
    return len(states) == runs and set(states.values()) == {"done"}


def check_nothing_lost(place):
    """Every metrics line of every spool stands in the store, once."""
    for run in place.runs():
        rows = json.loads(place.run("metrics", run, "--json", "--all-attempts").stdout)["rows"]
        stored = sorted((r["attempt"], r["step"]) for r in rows if r["name"] == "train_loss")
        written = sorted((int(spool.parent.name.split("-")[1]), line["step"])
                         for spool in place.store.glob(f"runs/{run}/attempt-*/spool.jsonl")
                         for line in lines_of(spool, "metrics"))
        check(stored == written, f"run {run}: {len(written)} reports written, {len(stored)} stored")


@test
def submit_wait_finishes_and_twice_starts_nothing(place):
    spec, worker = place.spec(), place.worker()
    first = place.run("submit", spec, "--worker", worker, "--wait", "--json")
    check_exit(first, 0)
    document = json.loads(first.stdout)
    check(document["schema"] == "enigma.submit/1", "schema")
    check(len(document["submitted"]) == 4, "four points are new")
    check(document["controller"]["pid"] == place.address()["pid"], "the controller's pid")
    check(document["status"]["counts"]["done"] == 4, "four runs are done")
    check("4 of 4 runs done" in first.stderr, "progress is told")
    check_nothing_lost(place)
    again = place.run("submit", spec, "--worker", worker, "--wait", "--json")
    check_exit(again, 0)
    check(json.loads(again.stdout)["submitted"] == [], "nothing is new")
    check(len(place.attempts()) == 4, "no attempt was added")


@test
def controller_killed_20_times(place):
    dice = random.Random(SEED)
    worker = place.worker(words="seconds=3")
    spec = place.spec(budgets=(4e9, 8e9, 16e9), seeds=range(4))
    check_exit(place.run("submit", spec, "--worker", worker), 0)
    for _ in range(20):
        time.sleep(dice.uniform(0.02, 0.9))  # the random moment is the test
        place.kill_controller()
        starting = place.start("serve", "--background")
        wait_for(lambda: (place.store / "controller.json").exists()
                 and place.address()["pid"] == starting.pid, "a controller")
    wait_for(lambda: all_done(place, 12), "the sweep's end", 90)
    check(len(place.attempts()) == 12, f"{len(place.attempts())} attempts of 12 runs")
    for attempt in place.attempts():
        wait_for((attempt / "exit.json").exists, f"the exit file of {attempt}")
        check(json.loads((attempt / "exit.json").read_text())["code"] == 0, f"exit of {attempt}")
    check_nothing_lost(place)
    for run in place.runs():
        check(len(place.show(run)["attempts"]) == 1, f"run {run} was submitted once")


@test
def killed_worker_resumes_from_its_checkpoint(place):
    worker = place.worker(words="seconds=1,die_at=0.6,signal=9,first,torn")
    check_exit(place.run("submit", place.spec(seeds=[0], budgets=[8e9]), "--worker", worker,
                         "--wait"), 0)
    [run] = place.runs()
    attempts = place.show(run)["attempts"]
    check([a["class"] for a in attempts] == ["node_failure", None], f"classes: {attempts}")
    check(attempts[1]["resumed_from_step"] > 0, "the second attempt goes on")
    check(attempts[1]["number"] == 2, "the number is the folder's")
    losses = {}
    for spool in place.store.glob("runs/*/attempt-*/spool.jsonl"):
        for line in lines_of(spool, "metrics"):
            loss = line["values"]["train_loss"]
            check(losses.setdefault(line["step"], loss) == loss, "losses repeat bit for bit")


@test
def worker_that_dies_at_once_ends_the_run(place):
    worker = place.worker(words="die_at=0,exit=70")
    spec = place.spec(seeds=[0], budgets=[8e9], retry={"code": {"max": 1, "backoff_s": 0.1}})
    check_exit(place.run("submit", spec, "--worker", worker, "--wait"), 4)
    [run] = place.runs()
    shown = place.show(run)
    check([a["class"] for a in shown["attempts"]] == ["code", "code"], f"{shown['attempts']}")
    check("told to die" in place.run("logs", run).stdout, "the log is shown")


@test
def missing_worker_is_told_before_anything_is_submitted(place):
    check_exit(place.run("submit", place.spec(), "--worker", "/no/such/worker"), 2)
    check(not place.runs(), "nothing was submitted")


@test
def silent_worker_is_read_from_its_spool(place):
    worker = place.worker(words="silent")
    check_exit(place.run("submit", place.spec(), "--worker", worker, "--wait"), 0)
    check_nothing_lost(place)


def bad_lines(place, run):
    return [e["text"] for e in place.show(run)["events"] if e["kind"] == "bad_line"]


def check_bad_line(place, run, number, why):
    told = bad_lines(place, run)
    check(len(told) == 1 and told[0].startswith(f"attempt 1: line {number}: ") and why in told[0],
          f"one bad line, of number {number}: {told}")
    check([a["class"] for a in place.show(run)["attempts"]] == [None], "one attempt, no failure")


@test
def bad_line_of_a_spool_loses_nothing_after_it(place):
    for words in ["bad_line=4,silent", "bad_line=1,cut_end", "bad_line=5"]:
        number = int(words.split(",")[0].split("=")[1])
        spec = place.spec(name=f"line{number}", budgets=[8e9], seeds=[number])
        check_exit(place.run("submit", spec, "--worker", place.worker(words=words), "--wait"), 0)
        [run] = [m["id"] for m in place.status()["runs"] if f"line{number}" in m["sweeps"]]
        check_bad_line(place, run, number, "it is no JSON")
        [spool] = place.store.glob(f"runs/{run}/attempt-1/spool.jsonl")
        lines = spool.read_bytes().rstrip(b"\n").split(b"\n")
        said = [json.loads(line) for k, line in enumerate(lines) if k != number - 1]
        steps = [line["step"] for line in said if line["kind"] == "metrics"]
        rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
        check([r["step"] for r in rows if r["name"] == "train_loss"] == steps, "rows of every line")


@test
def worker_that_writes_nan_finishes(place):
    shared = pathlib.Path(os.environ.get("ENIGMA_SHARED", ROOT.parent / "shared"))
    program = shared / "cases/worker/nan_worker.py"
    if not program.exists():
        raise Skip(f"{program} is not there")
    worker = place.folder / "worker"
    worker.write_text(f"#!/bin/sh\nNAN_AT=3 exec python3 -B {program}\n")
    worker.chmod(0o755)
    check_exit(place.run("submit", place.spec(seeds=[0], budgets=[8e9]), "--worker", worker,
                         "--wait"), 0)
    [run] = place.runs()
    check_bad_line(place, run, 4, "NaN")
    rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
    losses = [r["value"] for r in rows if r["name"] == "train_loss"]
    check(len(losses) == 10 and losses[2] is None, f"ten losses, the third unknown: {losses}")
    for words in [["status"], ["export", "sweep"], ["metrics", run]]:
        check_exit(place.run(*words, "--json"), 0)
        check_exit(place.run(*words), 0)


@test
def cancel_and_resume(place):
    worker = place.worker(words="seconds=3")
    spec = place.spec(budgets=[8e9], seeds=[0])
    check_exit(place.run("submit", spec, "--worker", worker), 0)
    [run] = wait_for(place.runs, "the run")
    spool = place.store / "runs" / run / "attempt-1" / "spool.jsonl"
    wait_for(lambda: lines_of(spool, "checkpoint"), "a checkpoint")
    check_exit(place.run("cancel", run), 0)
    wait_for(lambda: set(place.runs().values()) == {"cancelled"}, "the cancellation")
    wait_for((spool.parent / "exit.json").exists, "the worker's end")
    check(json.loads((spool.parent / "exit.json").read_text())["code"] == 75, "exit code 75")
    check_exit(place.run("cancel", "no-such-run"), 3)
    check_exit(place.run("resume", "sweep"), 0)
    wait_for(lambda: all_done(place, 1), "the end")
    check(place.show(run)["attempts"][-1]["resumed_from_step"] > 0, "it goes on")


@test
def hold_keeps_what_there_is_and_resume_goes_on(place):
    spec = place.spec(budgets=[8e9], seeds=[0])
    check_exit(place.run("submit", spec, "--worker", place.worker(words="seconds=3")), 0)
    [run] = wait_for(place.runs, "the run")
    spool = place.store / "runs" / run / "attempt-1" / "spool.jsonl"
    wait_for(lambda: lines_of(spool, "checkpoint"), "a checkpoint")
    held = json.loads(place.run("hold", "sweep", "--json").stdout)
    check(held["changed"] == [run], f"{held}")
    wait_for(lambda: set(place.runs().values()) == {"held"}, "the hold")
    check_exit(place.run("hold", "no-such-run"), 3)
    check_exit(place.run("resume", run), 0)
    wait_for(lambda: all_done(place, 1), "the end")
    check(place.show(run)["attempts"][-1]["resumed_from_step"] > 0, "it goes on")


@test
def retry_takes_the_runs_that_failed_for_one_reason(place):
    worker = place.worker(words="die_at=0,exit=73")
    spec = place.spec(budgets=[8e9], seeds=[0, 1], retry={"disk_full": {"max": 0}})
    check_exit(place.run("submit", spec, "--worker", worker, "--wait"), 4)
    other = place.spec(name="other", budgets=[8e9], seeds=[2], retry={"code": {"max": 0}})
    check_exit(place.run("submit", other, "--worker", place.worker("other-worker", "die_at=0,exit=70"),
                         "--wait"), 4)
    check(set(place.runs().values()) == {"failed"}, f"{place.runs()}")
    spent = json.loads(place.run("spend", "--json").stdout)["rows"]
    check([(r["sweep"], r["size"], r["class"]) for r in spent] ==
          [("other", "16x1x2", "code"), ("sweep", "16x1x2", "disk_full")], f"{spent}")
    check_exit(place.run("retry"), 2)
    refused = place.run("retry", "--class", "disk-full")
    check_exit(refused, 2)
    check("disk_full" in refused.stderr, refused.stderr)
    check_exit(place.run("retry", "--class", "nan", "no-such-sweep"), 3)
    none = json.loads(place.run("retry", "--class", "nan", "--json").stdout)
    check(none["runs"] == [] and none["changed"] == [], f"{none}")
    failed = sorted(r["id"] for r in place.status()["runs"] if "sweep" in r["sweeps"])
    again = json.loads(place.run("retry", "--class", "disk_full", "--json").stdout)
    check(sorted(again["changed"]) == failed, f"{again}")
    wait_for(lambda: all(len(place.show(run)["attempts"]) == 2 for run in failed), "attempts")


@test
def interrupt_leaves_the_runs_going(place):
    waiting = place.start("submit", place.spec(), "--worker", place.worker(words="seconds=2"),
                          "--wait")
    wait_for(lambda: "running" in place.runs().values(), "a run")
    time.sleep(0.5)
    waiting.send_signal(signal.SIGINT)
    _, said = waiting.communicate(timeout=20)
    check(waiting.returncode == 130, f"exit {waiting.returncode}: {said}")
    check("goes on" in said, "the message says so")
    wait_for(lambda: all_done(place, 4), "the end")


@test
def waiting_restarts_a_dead_controller(place):
    waiting = place.start("submit", place.spec(), "--worker", place.worker(words="seconds=2"),
                          "--wait")
    for line in waiting.stderr:  # the first line of progress: what was asked for is submitted
        if "runs done" in line:
            break
    place.kill_controller()
    _, said = waiting.communicate(timeout=60)
    check(waiting.returncode == 0, f"exit {waiting.returncode}: {said}")
    check("started another" in said, "the restart is told")


@test
def runs_without_a_controller_are_told(place):
    spec = place.spec(budgets=[8e9], seeds=[0])
    check_exit(place.run("submit", spec, "--worker", place.worker(words="seconds=5")), 0)
    wait_for(lambda: set(place.runs().values()) == {"running"}, "the run")
    [run] = place.runs()
    wait_for((place.store / "runs" / run / "attempt-1" / "worker.log").exists, "a log")
    owner = place.status()["controller"]
    check(owner == {key: place.address()[key] for key in ("pid", "url", "host")}, f"{owner}")
    check("no controller" not in place.run("status").stdout, "one is running")
    place.kill_controller()
    check(place.status()["controller"] is None, "nobody owns the store")
    check("no controller is running" in place.run("status").stdout, "status says so")
    followed = place.run("logs", run, "--follow", timeout=20)
    check_exit(followed, 6)
    check("no controller is running" in followed.stderr, f"logs: {followed.stderr}")
    watched = place.run("watch", "sweep")
    check_exit(watched, 0)
    check("started another" in watched.stderr, f"watch: {watched.stderr}")
    check(run[:8] in watched.stdout and "1 of 1 runs done" in watched.stdout, watched.stdout)
    check_exit(place.run("logs", run, "--follow", timeout=20), 0)


@test
def a_log_is_followed_to_the_end_of_a_launcher_that_was_killed(place):
    spec = place.spec(budgets=[8e9], seeds=[0], retry={"node_failure": {"max": 0}})
    check_exit(place.run("submit", spec, "--worker", place.worker(words="seconds=60")), 0)
    wait_for(lambda: set(place.runs().values()) == {"running"}, "the run")
    [run] = place.runs()
    folder = place.store / "runs" / run / "attempt-1"
    wait_for((folder / "worker.log").exists, "a log")
    followed = place.start("logs", run, "--follow")
    note = dict(line.split(" ", 1) for line in (folder / "launch").read_text().splitlines())
    os.kill(int(note["pid"]), signal.SIGKILL)  # its worker dies with it
    check(followed.wait(30) == 0, "it ends with the attempt")
    check(not (folder / "exit.json").exists(), "nobody was left to write an exit file")


def report_line(run, seq=1):
    return json.dumps({"run": run, "attempt": {"job": 1, "index": 0, "restart": 0, "start_ns": 1},
                       "seq": seq, "at": 1.0, "kind": "preempted", "step": 1}) + "\n"


@test
def wrong_reports_are_refused(place):
    check_exit(place.run("submit", place.spec(seeds=[0]), "--worker", place.worker(), "--wait"), 0)
    run = sorted(place.runs())[0]
    token = (place.store / "runs" / run / "attempt-1" / "token").read_text()
    answers = {
        "unknown run": (place.post("/v1/report", report_line("feedfeedfeedfeed"), token), 404),
        "no token": (place.post("/v1/report", report_line(run)), 401),
        "wrong token": (place.post("/v1/report", report_line(run), "0" * 64), 401),
        "malformed": (place.post("/v1/report", '{"run": 5}\n', token), 400),
        "half malformed": (place.post("/v1/report", report_line(run, 90) + "x\n", token), 400),
        "too large": (place.post("/v1/report", "x" * (5 << 20), token), 413),
        "ended run": (place.post("/v1/report", report_line(run, 99), token), 409),
        "no secret": (place.post("/api/v1/cancel", json.dumps({"name": run})), 401),
    }
    wrong = {name: answer for name, answer in answers.items() if answer[0] != answer[1]}
    check(not wrong, f"(answer, expected): {wrong}")


@test
def documents_over_http(place):
    spec = place.spec(seeds=[0])
    check_exit(place.run("submit", spec, "--worker", place.worker(), "--wait"), 0)
    run = sorted(place.runs())[0]
    check(place.get("/healthz").strip() == "ok", "healthz")
    status = json.loads(place.get("/api/v1/status?sweep=sweep"))
    check(status["schema"] == "enigma.status/1" and status["counts"]["done"] == 2, f"{status}")
    shown = json.loads(place.get(f"/api/v1/runs/{run}"))
    check([a["class"] for a in shown["attempts"]] == [None], f"{shown['attempts']}")
    rows = json.loads(place.get(f"/api/v1/runs/{run}/metrics"))["rows"]
    check({"train_loss", "test_loss"} <= {row["name"] for row in rows}, "names of metrics")
    check('enigma_runs{state="done"} 2' in place.get("/metrics"), "OpenMetrics")
    secret = place.address()["secret"]
    check(place.post("/api/v1/plan", pathlib.Path(spec).read_text(), secret) == 200, "plan")
    check(place.post("/api/v1/plan", "{}", secret) == 400, "a bad spec is told")
    check(place.post("/api/v1/cancel", '{"name": "nobody"}', secret) == 404, "no such name")


@test
def a_store_has_one_controller(place):
    check_exit(place.run("submit", place.spec(seeds=[0]), "--worker", place.worker(), "--wait"), 0)
    second = place.run("serve")
    check_exit(second, 6)
    check(str(place.address()["pid"]) in second.stderr, f"it says who: {second.stderr}")


@test
def port_in_use(place):
    first = place.start("serve")
    wait_for((place.store / "controller.json").exists, "a controller")
    port = place.address()["url"].rsplit(":", 1)[1]
    other = Place(place.bin.parent, place.folder / "other", place.data)
    refused = other.run("serve", "--port", port)
    first.terminate()
    check_exit(refused, 1)
    check("in use" in refused.stderr and port in refused.stderr, refused.stderr)
    check(first.wait(20) == 0, "a stopped controller exits with 0")


@test
def database_of_a_newer_version(place):
    place.store.mkdir()
    database = place.store / "runs.db"
    with contextlib.closing(sqlite3.connect(database)) as table:
        table.execute("pragma user_version = 9999")
        table.commit()
    before = hashlib.sha256(database.read_bytes()).hexdigest()
    for words in (["serve"], ["status"], ["submit", place.spec(), "--worker", place.worker()]):
        refused = place.run(*words)
        check_exit(refused, 2)
        check("newer" in refused.stderr, f"{words[0]}: {refused.stderr}")
    check(hashlib.sha256(database.read_bytes()).hexdigest() == before, "nothing was changed")


@test
def unwritable_store(place):
    place.store = pathlib.Path("/proc/enigma")
    refused = place.run("submit", place.spec(), "--worker", place.worker())
    check_exit(refused, 1)
    check("/proc/enigma" in refused.stderr, refused.stderr)


@test
def full_disk_loses_nothing(place):
    if os.geteuid() != 0:
        raise Skip("mounting a small disk needs root")
    place.store.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place.store)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        raise Skip("a small disk cannot be mounted here")
    try:
        filled_and_freed(place)
        place.stop()
    finally:
        subprocess.run(["umount", "-l", str(place.store)], check=True)


def filled_and_freed(place):
    worker = place.worker(words="seconds=3")
    spec = place.spec(seeds=[0, 1, 2], retry={"disk_full": {"max": 20, "backoff_s": 0.5}})
    check_exit(place.run("submit", spec, "--worker", worker), 0)
    wait_for(lambda: "running" in place.runs().values(), "a run")
    filler = place.store / "filler"
    with contextlib.suppress(OSError), open(filler, "wb") as file:
        while True:
            file.write(b"0" * 65536)
            file.flush()
    refused = place.run("submit", place.spec("another", seeds=[7]), "--worker", worker)
    check_exit(refused, 1)
    check("space" in refused.stderr or "full" in refused.stderr, refused.stderr)
    time.sleep(1.5)  # workers and controller meet the full disk
    filler.unlink()
    wait_for(lambda: list(place.runs().values()).count("done") >= 6, "the end", 90)
    check_nothing_lost(place)


@test
def bad_specs_change_nothing(place):
    good = json.loads(pathlib.Path(place.spec()).read_text())
    bad = {
        "unknown key": {**good, "exes": {}},
        "wrong type": {**good, "seeds": "many"},
        "negative budget": {**good, "axes": {**good["axes"], "budget.flops": [-1e9]}},
        "no such session": {**good, "session_sets": {"all": {"list": ["nobody"]}}},
        "no such size": {**good, "axes": {**good["axes"], "model.size": ["21M"]}},
        "later key": {**good, "deadline": 1},
        "unequal lists": {**good, "zip": [{"train.beta2": [0.9, 0.95], "train.epsilon": [1e-9]}]},
        "a circle": {**good, "derive": {"train.shared_lr": "train.session_lr",
                                        "train.session_lr": "train.shared_lr"}},
        "no point": {**good, "where": ["train.lanes > 2"]},
    }
    texts = {name: json.dumps(spec, indent=1) for name, spec in bad.items()}
    texts["torn"] = json.dumps(good)[:-5]
    for name, text in texts.items():
        path = place.folder / "bad.json"
        path.write_text(text)
        refused = place.run("submit", path, "--worker", place.worker(), "--json")
        check_exit(refused, 2)
        told = json.loads(refused.stdout)["diagnostics"]
        check(told and told[0]["message"], f"{name}: no diagnostic")
        check(told[0]["line"] is not None, f"{name}: no line: {told[0]}")
    check_exit(place.run("submit", place.folder / "absent.json"), 3)
    check(not (place.store / "runs.db").exists(), "nothing was begun")


def damage(place, pattern, cut=0, ending=b""):
    """Gives the place recordings of its own, one file of which has lost or changed its end."""
    copy = place.folder / "recordings"
    shutil.copytree(place.data, copy)
    file = sorted(copy.glob(pattern))[0]
    with open(file, "r+b") as data:
        size = data.seek(-len(ending) - cut, os.SEEK_END)
        data.write(ending)
        data.truncate(size + len(ending))
    place.data = copy
    return file


@test
def truncated_recordings_are_refused(place):
    whole = place.data
    for pattern in "*/screen/timestamps.npy", "*/responses/data.mem":
        place.data = whole
        file = damage(place, pattern, cut=100)
        refused = place.run("submit", place.spec(), "--worker", place.worker(), "--json")
        check_exit(refused, 2)
        told = json.loads(refused.stdout)["diagnostics"]
        check(any(d["file"] == str(file) for d in told), f"{file}: {told}")
        shutil.rmtree(place.data)
    check(not (place.store / "runs.db").exists(), "nothing was begun")


@test
def responses_that_are_no_numbers_are_told(place):
    damage(place, "*/responses/data.mem", ending=b"\x00\x7e")  # NaN in float16
    verified = subprocess.run([place.bin / "enigma-data", "verify", place.data],
                              capture_output=True, text=True, timeout=60)
    check_exit(verified, 2)
    check("NaN" in verified.stderr, verified.stderr)


@test
def digests_are_computed_once(place):
    check_exit(place.run("submit", place.spec(), "--worker", place.worker(), "--wait"), 0)
    cache = place.store / "recordings.json"
    check(cache.exists(), "the command line has left its cache to the controller")


def run_one(function, build, folder, data):
    place = Place(build, folder / function.__name__, data)
    from_s = time.monotonic()
    try:
        function(place)
        print(f"PASS {function.__name__} ({time.monotonic() - from_s:.1f} s)", flush=True)
    except Skip as why:
        print(f"SKIP {function.__name__}: {why}", flush=True)
    except Exception as why:  # whatever a test meets, the others go on
        print(f"FAIL {function.__name__}: {type(why).__name__}: {why} (seed {SEED})", flush=True)
        log = place.store / "controller.log"
        if log.exists():
            print(log.read_text()[-2000:])
    finally:
        place.stop()


def main():
    build = sys.argv[1]
    chosen = sys.argv[2:]
    folder = pathlib.Path(tempfile.mkdtemp(prefix="enigma-end-to-end-"))
    print(f"seed {SEED}", flush=True)
    try:
        data = folder / "recordings"
        subprocess.run([pathlib.Path(build) / "bin" / "enigma-data", "generate", "--out", data,
                        "--sessions", "2", "--animals", "1", "--neurons", "16", "--minutes", "1",
                        "--seed", "1"], check=True, capture_output=True)
        for function in TESTS:
            if not chosen or function.__name__ in chosen:
                run_one(function, build, folder, data)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
