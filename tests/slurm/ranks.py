"""Runs of several ranks on several nodes: preempted, resumed on fewer, a rank lost inside the job."""

import json
import os
import shutil
import subprocess

from checks import Skip, check, check_exit, test
from cluster import check_curves, evidence, finish, finish_started, only_run, submit
from place import Place, lines_of, wait_for


def wide(place, cluster, nodes, seconds, fake="", **rule):
    submit(place, cluster, seeds=[0], budgets=[8e9], worker=f"seconds={seconds}{fake}",
           resources=[{"nodes": nodes, **rule}])


@test
def four_ranks_on_four_nodes(place, cluster):
    """A rank a node, each with a log of its own; rank 0 alone reports."""
    wide(place, cluster, 4, 2)
    finish(place, 1)
    shown = place.show(only_run(place))
    check(shown["state"] == "done", shown["why"])
    (attempt,) = shown["attempts"]
    check(attempt["nodes"] == ["n1", "n2", "n3", "n4"] and attempt["ranks"] == 4, str(attempt))
    logs = sorted(path.name for path in place.attempts()[0].glob("*.log"))
    check(logs == ["rank-1.log", "rank-2.log", "rank-3.log", "worker.log"], str(logs))
    check(not list(place.attempts()[0].glob("rank-*.exit.json")), "a rank that ended well left an exit file")
    check_curves(place)


@test
def resumed_on_two(place, cluster):
    """Four ranks on four nodes, preempted twice, come back on the two nodes that are left."""
    wide(place, cluster, [2, 4], 30)
    finish_started(place, cluster)
    cluster.preempt(3, nodes=4)
    wait_for(lambda: len(place.attempts()) == 2 and lines_of(place.attempts()[1] / "spool.jsonl", "metrics"),
             "the second attempt's metrics", 90)
    cluster.preempt(60, nodes=2)
    finish(place, 1)
    shown = place.show(only_run(place))
    check(shown["state"] == "done", shown["why"])
    check([a["class"] for a in shown["attempts"]] == ["preempted", "preempted", None], str(shown["attempts"]))
    check([a["ranks"] for a in shown["attempts"]][::2] == [4, 2], str(shown["attempts"]))
    check_curves(place)


def curve(place):
    """{step: training loss} of the one run, and its test loss."""
    run = only_run(place)
    rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
    told = [(row["step"], row["value"]) for row in rows if row["name"] == "train_loss"]
    check([step for step, _ in told] == sorted({step for step, _ in told}), "the curve repeats itself or steps back")
    losses = dict(told)
    return losses, max(place.show(run)["evals"], key=lambda e: e["step"])["loss"]


def real_run(place, nodes):
    worker = place.bin / "enigma-worker"
    spec = place.spec(executor="slurm", budgets=[1.2e11], seeds=[0], resources=[{"nodes": nodes}],
                      session_sets={"all": {"first": 4, "order": "name"}},
                      defaults={"train": {"lanes": 4, "windows_per_lane": 2},
                                "parallel": {"schedule": "scattered"}})
    check_exit(place.run("submit", spec, "--worker", worker), 0)


def steps_told(place, attempt):
    attempts = place.attempts()
    return len(attempts) > attempt and lines_of(attempts[attempt] / "spool.jsonl", "metrics")


@test
def the_real_trainer_on_four_nodes_then_two_then_four(place, cluster):
    """Its losses are those of a run on one node that nobody disturbed."""
    if not (place.bin / "enigma-worker").exists():
        raise Skip("enigma-worker was not built")
    place.data = place.folder / "four-sessions"
    subprocess.run([place.bin / "enigma-data", "generate", "--out", place.data, "--sessions", "4", "--neurons", "12",
                    "--minutes", "2", "--seed", "6"], check=True, capture_output=True)
    alone = Place(place.bin.parent, place.folder / "alone", place.data)
    real_run(alone, 1)
    finish(alone, 1, 400)
    alone.stop()
    real_run(place, [2, 4])
    finish_started(place, cluster)
    wait_for(lambda: steps_told(place, 0), "the first steps", 60)
    cluster.preempt(3, nodes=4)
    cluster.preempt(12, nodes=2)
    wait_for(lambda: steps_told(place, 1), "steps of the second attempt", 90)
    cluster.preempt(2, nodes=4)
    finish(place, 1, 180)
    shown = place.show(only_run(place))
    check(shown["state"] == "done", shown["why"])
    ranks = [attempt["ranks"] for attempt in shown["attempts"]]
    check(len(ranks) >= 3 and 2 in ranks and 4 in ranks, f"ranks {ranks}")
    losses, score = curve(place)
    losses_alone, score_alone = curve(alone)
    both = sorted(losses.keys() & losses_alone.keys())
    check(both, "no step that both have told")
    most = max(abs(losses[step] / losses_alone[step] - 1) for step in both)
    check(most < 1e-3 and abs(score / score_alone - 1) < 1e-3,
          f"losses differ by {most:.1e}, scores {score} and {score_alone}")
    print(f"ranks {ranks}, losses differ by {most:.1e} over {len(both)} steps, the score by "
          f"{abs(score / score_alone - 1):.1e}")


def srun_without_pyxis(place):
    """A srun that notes its words, and knows the options of Pyxis, which is not installed here. Its folder."""
    folder = place.folder / "stand-in"
    folder.mkdir()
    (folder / "srun").write_text(f"""#!/bin/bash
printf '%s\\n' "$@" >>{folder}/words
kept=()
for word in "$@"; do case $word in --container-image=* | --container-mounts=*) ;; *) kept+=("$word") ;; esac; done
exec {shutil.which("srun")} "${{kept[@]}}"
""")
    (folder / "srun").chmod(0o755)
    return folder


@test
def ranks_in_a_container_of_pyxis(place, cluster):
    """srun brings the ranks into the container that the site names: of a run of two as of a run of one."""
    site = {"name": "here", "as_of": "2026-11-01", "container": "/images/torch.sqsh", "container_runtime": "pyxis"}
    (place.folder / "site.json").write_text(json.dumps(site))
    stand_in = srun_without_pyxis(place)
    path = os.environ["PATH"]
    os.environ["PATH"] = f"{stand_in}:{path}"
    try:
        for nodes in (1, 2):
            submit(place, cluster, name=f"on-{nodes}", seeds=[nodes], budgets=[8e9], worker="seconds=2",
                   resources=[{"nodes": nodes}], site="site.json")
        finish(place, 2)
    finally:
        os.environ["PATH"] = path
    check(set(place.runs().values()) == {"done"}, str({r: place.show(r)["why"] for r in place.runs()}))
    check(sorted(place.show(run)["attempts"][0]["ranks"] for run in place.runs()) == [1, 2], "ranks")
    words = (stand_in / "words").read_text().splitlines()
    check(words.count("--container-image=/images/torch.sqsh") == 2, str(words))
    mounts = [word for word in words if word.startswith("--container-mounts=")]
    runs, bin_folder = place.store / "runs", place.bin
    check(len(mounts) == 2 and all(f"{runs}:{runs}" in each and f"{bin_folder}:{bin_folder}" in each for each in mounts),
          str(mounts))
    check_curves(place)


@test
def a_rank_dies_inside_its_job(place, cluster):
    """A rank is killed: the run goes on inside the same job, as a new attempt, within a minute."""
    wide(place, cluster, 4, 10, ",rank=2,die_at=0.4,signal=9,first")
    finish(place, 1, 90)
    run = only_run(place)
    shown = place.show(run)
    check(shown["state"] == "done", shown["why"])
    check(len(list(place.store.glob("jobs/*"))) == 1, "submitted again")
    (first, _) = evidence(place, run)
    check(first[0] == "node_failure" and "rank 2 on n3: signal 9" in first[1], str(first))
    ended = json.loads((place.attempts()[0] / "exit.json").read_text())["at"]
    again = lines_of(place.attempts()[1] / "spool.jsonl", "hello")[0]["at"]
    check(again - ended < 60, f"{again - ended:.0f} s until it went on")
    (name,) = {job[0].split("_")[0] for job in cluster.jobs("all")
               if job[1] == f"enigma-{next(place.store.glob('jobs/*')).name}"}
    check(cluster.restarts(f"{name}_0") == 0, "the allocation was given up")
    check_curves(place)


@test
def a_spare_takes_over(place, cluster):
    """The node of a lost rank is left out while a spare is there."""
    wide(place, cluster, 2, 8, ",rank=1,die_at=0.4,signal=9,first", spares=1)
    finish(place, 1, 90)
    shown = place.show(only_run(place))
    check(shown["state"] == "done", shown["why"])
    before, after = (a["nodes"] for a in shown["attempts"])
    check(len(after) == 2 and before[1] not in after, f"{before} then {after}")
    check_curves(place)


@test
def a_storm_of_restarts_ends(place, cluster):
    """A rank that dies in every start costs a few starts, not the allocation's whole time."""
    wide(place, cluster, 2, 10, ",rank=1,die_at=0.1,signal=9", )
    wait_for(lambda: len(place.attempts()) >= 3 and (place.attempts()[2] / "exit.json").exists(), "three starts", 90)
    wait_for(lambda: not [job for job in cluster.ours() if job[2] == "RUNNING"], "the job's end", 60)
    place.run("cancel", "sweep")
    finish(place, 1)


@test
def the_root_among_ranks(place, cluster):
    """One rank is out of memory, another sees a collective fail: the root is told, not the cascade."""
    wide(place, cluster, 2, 4, ",rank=1,die_at=0.3,exit=1,says='CUDA out of memory'")
    wait_for(lambda: place.attempts() and list(place.attempts()[0].glob("rank-1.exit.json")), "the rank's end", 60)
    wait_for(lambda: evidence(place, only_run(place))[0][0], "the first attempt's class", 60)
    found, line = evidence(place, only_run(place))[0]
    check(found == "gpu_memory" and "rank 1 on n2" in line, f"{found}: {line}")
    place.run("cancel", "sweep")
    finish(place, 1)
