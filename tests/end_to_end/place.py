"""One store with its recordings and programs, and the questions that tests ask of it."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Place:
    def __init__(self, build, folder, data):
        self.bin = pathlib.Path(build).resolve() / "bin"
        self.folder = pathlib.Path(folder)
        self.data = data
        self.store = self.folder / "store"
        self.folder.mkdir(parents=True, exist_ok=True)

    def worker(self, name="worker", words=""):
        """The fake worker, told how to behave."""
        path = self.folder / name
        path.write_text(f"#!/bin/sh\nENIGMA_FAKE={words} exec {self.bin}/fake_worker\n")
        path.chmod(0o755)
        return str(path)

    def spec(self, name="sweep", budgets=(4e9, 8e9), seeds=(0, 1), **more):
        document = {
            "version": 1,
            "name": name,
            "data": {"path": str(self.data)},
            "session_sets": {"all": {"first": 2, "order": "name"}},
            "evaluation": {"sessions": "all", "strategies": ["causal_response_25"]},
            "defaults": {"train": {"lanes": 2, "windows_per_lane": 2}},
            "axes": {
                "model.size": [{"width": 16, "layers": 1, "heads": 2}],
                "data.sessions": ["all"],
                "budget.flops": list(budgets),
            },
            "seeds": list(seeds),
            **more,
        }
        path = self.folder / f"{name}.json"
        path.write_text(json.dumps(document, indent=1))
        return str(path)

    def command(self, *words):
        return [str(self.bin / "enigma-sweep"), *map(str, words), "--store", str(self.store)]

    def run(self, *words, timeout=120):
        return subprocess.run(self.command(*words), capture_output=True, text=True,
                              timeout=timeout, stdin=subprocess.DEVNULL)

    def start(self, *words):
        return subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, text=True,
                                stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)

    def address(self):
        return json.loads((self.store / "controller.json").read_text())

    def status(self):
        return json.loads(self.run("status", "--json").stdout)

    def show(self, run):
        return json.loads(self.run("show", run, "--json").stdout)

    def runs(self):
        """{id: state} straight from the table: cheap enough to be asked often."""
        try:
            with sqlite3.connect(f"file:{self.store}/runs.db?mode=ro", uri=True) as table:
                return dict(table.execute("select id, state from runs"))
        except sqlite3.OperationalError:
            return {}

    def attempts(self):
        """Every attempt's folder."""
        return sorted(self.store.glob("runs/*/attempt-*"))

    def kill_controller(self, how=signal.SIGKILL):
        pid = self.address()["pid"]
        os.kill(pid, how)
        wait_for(lambda: not alive(pid), "the controller's end")

    def stop(self):
        """Ends what the test has left running: controller, launchers, workers."""
        try:
            self.kill_controller(signal.SIGTERM)
        except (OSError, ValueError):
            pass
        for note in self.store.glob("runs/*/attempt-*/launch"):
            fields = dict(line.split(" ", 1) for line in note.read_text().splitlines())
            if not (note.parent / "exit.json").exists() and alive(int(fields["pid"])):
                os.kill(int(fields["pid"]), signal.SIGKILL)

    def get(self, path):
        address = self.address()
        request = urllib.request.Request(
            address["url"] + path, headers={"Authorization": f"Bearer {address['secret']}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def post(self, path, body, bearer=None):
        """HTTP status of a post to the controller."""
        request = urllib.request.Request(self.address()["url"] + path, body.encode())
        if bearer:
            request.add_header("Authorization", f"Bearer {bearer}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code


def alive(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(condition, what, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout_s} s for {what}")
        time.sleep(0.02)
    return answer


def lines_of(spool, kind=None):
    """The whole lines of a spool, as objects."""
    if not spool.exists():
        return []
    whole = spool.read_text().rsplit("\n", 1)[0]
    reports = [json.loads(line) for line in whole.split("\n") if line]
    return [report for report in reports if kind in (None, report["kind"])]
