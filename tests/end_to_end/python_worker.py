"""A trainer in Python under the controller, through the one file of examples/python."""

import json
import os
import pathlib
import signal
import subprocess

from checks import Skip, check, check_exit, test
from place import ROOT, Place, lines_of, wait_for


def python_worker(place, pause_s=0.0, name="python-worker"):
    path = place.folder / name
    path.write_text(f"#!/bin/sh\nFIT_LINE_PAUSE_S={pause_s} exec python3 -B "
                    f"{ROOT}/examples/python/fit_line.py\n")
    path.chmod(0o755)
    return path


def losses(place, run):
    rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
    return {r["step"]: r["value"] for r in rows if r["name"] == "train_loss"}


@test
def a_python_trainer_is_preempted_and_killed_and_its_curve_is_whole(place):
    undisturbed = place.spec(name="undisturbed", budgets=[8e9], seeds=[0])
    check_exit(place.run("submit", undisturbed, "--worker", python_worker(place), "--wait"), 0)
    [whole] = place.runs()
    steps = place.show(whole)["target_step"]
    retry = {name: {"backoff_s": 0.1} for name in ("preempted", "node_failure")}
    spec = place.spec(name="disturbed", budgets=[8e9], seeds=[1], retry=retry)
    check_exit(place.run("submit", spec, "--worker",
                         python_worker(place, pause_s=6 / steps, name="slow")), 0)
    [run] = wait_for(lambda: [r for r in place.runs() if r != whole], "the run")
    folder = place.store / "runs" / run
    for attempt, how in (1, signal.SIGTERM), (2, signal.SIGKILL):
        spool = folder / f"attempt-{attempt}" / "spool.jsonl"
        wait_for(lambda: lines_of(spool, "checkpoint"), f"a checkpoint of attempt {attempt}")
        os.kill(lines_of(spool)[0]["attempt"]["job"], how)
    wait_for(lambda: place.runs()[run] == "done", "the end")
    shown = place.show(run)
    check([a["class"] for a in shown["attempts"]] == ["preempted", "node_failure", None],
          f"{shown['attempts']}")
    check(sorted(losses(place, run)) == list(range(1, steps + 1)), "every step once")
    check(shown["test_loss"] < 0.1 * shown["baseline_loss"], f"{shown['test_loss']}")


@test
def settings_of_a_trainer_of_ones_own_reach_it_and_stand_beside_what_it_did(place):
    document = json.loads(pathlib.Path(place.spec(budgets=[8e9], seeds=[0])).read_text())
    document["defaults"]["worker"] = {"noise": 0.0}
    document["axes"]["worker.rate"] = [0.0, 0.1]
    spec = place.folder / "rates.json"
    spec.write_text(json.dumps(document))
    planned = json.loads(place.run("plan", spec, "--json").stdout)
    check([p["values"]["worker.rate"] for p in planned["points"]] == [0.0, 0.1], f"{planned}")
    check("does not read 'worker.noise'" in planned["warnings"][0]["message"]
          if planned["warnings"] else False, f"{planned['warnings']}")
    check_exit(place.run("submit", spec, "--worker", python_worker(place), "--wait"), 0)
    rows = {row["worker.rate"]: row for row in
            json.loads(place.run("export", "sweep", "--json").stdout)["rows"]}
    check(rows[0.1]["test_loss"] < 0.1 * rows[0.0]["test_loss"], f"{rows}")
    point = place.show(rows[0.1]["run"])["point"]
    check(point["worker"] == {"noise": 0, "rate": 0.1}, f"{point}")


@test
def a_python_trainer_obeys_the_controller_and_a_mistake_of_its_own_is_told(place):
    spec = place.spec(budgets=[8e9], seeds=[0])
    check_exit(place.run("submit", spec, "--worker", python_worker(place, pause_s=0.05)), 0)
    [run] = wait_for(place.runs, "the run")
    spool = place.store / "runs" / run / "attempt-1" / "spool.jsonl"
    wait_for(lambda: lines_of(spool, "metrics"), "metrics")
    check_exit(place.run("hold", run), 0)
    wait_for(lambda: place.runs()[run] == "held", "the hold")
    check(lines_of(spool, "preempted"), "it kept and left")
    broken = place.folder / "broken"
    broken.write_text("#!/bin/sh\nexec python3 -B -c 'import sys; sys.path.insert(0, "
                      f"\"{ROOT}/examples/python\"); import enigma_worker\n"
                      "with enigma_worker.Run() as run: raise ValueError(\"no such column\")'\n")
    broken.chmod(0o755)
    other = place.spec(name="other", budgets=[8e9], seeds=[1], retry={"code": {"max": 0}})
    check_exit(place.run("submit", other, "--worker", broken, "--wait"), 4)
    [failed] = [r for r, state in place.runs().items() if state == "failed"]
    evidence = place.show(failed)["attempts"][0]["evidence"]
    check("no such column" in evidence["line"], f"{evidence}")


def python_with_torch():
    """ENIGMA_PYTHON, or the one of the path, where it has PyTorch; else a visible skip."""
    python = os.environ.get("ENIGMA_PYTHON", "python3")
    if subprocess.run([python, "-c", "import torch"], capture_output=True).returncode != 0:
        raise Skip(f"{python} has no PyTorch; ENIGMA_PYTHON names another one")
    return python


@test
def a_pytorch_training_ends_with_the_same_bits_whatever_befell_it(place):
    python = python_with_torch()

    def worker(name, pause_s):
        path = place.folder / name
        path.write_text(f"#!/bin/sh\nTRAIN_TORCH_PAUSE_S={pause_s} exec {python} -B "
                        f"{ROOT}/examples/python/train_torch.py\n")
        path.chmod(0o755)
        return path
    spec = place.spec(name="undisturbed", budgets=[4e10], seeds=[0])
    check_exit(place.run("submit", spec, "--worker", worker("quick", 0), "--wait"), 0)
    [run] = place.runs()
    whole, steps = losses(place, run), place.show(run)["target_step"]
    again = Place(place.bin.parent, place.folder / "again", place.data)
    retry = {name: {"backoff_s": 0.1} for name in ("preempted", "node_failure")}
    check_exit(again.run("submit", again.spec(budgets=[4e10], seeds=[0], retry=retry), "--worker",
                         worker("slow", 10 / steps)), 0)
    [run] = wait_for(again.runs, "the run")
    for attempt, how in (1, signal.SIGTERM), (2, signal.SIGKILL):
        spool = again.store / "runs" / run / f"attempt-{attempt}" / "spool.jsonl"
        wait_for(lambda: len(lines_of(spool, "metrics")) > 5, f"steps of attempt {attempt}")
        os.kill(lines_of(spool)[0]["attempt"]["job"], how)
    wait_for(lambda: again.runs()[run] == "done", "the end")
    shown = again.show(run)
    again.stop()
    check([a["class"] for a in shown["attempts"]] == ["preempted", "node_failure", None],
          f"{shown['attempts']}")
    check(losses(again, run) == whole and len(whole) == steps, "every step once, with the same loss")
    check(shown["test_loss"] < 0.1 * shown["baseline_loss"], f"{shown['test_loss']}")


def trial_of(place, program, *words):
    tried = place.run("check-worker", program, "--json", *words)
    checks = {c["name"]: c for c in json.loads(tried.stdout)["checks"]}
    return tried.returncode, checks, [name for name, c in checks.items() if not c["ok"]]


@test
def a_worker_on_trial_is_told_what_breaks_the_protocol(place):
    code, checks, wrong = trial_of(place, python_worker(place, pause_s=0.002))
    check(code == 0 and len(checks) > 30 and not wrong, f"exit {code}: {wrong}")
    broken = place.folder / "broken"
    broken.write_text("#!/bin/sh\necho no data here >&2\nexit 3\n")
    broken.chmod(0o755)
    code, checks, wrong = trial_of(place, broken)
    check(code == 1 and "whole: spool" in wrong and "preempted: exit" in wrong, f"{wrong}")
    check("no data here" in checks["whole: exit"]["found"], f"{checks['whole: exit']}")
    deaf = place.folder / "deaf"  # it knows nothing of signals and of checkpoints
    deaf.write_text("#!/bin/sh\nexec python3 -B -c 'import json, os, time\n"
                    "point = json.load(open(os.environ[\"ENIGMA_POINT\"]))\n"
                    "spool = open(os.environ[\"ENIGMA_ATTEMPT_DIR\"] + \"/spool.jsonl\", \"a\")\n"
                    "for k in range(1, 11):\n"
                    "    print(json.dumps({\"run\": point[\"id\"], \"seq\": k + (k > 4), \"at\": 1, "
                    "\"kind\": \"metrics\", \"step\": k, \"windows\": k, \"flops\": k, \"values\": {}, "
                    "\"attempt\": {\"job\": 1, \"index\": 0, \"restart\": 0, \"start_ns\": 1}}), "
                    "file=spool, flush=True)\n"
                    "    time.sleep(0.05)'\n")
    deaf.chmod(0o755)
    code, checks, wrong = trial_of(place, deaf)
    check(checks["whole: seq"]["line"] == 5, f"{checks['whole: seq']}")
    check({"whole: hello", "whole: done", "preempted: exit"} <= set(wrong), f"{wrong}")
    check_exit(place.run("check-worker", place.folder / "no-such-file"), 2)
    check_exit(place.run("check-worker", broken, "--steps", "0"), 2)
