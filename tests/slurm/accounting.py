"""With an accounting database: limits on a user's jobs, and jobs that the scheduler has forgotten."""

import json

from checks import check, check_exit, test
from cluster import check_curves, evidence, finish, finish_started, only_run, submit
from place import wait_for


def limit_jobs(cluster, count):
    """The most jobs of this user that the scheduler takes; -1: as many as there are."""
    cluster.ask("sacctmgr", "--immediate", "modify", "user", "root", "set", f"maxsubmitjobs={count}")


@test
def a_submit_limit_means_wait(place, cluster):
    """The scheduler takes three jobs of this user: twelve runs go through it, none is tried in vain."""
    limit_jobs(cluster, 3)
    try:
        submit(place, cluster, seeds=range(6), worker="seconds=1")
        wait_for(lambda: len(cluster.ours()) == 3, "three jobs")
        finish(place, 12, 200)
    finally:
        limit_jobs(cluster, -1)
    check(set(place.runs().values()) == {"done"}, str({r: place.show(r)["why"] for r in place.runs()}))
    check(len(place.attempts()) == 12, f"{len(place.attempts())} attempts of 12 runs")
    classes = {found for run in place.runs() for found, _ in evidence(place, run)}
    check(classes == {None}, str(classes))
    check_curves(place)


@test
def a_forgotten_job(place, cluster):
    """A job that is killed without an exit file, and forgotten by the scheduler: accounting says what became of it."""
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=60,first",
           retry={"node_failure": {"backoff_s": 1}, "preempted": {"backoff_s": 1}})
    finish_started(place, cluster)
    place.kill_controller()
    job = cluster.ours()[0][0]
    cluster.ask("scancel", "--signal=KILL", "--full", job)
    wait_for(lambda: not [each for each in cluster.jobs("all") if each[0] == job], "the job to be forgotten", 90)
    check_exit(place.run("submit", str(place.folder / "sweep.json"), "--worker",
                         place.worker(words="seconds=3")), 0)
    finish(place, 1, 200)
    shown = place.show(only_run(place))
    check(shown["state"] == "done" and len(shown["attempts"]) == 2, str(shown["attempts"]))
    check_curves(place)


@test
def a_time_limit(place, cluster):
    """A job at its time limit is told before, checkpoints and goes on in the next."""
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=80", resources=[{"time_s": 60}])
    finish(place, 1, 300)
    shown = place.show(only_run(place))
    check(shown["state"] == "done", shown["why"])
    classes = [a["class"] for a in shown["attempts"]]
    check(len(classes) >= 2 and set(classes[:-1]) <= {"preempted", "time_limit"} and classes[-1] is None, str(classes))
    check_curves(place)


@test
def doctor_knows_limits(place, cluster):
    """doctor says how many jobs the accounting lets this user have."""
    limit_jobs(cluster, 7)
    try:
        answer = place.run("doctor", "--json")
    finally:
        limit_jobs(cluster, -1)
    checks = json.loads(answer.stdout)["checks"]
    check(any("7" in str(each.get("found")) for each in checks if "limit" in each["name"]), str(checks))
