"""Where the program meets the rest of the machine: folders that go, environments, other users,
other machines' records, other names of this one, disks that take no more."""

import fcntl
import http.client
import json
import os
import resource
import shutil
import signal
import subprocess
import time

from checks import Skip, check, check_exit, test
from place import alive, lines_of, wait_for

NOBODY = 65534


def run_in(place, folder, variables, *words):
    folder.mkdir(exist_ok=True)
    return subprocess.run(place.command(*words), capture_output=True, text=True, timeout=120,
                          cwd=folder, env={**os.environ, **variables}, stdin=subprocess.DEVNULL)


def telling_worker(place):
    """The fake worker; it first says where it stands and what it was given."""
    path = place.folder / "telling"
    path.write_text(f"#!/bin/sh\n(pwd -P; echo $DOORS; echo $DOORS_TOKEN) >$ENIGMA_ATTEMPT_DIR/told\n"
                    f"ENIGMA_FAKE= exec {place.bin}/fake_worker\n")
    path.chmod(0o755)
    return path


@test
def folders_go_and_environments_stay(place):
    first, second = place.folder / "first", place.folder / "second"
    telling_worker(place)
    check_exit(run_in(place, first, {"DOORS": "of the controller"}, "submit",
                      place.spec("one", seeds=[0]), "--worker", "../telling", "--wait"), 0)
    shutil.rmtree(first)
    pid = place.address()["pid"]
    words = ("submit", place.spec("two", seeds=[1]), "--worker", "../telling", "--wait")
    given = {"DOORS": "of the submitter", "DOORS_TOKEN": "word"}
    check_exit(run_in(place, second, given, *words), 0)
    check(place.address()["pid"] == pid, "the controller is the first one")
    shutil.rmtree(second)
    for attempt in place.attempts():
        folder, told, secret = (attempt / "told").read_text().split("\n")[:3]
        check(folder == str(attempt.resolve()), f"a worker stands in {folder}")
        shown = place.show(attempt.parent.name)["environment"]
        check(shown["DOORS"] == told, f"show says {shown['DOORS']}, the worker got {told}")
        if told == "of the submitter":
            check(secret == "word" and shown["DOORS_TOKEN"] == "(hidden)", "the secret")
    told = sorted((attempt / "told").read_text().split("\n")[1] for attempt in place.attempts())
    check(told == ["of the controller"] * 2 + ["of the submitter"] * 2, f"{told}")
    check(b"of the submitter" not in (place.store / "runs.db").read_bytes(), "not in the table")
    for file in (place.store / "environments").iterdir():
        check(file.stat().st_mode & 0o77 == 0, f"{file} is for its owner alone")


def record_of_another_machine(place):
    address = {**place.address(), "host": "elsewhere", "pid": 4711}
    (place.store / "controller.json").write_text(json.dumps(address))


@test
def record_of_another_machine_is_taken_over_or_named(place):
    check_exit(place.run("submit", place.spec("one", seeds=[0]), "--worker", place.worker(),
                         "--wait"), 0)
    record = (place.store / "controller.json").read_text()
    place.kill_controller()
    (place.store / "controller.json").write_text(record)
    record_of_another_machine(place)
    with open(place.store / "lock", "r+b") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for words in ("submit", place.spec("two", seeds=[1]), "--worker", place.worker()), ("serve",):
            refused = place.run(*words)
            check_exit(refused, 6)
            for word in "elsewhere", "enigma-sweep serve --store", "4711":
                check(word in refused.stderr, f"{words[0]} does not say {word}: {refused.stderr}")
    check_exit(place.run("submit", place.spec("two", seeds=[1]), "--worker", place.worker(),
                         "--wait"), 0)
    check(place.address()["host"] != "elsewhere", "the record is ours")


def answer_to(place, path, bearer=None, host=None):
    where = place.address()["url"].removeprefix("http://")
    connection = http.client.HTTPConnection(where, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host or where)
    if bearer:
        connection.putheader("Authorization", f"Bearer {bearer}")
    connection.endheaders()
    return connection.getresponse().status


@test
def loopback_is_no_fence(place):
    check_exit(place.run("submit", place.spec(seeds=[0]), "--worker", place.worker(), "--wait"), 0)
    run, secret = sorted(place.runs())[0], place.address()["secret"]
    port = place.address()["url"].rsplit(":", 1)[1]
    paths = "/api/v1/status", f"/api/v1/runs/{run}", f"/api/v1/runs/{run}/metrics", "/metrics"
    for path in paths:
        check(answer_to(place, path) == 401, f"{path} is read without a token")
        check(answer_to(place, path, "0" * 32) == 401, f"{path} is read with another token")
        check(answer_to(place, path, secret) == 200, f"{path} is not read with the token")
        check(answer_to(place, path, secret, f"evil.example:{port}") == 421, f"{path} by any name")
        check(answer_to(place, path, secret, f"localhost:{port}") == 200, f"{path} of localhost")
    check(answer_to(place, "/healthz") == 200, "health is no secret")
    check(answer_to(place, "/api/v1/status?sweep=%ff", secret) == 400, "bytes that are no text")
    check(answer_to(place, "/api/v1/runs/%1b%5b31m", secret) == 404, "no such run")
    check("\x1b" not in (place.store / "controller.log").read_text(), "the log is plain text")


@test
def workers_report_to_an_address_of_ipv6(place):
    place.store.mkdir()
    for address in "::1", "localhost":
        controller = place.start("serve", "--address", address)
        try:
            wait_for(lambda: controller.poll() is not None
                     or (place.store / "controller.json").exists(), "a controller")
            if controller.poll() is not None:
                raise Skip(f"{address}: {controller.stderr.read().strip()}")
            name = "six" if address == "::1" else "named"
            check_exit(place.run("submit", place.spec(name, seeds=[len(name)], budgets=[4e9]),
                                 "--worker", place.worker(), "--wait"), 0)
            check(address != "::1" or place.address()["url"].startswith("http://[::1]:"), "the URL")
        finally:
            controller.terminate()
            controller.communicate(timeout=20)


def as_reader(place, *words):
    """The command by a user who may not write the store. A copy of the program, because the checkout
    may lie where only its owner goes."""
    program, *rest = map(str, place.command(*words))
    copy = place.folder.parent / "program-of-all"
    if not copy.exists():
        shutil.copy(program, copy)
        copy.chmod(0o755)
    other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
    return subprocess.run([copy, *rest], capture_output=True, text=True, timeout=60,
                          cwd="/", stdin=subprocess.DEVNULL, **other)


@test
def store_is_read_without_permission_to_write(place):
    check_exit(place.run("submit", place.spec(), "--worker", place.worker(), "--wait"), 0)
    place.folder.parent.chmod(0o755)
    run = sorted(place.runs())[0]
    asked = ("status", "--json"), ("show", run, "--json"), ("export", "sweep", "--csv"), \
        ("metrics", run, "--csv")
    open_to_all = [place.run(*words).stdout for words in asked]
    for step in "while the controller runs", "after its end":
        place.store.chmod(0o555)
        for words, expected in zip(asked, open_to_all):
            seen = as_reader(place, *words)
            check_exit(seen, 0)
            if words[0] in ("export", "metrics"):
                check(seen.stdout == expected, f"{words[0]} {step} differs")
        fit = as_reader(place, "fit", "sweep", "--json")
        check(fit.returncode in (0, 7), f"fit {step}: {fit.stderr}")
        place.store.chmod(0o755)
        if step.startswith("while"):
            place.kill_controller(signal.SIGTERM)
    place.store.chmod(0o555)
    (place.store / "runs.db").chmod(0)
    refused = as_reader(place, "status")
    place.store.chmod(0o755)
    check_exit(refused, 1)
    check("permission" in refused.stderr and "move" not in refused.stderr, refused.stderr)


@test
def controller_that_ends_at_once_says_why(place):
    place.store.mkdir()
    (place.store / "runs.db").write_text("x" * 5000)
    for words in ("submit", place.spec(), "--worker", place.worker()), ("cancel", "sweep"):
        refused = place.run(*words)
        check_exit(refused, 1)
        check("damaged" in refused.stderr, f"{words[0]}: {refused.stderr}")
    (place.store / "runs.db").unlink()
    (place.store / "secret").mkdir()
    refused = place.run("submit", place.spec(), "--worker", place.worker())
    check_exit(refused, 1)
    check(str(place.store / "secret") in refused.stderr, refused.stderr)


@test
def disk_that_takes_no_more_is_waited_out(place):
    worker = place.worker(words="seconds=2")
    check_exit(place.run("submit", place.spec(seeds=[0], budgets=[8e9]), "--worker", worker), 0)
    [attempt] = wait_for(place.attempts, "an attempt")
    wait_for(lambda: lines_of(attempt / "spool.jsonl", "metrics"), "a report")
    pid, log = place.address()["pid"], place.store / "controller.log"
    size = log.stat().st_size + 2000  # room for a word in the log, none for the store
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    wait_for((attempt / "exit.json").exists, "the worker's end")
    wait_for(lambda: "waiting until it can" in log.read_text(), "the word in the log")
    check("disk" in place.run("status").stderr, "status says that the controller waits")
    time.sleep(20)  # as many turns as would end a controller that counts them
    check(alive(pid), f"the controller has given up: {log.read_text()[-500:]}")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wait_for(lambda: set(place.runs().values()) == {"done"}, "the end", 60)
    wait_for(lambda: "goes on" in log.read_text(), "the word that it goes on", 10)
    for spool in place.store.glob("runs/*/attempt-*/spool.jsonl"):
        check(lines_of(spool, "done"), f"{spool} is whole")
