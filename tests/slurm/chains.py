"""Jobs that follow each other: a run goes on while nobody watches, whatever ended the job before."""

import json

from checks import check, check_exit, test
from cluster import check_curves, finish, finish_started, only_run, submit
from place import lines_of, wait_for


def chained(place, cluster, seconds, fake="", chain=3, **spec):
    submit(place, cluster, seeds=[0], budgets=[8e9], worker=f"seconds={seconds}{fake}",
           resources=[{"chain": chain}], **spec)


def wait_for_attempt(place, number):
    wait_for(lambda: len(place.attempts()) == number and lines_of(place.attempts()[-1] / "spool.jsonl", "metrics"),
             f"metrics of attempt {number}", 90)


@test
def a_chain_goes_on_alone(place, cluster):
    """No controller lives while a job of a chain is killed for good: the next one goes on, and ends the chain."""
    chained(place, cluster, 12)
    finish_started(place, cluster)
    check(len(cluster.ours()) == 3, str(cluster.ours()))
    place.kill_controller()
    (running,) = [job for job in cluster.ours() if job[2] == "RUNNING"]
    cluster.ask("scancel", "--signal=KILL", "--full", running[0])
    wait_for(lambda: len(place.attempts()) == 2 and lines_of(place.attempts()[1] / "spool.jsonl", "done"),
             "the second attempt's end", 90)
    wait_for(lambda: not cluster.ours(), "the end of the chain", 30)
    check_exit(place.run("submit", str(place.folder / "sweep.json"), "--worker", str(place.folder / "worker")), 0)
    finish(place, 1)
    shown = place.show(only_run(place))
    check(shown["state"] == "done", shown["why"])
    check([a["number"] for a in shown["attempts"]] == [1, 2], str(shown["attempts"]))
    check_curves(place)


@test
def a_chain_is_cancelled(place, cluster):
    """Preempted while no controller lives, then cancelled: once, and no job of the chain is left."""
    chained(place, cluster, 60)
    finish_started(place, cluster)
    place.kill_controller()
    cluster.preempt(3)
    wait_for_attempt(place, 2)
    check_exit(place.run("cancel", "sweep"), 0)
    finish(place, 1)
    check(set(place.runs().values()) == {"cancelled"}, str(place.runs()))
    wait_for(lambda: not cluster.ours(), "the jobs' end", 60)
    events = [e for e in json.loads(place.run("show", only_run(place), "--json").stdout).get("events", [])
              if e["kind"] == "cancelled"]
    check(len(events) <= 1, str(events))


@test
def a_chain_ends_at_a_fault(place, cluster):
    """A worker that calls its point wrong ends its chain: the next job does not start, the rules for retries decide."""
    chained(place, cluster, 5, ",die_at=0.3,exit=65", retry={"code": {"max": 0}})
    finish(place, 1)
    check(set(place.runs().values()) == {"failed"}, str(place.runs()))
    wait_for(lambda: not cluster.ours(), "the end of the chain", 30)
    check(len(place.attempts()) == 1, str(place.attempts()))
