"""A whole sweep of real workers, and what a rehearsal finds."""

import collections
import json
import os
import random
import time

from checks import Skip, check, check_exit, test
from cluster import finish_started, only_run, submit
from place import wait_for

RUNS = 24


def finish_under_preemption(place, cluster, chance):
    """High-priority jobs take the nodes for some seconds, time and again; the first takes all of them."""
    deadline = time.monotonic() + 450
    bursts = 0
    while not (len(place.runs()) == RUNS and set(place.runs().values()) == {"done"}):
        check(time.monotonic() < deadline, f"not done in time: {collections.Counter(place.runs().values())}")
        if bursts < 6 and sum(job[2] == "RUNNING" for job in cluster.ours()) >= 4:
            nodes = 4 if bursts == 0 else chance.randint(1, 4)
            bursts += 1
            cluster.preempt(chance.uniform(1, 4), nodes=nodes)
        time.sleep(chance.uniform(3, 6))
    return bursts


@test
def a_sweep_of_real_workers_under_preemption(place, cluster):
    """24 real trainings, preempted at random: each is done once, its curve whole, wasted hours accounted."""
    worker = place.bin / "enigma-worker"
    if not worker.exists():
        raise Skip("enigma-worker was not built")
    chance = random.Random(int(os.environ.get("ENIGMA_SEED", "1")))
    spec = place.spec(executor="slurm", budgets=[2.4e10, 4.8e10], seeds=range(RUNS // 2))
    check_exit(place.run("submit", spec, "--worker", worker), 0)
    bursts = finish_under_preemption(place, cluster, chance)
    check(bursts > 0, "the sweep was over before it was preempted")
    attempts = 0
    for run in place.runs():
        shown = place.show(run)
        attempts += len(shown["attempts"])
        rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
        steps = [row["step"] for row in rows if row["name"] == "train_loss"]
        check(steps == sorted(set(steps)), f"{run}: the curve repeats itself or steps back")
        check(steps[-1] == shown["target_step"], f"{run}: ends at {steps[-1]} of {shown['target_step']}")
        check([a["class"] for a in shown["attempts"]][-1] is None, f"{run}: {shown['attempts'][-1]}")
        check(all(a["device_hours"] is not None for a in shown["attempts"] if a["last_step"]), f"{run}: hours")
        check(sum(1 for a in shown["attempts"] if a["class"] is None) == 1, f"{run}: done once")
    check(attempts > RUNS, "no run was preempted")
    check(not cluster.ours(), str(cluster.ours()))


@test
def a_drill_on_the_cluster(place, cluster):
    """A run is requeued for real: it survives, and nothing that it reported is lost."""
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=40")
    finish_started(place, cluster)
    wait_for(lambda: place.show(only_run(place))["attempts"][0]["last_step"], "the first steps")
    answer = place.run("drill", "preempt", only_run(place), "--json")
    check_exit(answer, 0)
    document = json.loads(answer.stdout)
    check(document["survived"] and document["class"] == "preempted" and document["steps_lost"] == 0, str(document))
    check_exit(place.run("cancel", "sweep"), 0)


@test
def a_plan_with_its_start(place, cluster):
    """plan tells when the scheduler would start a job: now where nodes are free, later where they are taken."""
    spec = place.spec(executor="slurm", seeds=[0], budgets=[8e9], resources=[{"nodes": 2, "time_s": 600}])
    (free,) = json.loads(place.run("plan", spec, "--json").stdout)["points"]
    check(abs(free["earliest_start"] - time.time()) < 60, str(free["earliest_start"]))
    taken = cluster.ask("sbatch", "--parsable", "-p", "high", "-N4", "--exclusive", "--time=30", "-o", "/dev/null",
                        "--wrap", "sleep 60").strip()
    wait_for(lambda: [job for job in cluster.jobs() if job[0] == taken and job[2] == "RUNNING"], "the nodes to be taken")
    (later,) = json.loads(place.run("plan", spec, "--json").stdout)["points"]
    cluster.ask("scancel", taken)
    check(later["earliest_start"] > free["earliest_start"] + 600, f"{free['earliest_start']} {later['earliest_start']}")
