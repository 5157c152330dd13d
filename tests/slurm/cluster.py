"""The scheduler beside the controller, and what tests ask of both."""

import json
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "end_to_end"))
from checks import check, check_exit  # noqa: E402
from place import lines_of, wait_for  # noqa: E402

SCRIPT = pathlib.Path(__file__).resolve().parent / "cluster.sh"


class Cluster:
    """The scheduler beside the controller, asked by hand."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def ask(self, *words):
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    def jobs(self, states="pending,running,completing,suspended"):
        """(id, name, state) of each."""
        lines = self.ask("squeue", "-h", "-r", "-t", states, "-o", "%i|%j|%T").splitlines()
        return [tuple(line.split("|")) for line in lines]

    def ours(self):
        return [job for job in self.jobs() if job[1].startswith("enigma-")]

    def restarts(self, job):
        shown = self.ask("scontrol", "show", "job", job, "--oneliner")
        return int(dict(word.split("=", 1) for word in shown.split() if "=" in word)["Restarts"])

    def kill(self, program, how=signal.SIGKILL):
        os.kill(int((self.folder / f"{program}.pid").read_text()), how)

    def start(self, what, *words):
        """`controller`, or `node` with its name."""
        subprocess.run([SCRIPT, what, self.folder, *words], check=True, capture_output=True)

    def node_state(self, node):
        return self.ask("sinfo", "-h", "-N", "-n", node, "-p", "low", "-o", "%t").strip()

    def preempt(self, seconds, nodes=4):
        return self.ask("sbatch", "--parsable", "-p", "high", f"-N{nodes}", "--exclusive", "-o", "/dev/null",
                        "--wrap", f"sleep {seconds}").strip()


def finish(place, runs, timeout_s=100):
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


def finish_started(place, cluster):
    wait_for(lambda: place.attempts() and all(lines_of(a / "spool.jsonl", "metrics") for a in place.attempts()),
             "first metrics")


def evidence(place, run):
    """Of each attempt: class and line."""
    return [(a["class"], (a["evidence"] or {}).get("line", "")) for a in place.show(run)["attempts"]]


def only_run(place):
    (run,) = place.runs()
    return run
