"""Runs on a real Slurm cluster of four nodes on this machine (cluster.sh), with protocol workers.

  slurm.py BUILD CLUSTER [NAME…]
"""

import collections
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end"))
from checks import TESTS, Skip, check, check_exit, test  # noqa: E402
from place import Place, lines_of, wait_for  # noqa: E402

BUILD, CLUSTER = sys.argv[1:3]


class Cluster:
    """The scheduler beside the controller, asked by hand."""

    def ask(self, *words):
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    def jobs(self, states="pending,running,completing,suspended"):
        """(id, name, state) of each."""
        lines = self.ask("squeue", "-h", "-r", "-t", states, "-o", "%i|%j|%T").splitlines()
        return [tuple(line.split("|")) for line in lines]

    def ours(self):
        return [job for job in self.jobs() if job[1].startswith("enigma-")]

    def preempt(self, seconds, nodes=4):
        return self.ask("sbatch", "--parsable", "-p", "high", f"-N{nodes}", "--exclusive", "-o", "/dev/null",
                        "--wrap", f"sleep {seconds}").strip()


def finish(place, runs, timeout_s=180):
    wait_for(lambda: len(place.runs()) == runs and set(place.runs().values()) <= {"done", "failed", "cancelled"},
             f"{runs} runs to end: {place.runs()}", timeout_s)


def check_curves(place):
    """Every done run has one curve without gap, repeat or step backwards, and ended once."""
    for run in place.runs():
        rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
        steps = [row["step"] for row in rows if row["name"] == "train_loss"]
        target = place.show(run)["target_step"]
        gaps = {b - a for a, b in zip([0, *steps], steps)}
        check(steps and steps[-1] == target, f"{run}: ends at step {steps[-1:]} of {target}")
        check(min(gaps) > 0, f"{run}: the curve repeats itself or steps back")
        # A fake worker reports in about fifty strides.
        check(max(gaps) <= target // 50 + 1, f"{run}: the curve has a gap of {max(gaps)} steps")


def submit(place, cluster, *words, worker="", **spec):
    more = {"executor": "slurm", **spec}
    check_exit(place.run("submit", place.spec(**more), "--worker", place.worker(words=worker), *words), 0)


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


def finish_started(place, cluster):
    wait_for(lambda: place.attempts() and all(lines_of(a / "spool.jsonl", "metrics") for a in place.attempts()),
             "first metrics")


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
    pid = int(pathlib.Path(CLUSTER, "slurmctld.pid").read_text())
    os.kill(pid, signal.SIGSTOP)
    time.sleep(6)
    os.kill(pid, signal.SIGCONT)
    finish(place, 4)
    check(set(place.runs().values()) == {"done"}, str({r: place.show(r)["why"] for r in place.runs()}))
    check(len(place.attempts()) == 4, f"{len(place.attempts())} attempts of 4 runs")


def main():
    wanted = sys.argv[3:]
    cluster = Cluster()
    status = 0
    with tempfile.TemporaryDirectory(prefix="enigma-slurm-") as folder:
        data = pathlib.Path(folder, "data")
        subprocess.run([f"{BUILD}/bin/enigma-data", "generate", "--out", data, "--sessions", "2", "--neurons", "12",
                        "--minutes", "2", "--seed", "5"], check=True, capture_output=True)
        for function in TESTS:
            if wanted and function.__name__ not in wanted:
                continue
            place = Place(BUILD, pathlib.Path(folder, function.__name__), data)
            begin = time.monotonic()
            try:
                function(place, cluster)
                print(f"PASS slurm: {function.__name__} ({time.monotonic() - begin:.0f} s)", flush=True)
            except Skip as skip:
                print(f"SKIP slurm: {function.__name__}: {skip}", flush=True)
            except Exception as error:
                status = 1
                traceback.print_exc()
                log = place.store / "controller.log"
                print(log.read_text()[-1500:] if log.exists() else "no controller.log")
                print(f"FAIL slurm: {function.__name__}: {error}", flush=True)
            finally:
                place.stop()
                for job in cluster.jobs():
                    subprocess.run(["scancel", job[0]])
                wait_for(lambda: not cluster.jobs(), "an empty queue", 60)
    return status


sys.exit(main())
