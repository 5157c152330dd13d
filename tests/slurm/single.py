"""Runs of one process: arrays, preemption, a controller that dies, a scheduler that is silent."""

import collections
import json
import os
import random
import signal
import socket
import time

from checks import check, check_exit, test
from cluster import check_curves, finish, finish_started, submit
from place import lines_of, wait_for


@test
def arrays_to_the_end(place, cluster):
    """A sweep goes through as one array, and every run is done once."""
    submit(place, cluster, seeds=range(6), worker="seconds=1")
    finish(place, 12)
    check(set(place.runs().values()) == {"done"}, str(place.runs()))
    check(len(place.attempts()) == 12, f"{len(place.attempts())} attempts of 12 runs")
    names = {job[1] for job in cluster.jobs("all") if job[1].startswith("enigma-")}
    mine = {f"enigma-{folder.name}" for folder in place.store.glob("jobs/*")}
    check(len(mine) == 1 and mine <= names, f"arrays: {mine}")
    check_curves(place)


@test
def no_open_port(place, cluster):
    """Reports come through the shared file system: a worker has no address to post to."""
    submit(place, cluster, seeds=[0], budgets=[4e9], worker="seconds=1,silent")
    finish(place, 1)
    shown = place.show(next(iter(place.runs())))
    check(shown["state"] == "done", shown["why"])
    check(shown["attempts"][0]["executor"] == "slurm", str(shown["attempts"]))


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


def reported_over_http(place, cluster, name, url, port):
    """How many reports of a job the controller has acknowledged over HTTP, and how many its spool has."""
    controller = place.start("serve", "--port", str(port), "--report-url", url)
    wait_for(lambda: (place.store / "controller.json").exists(), "the controller")
    submit(place, cluster, name=name, seeds=[0], budgets=[4e9 if name == "near" else 8e9], worker="seconds=2")
    wait_for(lambda: len(place.runs()) == (1 if name == "near" else 2), "the run")
    finish(place, len(place.runs()))
    controller.send_signal(signal.SIGTERM)
    controller.wait(30)
    attempt = max(place.attempts(), key=lambda folder: folder.stat().st_mtime)
    told = attempt / "acknowledged"
    return int(told.read_text()) if told.exists() else 0, len(lines_of(attempt / "spool.jsonl"))


@test
def reports_over_http(place, cluster):
    """Jobs post their reports where they are told to; where nobody answers, the shared file system brings them."""
    port = free_port()
    acknowledged, lines = reported_over_http(place, cluster, "near", f"http://127.0.0.1:{port}", port)
    check(acknowledged == lines > 10, f"{acknowledged} of {lines} reports came over HTTP")
    acknowledged, lines = reported_over_http(place, cluster, "far", f"http://127.0.0.1:{free_port()}", port)
    check(acknowledged == 0 and lines > 10, f"{acknowledged} of {lines} reports came over HTTP")
    check(set(place.runs().values()) == {"done"}, str(place.runs()))
    executors = {place.show(run)["attempts"][0]["executor"] for run in place.runs()}
    check(executors == {"slurm"}, str(executors))
    check_curves(place)


@test
def preempted_and_requeued(place, cluster):
    """Preempted jobs checkpoint, go back into the queue by themselves and go on where they were."""
    submit(place, cluster, seeds=range(2), worker="seconds=25")
    wait_for(lambda: len([job for job in cluster.ours() if job[2] == "RUNNING"]) == 4, "4 running jobs")
    wait_for(lambda: all(lines_of(a / "spool.jsonl", "metrics") for a in place.attempts()), "first metrics")
    cluster.preempt(4)
    finish(place, 4)
    check(set(place.runs().values()) == {"done"}, str({r: place.show(r)["why"] for r in place.runs()}))
    classes = collections.Counter(a["class"] for r in place.runs() for a in place.show(r)["attempts"])
    check(classes["preempted"] >= 4 and set(classes) <= {"preempted", None}, str(classes))
    check_curves(place)
    check(len(list(place.store.glob("jobs/*"))) == 1, "a preempted job was submitted again")


@test
def preempted_by_cancelling(place, cluster):
    """PreemptMode=CANCEL ends a job for good, without grace: it is submitted again."""
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=10",
           retry={"preempted": {"backoff_s": 1}, "node_failure": {"backoff_s": 1}})
    finish_started(place, cluster)
    job = cluster.ours()[0][0]
    cluster.ask("scancel", "--signal=KILL", "--full", job)
    finish(place, 1)
    shown = place.show(next(iter(place.runs())))
    check(shown["state"] == "done", shown["why"])
    check(len(shown["attempts"]) >= 2, str(shown["attempts"]))
    check_curves(place)


@test
def controller_killed(place, cluster):
    """The controller is killed at random moments: no run is submitted twice, none is lost."""
    submit(place, cluster, seeds=range(4), worker="seconds=2")
    chance = random.Random(int(os.environ.get("ENIGMA_SEED", "1")))
    for _ in range(6):
        time.sleep(chance.uniform(0.05, 1.5))
        place.kill_controller()
        check_exit(place.run("submit", str(place.folder / "sweep.json"), "--worker", str(place.folder / "worker")), 0)
    finish(place, 8)
    check(set(place.runs().values()) == {"done"}, str(place.runs()))
    check(len(place.attempts()) == 8, f"{len(place.attempts())} attempts of 8 runs")
    check_curves(place)


@test
def runs_on_without_a_controller(place, cluster):
    """Nobody watches while a job is preempted and goes on; the controller numbers it when it is back."""
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=30")
    finish_started(place, cluster)
    place.kill_controller()
    cluster.preempt(3)
    wait_for(lambda: len(place.attempts()) == 2 and lines_of(place.attempts()[1] / "spool.jsonl", "done"),
             "the second attempt's end", 120)
    check_exit(place.run("submit", str(place.folder / "sweep.json"), "--worker", str(place.folder / "worker")), 0)
    finish(place, 1)
    shown = place.show(next(iter(place.runs())))
    check(shown["state"] == "done", shown["why"])
    check([a["number"] for a in shown["attempts"]] == [1, 2], str(shown["attempts"]))
    check_curves(place)


@test
def cancelled(place, cluster):
    """A cancelled sweep leaves no job behind, and none comes back."""
    submit(place, cluster, seeds=range(8), worker="seconds=30")
    wait_for(lambda: place.attempts(), "a first attempt")
    check_exit(place.run("cancel", "sweep"), 0)
    finish(place, 16)
    check(set(place.runs().values()) == {"cancelled"}, str(place.runs()))
    wait_for(lambda: not cluster.ours(), "the jobs' end", 60)


@test
def side_by_side(place, cluster):
    """One controller drives this machine and the cluster."""
    submit(place, cluster, seeds=[0], worker="seconds=1")
    check_exit(place.run("submit", place.spec(name="here", budgets=[3e9, 5e9], seeds=[0]), "--worker",
                         place.worker(words="seconds=1")), 0)
    finish(place, 4)
    executors = collections.Counter(place.show(r)["attempts"][0]["executor"] for r in place.runs())
    check(executors == {"local": 2, "slurm": 2}, str(executors))


@test
def a_silent_scheduler(place, cluster):
    """A scheduler that answers nothing is no proof of anything: jobs go on, nothing starts twice."""
    submit(place, cluster, seeds=range(2), worker="seconds=8")
    finish_started(place, cluster)
    cluster.kill("slurmctld", signal.SIGSTOP)
    time.sleep(6)
    cluster.kill("slurmctld", signal.SIGCONT)
    finish(place, 4)
    check(set(place.runs().values()) == {"done"}, str({r: place.show(r)["why"] for r in place.runs()}))
    check(len(place.attempts()) == 4, f"{len(place.attempts())} attempts of 4 runs")
