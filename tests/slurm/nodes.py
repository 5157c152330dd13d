"""Nodes and daemons that fail, site profiles, doctor."""

import json
import subprocess
import time

from checks import check, check_exit, test
from cluster import check_curves, evidence, finish, finish_started, only_run, submit
from place import wait_for


@test
def a_node_dies(place, cluster):
    """A node's daemon and its job are killed: the run goes on elsewhere, as a failure of the node."""
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=30",
           retry={"node_failure": {"backoff_s": 1}, "preempted": {"backoff_s": 1}})
    finish_started(place, cluster)
    (node,) = wait_for(lambda: place.show(only_run(place))["attempts"][0]["nodes"], "the node's name")
    launcher = dict(line.split(" ", 1) for line in (place.attempts()[0] / "launch").read_text().splitlines())
    try:
        cluster.kill(f"slurmd-{node}")
        # Its processes die with a node.
        subprocess.run(f"kill -KILL {launcher['pid']}; pkill -KILL -P {launcher['pid']}", shell=True, check=False)
        finish(place, 1, 120)
    finally:
        cluster.start("node", node)
        wait_for(lambda: cluster.node_state(node) in ("idle", "mix", "alloc"), f"{node} to come back", 60)
    shown = place.show(only_run(place))
    check(shown["state"] == "done", shown["why"])
    check(shown["attempts"][0]["class"] in ("node_failure", "preempted"), str(evidence(place, only_run(place))))
    check_curves(place)


@test
def the_scheduler_is_killed(place, cluster):
    """slurmctld is killed and comes back with its last state: what it starts again goes on, every run is done once."""
    submit(place, cluster, seeds=range(2), worker="seconds=10")
    finish_started(place, cluster)
    cluster.kill("slurmctld")
    time.sleep(3)
    cluster.start("controller")
    finish(place, 4)
    check(set(place.runs().values()) == {"done"}, str({r: place.show(r)["why"] for r in place.runs()}))
    check_curves(place)


def black_hole(place, node):
    """A worker that fails at once on one node and works on the others."""
    path = place.folder / "worker"
    path.write_text(f"#!/bin/sh\n[ \"$SLURMD_NODENAME\" = {node} ] && exit 70\n"
                    f"ENIGMA_FAKE=seconds=3 exec {place.bin}/fake_worker\n")
    path.chmod(0o755)
    return str(path)


@test
def a_black_hole_is_left_out(place, cluster):
    """A node on which everything ends at once is excluded, with reason and expiry, and the sweep gets done."""
    spec = place.spec(executor="slurm", seeds=range(8), retry={"code": {"max": 30, "backoff_s": 1}})
    check_exit(place.run("submit", spec, "--worker", black_hole(place, "n1")), 0)
    finish(place, 16, 180)
    check(set(place.runs().values()) == {"done"}, str(place.runs()))
    nodes = {each["name"]: each for each in json.loads(place.run("nodes", "--json").stdout)["nodes"]}
    check(nodes["n1"]["state"] == "excluded" and "elsewhere" in nodes["n1"]["excluded"]["reason"], str(nodes))
    check(all(nodes[n]["excluded"] is None for n in nodes if n != "n1"), str(nodes))
    starts = len(place.attempts())
    check(starts < 16 + 16, f"{starts} starts of 16 runs")


@test
def a_site_profile(place, cluster):
    """What a profile asks for reaches the jobs: partition, lines, GPUs; and it prices the plan."""
    site = place.folder / "site.json"
    site.write_text(json.dumps({
        "name": "here", "as_of": "2026-11-01",
        "partitions": [{"name": "low", "preempts": "requeue", "grace_s": 5, "default": True},
                       {"name": "cancel", "preempts": "cancel"}],
        "gpu": {"name": "none", "per_node": 8, "peak_flops_per_s": {"float32": 1e12}},
        "rates": [{"usd_per_device_hour": 2, "preemptible": True, "from": "2026-01-01", "to": "2099-12-31"}],
        "options": {"partition": "cancel", "comment": "a sweep"},
        "lines": ["export ENIGMA_SITE_LINE=read"]}))
    spec = place.spec(executor="slurm", seeds=[0], budgets=[8e9], site="site.json", resources=[{"devices": 2, "ranks": 1}])
    plan = json.loads(place.run("plan", spec, "--mfu", "0.5", "--json").stdout)
    (point,) = plan["points"]
    hours = point["flops"] / (0.5 * 1e12) / 3600
    check(abs(point["device_hours"] / hours - 1) < 1e-9, str(point["device_hours"]))
    check(abs(point["usd"] / (2 * hours) - 1) < 1e-9, str(point["usd"]))
    worker = place.folder / "worker"
    worker.write_text(f"#!/bin/sh\necho line: $ENIGMA_SITE_LINE\nENIGMA_FAKE=seconds=5 exec {place.bin}/fake_worker\n")
    worker.chmod(0o755)
    check_exit(place.run("submit", spec, "--worker", worker), 0)
    finish_started(place, cluster)
    shown = cluster.ask("scontrol", "show", "job", cluster.ours()[0][0])
    for word in ("Partition=cancel", "Comment=a sweep", "gres:gpu:2"):
        check(word in shown, f"{word}: {shown}")
    check("line: read" in (place.attempts()[0] / "worker.log").read_text(), "the site's line did not run")
    finish(place, 1)


@test
def users_add_signatures(place, cluster):
    """STORE/signatures.json names what a line means at this site."""
    place.store.mkdir()
    (place.store / "signatures.json").write_text('[{"pattern": "gremlin [0-9]+", "class": "hardware"}]')
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=3,die_at=0.3,first,says='gremlin 7 seen'",
           retry={"hardware": {"backoff_s": 1}})
    finish(place, 1)
    found, line = evidence(place, only_run(place))[0]
    check(found == "hardware" and "gremlin 7 seen" in line, f"{found}: {line}")


def struck(place, what):
    """A run at work is struck by a drill: what it reports, once the run goes on."""
    run = only_run(place)
    before = len(place.attempts())
    wait_for(lambda: (place.show(run)["attempts"][-1]["last_step"] or 0) > 0, "steps that the controller has heard of")
    answer = place.run("drill", what, run, "--json")
    check_exit(answer, 0)
    document = json.loads(answer.stdout)
    check(document["survived"] and document["attempt"] == {"before": before, "after": before + 1}, str(document))
    check(0 <= document["steps_lost"] <= document["step"]["before"], str(document))
    return document


@test
def drills_strike_on_nodes(place, cluster):
    """preempt, kill-node and disk-full reach a worker through its job, wherever the drill is started."""
    submit(place, cluster, seeds=[0], budgets=[8e9], worker="seconds=60",
           retry={name: {"backoff_s": 0.1} for name in ("preempted", "node_failure", "disk_full")})
    finish_started(place, cluster)
    document = struck(place, "disk-full")
    check(document["class"] == "disk_full", str(document))
    document = struck(place, "preempt")
    check(document["class"] == "preempted" and document["steps_lost"] == 0, str(document))
    document = struck(place, "kill-node")
    check(document["class"] == "node_failure", str(document))
    check_exit(place.run("cancel", "sweep"), 0)


@test
def doctor(place, cluster):
    """doctor asks the scheduler, and says where a profile is wrong."""
    answer = place.run("doctor", "--json")
    checks = {each["name"]: each for each in json.loads(answer.stdout)["checks"]}
    check(answer.returncode == (0 if checks["worker"]["ok"] else 1), answer.stdout)
    check(checks["array_limit"]["found"] == "1001" and checks["submission"]["ok"], str(checks))
    check("5 s for its checkpoint" in checks["grace_time"]["advice"], str(checks["grace_time"]))
    site = place.folder / "wrong.json"
    site.write_text(json.dumps({"name": "w", "as_of": "2026-11-01", "partitions": [{"name": "gpu"}],
                                "options": {"partition": "gpu"}}))
    answer = place.run("doctor", "--site", site, "--json")
    checks = {each["name"]: each for each in json.loads(answer.stdout)["checks"]}
    check(answer.returncode == 1 and not checks["partition_gpu"]["ok"] and not checks["submission"]["ok"], str(checks))
