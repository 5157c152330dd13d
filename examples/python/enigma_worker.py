"""Lets any Python program train a run of enigma-sweep: one file, the standard library alone.

    import enigma_worker
    with enigma_worker.Run() as run:                    # what the launcher says of the run
        step, folder = run.newest_checkpoint() or (0, None)
        while step < run.steps and not run.stop:
            step += 1
            ...                                         # one step of training
            run.metrics(step, windows, flops, train_loss=loss)
            if run.checkpoint_due(every_s=60):
                run.keep(step, write)                   # write(folder) writes your files there
        if step < run.steps:                            # preempted: a checkpoint, then exit code 75
            run.leave(step, write)
        run.evaluation(step, "held out", loss=..., n=...)
        run.keep(step, write)
        run.done(step, flops)

Rules of the protocol that this file keeps: every report is a line of the attempt's spool before it
is anything else; lines are numbered; where the controller listens they are posted, too, and what it
answers is obeyed; a checkpoint is a folder that is whole or absent.
"""

import hashlib
import json
import math
import os
import pathlib
import shutil
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

EXIT_PREEMPTED, EXIT_PREEMPTED_WITHOUT_CHECKPOINT, EXIT_FAULT = 75, 76, 70
BATCH_BYTES = 1 << 20
PAUSE_S, BACKOFF_MAX_S, FLUSH_S = 0.25, 30.0, 5.0


def _whole(name, absent=0):
    text = os.environ.get(name, "")
    return int(text) if text else absent


def _finite_or_none(value):
    return value if value is None or math.isfinite(value) else None


class Run:
    """One attempt of one run. Of several ranks rank 0 alone reports."""

    def __init__(self):
        self.folder = pathlib.Path(os.environ["ENIGMA_ATTEMPT_DIR"])
        self.run_folder = pathlib.Path(os.environ["ENIGMA_RUN_DIR"])
        self.data = os.environ.get("ENIGMA_DATA", "")
        self.start = os.environ.get("ENIGMA_START", "")
        file = json.loads(pathlib.Path(os.environ["ENIGMA_POINT"]).read_text(encoding="utf-8"))
        self.id, self.point = file["id"], file["point"]
        self.settings = self.point.get("worker", {})  # `worker.NAME` of the spec, by NAME
        self.steps, self.flops, self.seed = file["steps"], file["flops"], file["seed"]
        self.flops_per_step = file["flops_per_step"]
        self.rank, self.world = _ranks()
        self._stop = threading.Event()
        self._keep = threading.Event()
        self._fenced = threading.Event()
        self._kept_at = time.monotonic()
        self._spool = _Spool(self.folder / "spool.jsonl", self.id, _identity()) \
            if self.rank == 0 else None
        for name in signal.SIGTERM, signal.SIGUSR1:
            signal.signal(name, lambda *_: self._stop.set())
        self._poster = _Poster(self, self._spool) if self._spool and _posts() else None

    def __enter__(self):
        self._say("hello", world=self.world, devices=[f"Python {sys.version.split()[0]}"],
                  revision=os.environ.get("ENIGMA_REVISION", "unknown"))
        return self

    def __exit__(self, kind, error, trace):
        if error is not None and not isinstance(error, SystemExit):
            self._say("failed", **{"class": "code", "line": f"{kind.__name__}: {error}"})
        if self._poster:
            self._poster.end()
        if error is not None and not isinstance(error, SystemExit):
            import traceback
            traceback.print_exception(kind, error, trace)
            sys.exit(EXIT_FAULT)

    @property
    def stop(self):
        """Asked to keep and leave, or another attempt has taken over."""
        return self._stop.is_set() or self._fenced.is_set()

    def metrics(self, step, windows, flops, **values):
        """After a step, now and then: the sums since the beginning, and any values by name."""
        self._say("metrics", step=step, windows=windows, flops=flops,
                  values={name: _finite_or_none(value) for name, value in values.items()})

    def evaluation(self, step, strategy, loss, n, tier="test", baseline_loss=None,
                   correlation=None, se=None):
        """A score; `baseline_loss` is that of the best constant answer, where you know one."""
        self._say("eval", step=step, strategy=strategy, tier=tier, loss=_finite_or_none(loss),
                  baseline_loss=_finite_or_none(baseline_loss),
                  correlation=_finite_or_none(correlation), se=_finite_or_none(se), n=n)

    def skipped(self, first, last, why):
        """Steps that do not count (a spike); what was said of them and of later ones is undone."""
        self._say("skipped", **{"from": first, "to": last, "why": why})

    def checkpoint_due(self, every_s):
        """True every so many seconds, and when the controller asks for one."""
        return self._keep.is_set() or time.monotonic() - self._kept_at >= every_s

    def keep(self, step, write):
        """A checkpoint: `write(folder)` fills a folder, which then counts as a whole."""
        path = f"checkpoints/step-{step}"
        aside, place = self.folder / f"checkpoints/.step-{step}.part", self.folder / path
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        write(aside)
        size, digest = _sync(aside)
        (aside / "whole").write_text(digest, encoding="ascii")
        shutil.rmtree(place, ignore_errors=True)
        os.replace(aside, place)
        _sync_folder(place.parent)
        self._keep.clear()
        self._kept_at = time.monotonic()
        self._say("checkpoint", step=step, path=path, bytes=size, sha256=digest)

    def newest_checkpoint(self):
        """(step, folder) of the newest whole checkpoint of any attempt, or None. Torn ones are
        passed over."""
        found = []
        for folder in self.run_folder.glob("attempt-*/checkpoints/step-*"):
            step = folder.name.removeprefix("step-")
            if step.isdigit() and (folder / "whole").exists():
                found.append((int(step), int(folder.parts[-3].removeprefix("attempt-")), folder))
        for step, _, folder in sorted(found, reverse=True):
            if _digest(folder)[1] == (folder / "whole").read_text(encoding="ascii"):
                return step, folder
        return (0, pathlib.Path(self.start)) if self.start else None

    def leave(self, step, write=None):
        """Preempted: keeps, where there is something to keep, and ends the program."""
        if self._fenced.is_set():
            sys.exit(EXIT_PREEMPTED_WITHOUT_CHECKPOINT)
        if write is not None:
            self.keep(step, write)
        self._say("preempted", step=step)
        sys.exit(EXIT_PREEMPTED if write is not None else EXIT_PREEMPTED_WITHOUT_CHECKPOINT)

    def done(self, step, flops):
        """The target is reached; an evaluation of this step must have been reported before."""
        self._say("done", step=step, flops=flops)

    def _say(self, kind, **more):
        if self._spool is None:
            return
        self._spool.append(kind, more)
        if self._poster:
            self._poster.wake()

    def _obey(self, command):
        if command == "stop":
            self._stop.set()
        if command == "checkpoint":
            self._keep.set()


def _ranks():
    slurm = "ENIGMA_RANK" not in os.environ and "SLURM_PROCID" in os.environ
    names = ("SLURM_PROCID", "SLURM_NTASKS") if slurm else ("ENIGMA_RANK", "ENIGMA_WORLD")
    return _whole(names[0], 0), _whole(names[1], 1)


def _identity():
    slurm = "ENIGMA_RANK" not in os.environ and "SLURM_PROCID" in os.environ
    job = _whole("SLURM_ARRAY_JOB_ID", _whole("SLURM_JOB_ID", os.getpid())) if slurm else \
        os.getpid()
    return {"job": job, "index": _whole("SLURM_ARRAY_TASK_ID") if slurm else 0,
            "restart": _whole("SLURM_RESTART_COUNT") if slurm else 0, "start_ns": time.time_ns()}


def _posts():
    """Python cannot hold a server to a pinned key: then the spool alone brings the reports."""
    return bool(os.environ.get("ENIGMA_REPORT_URL")) and not os.environ.get("ENIGMA_REPORT_PIN")


def _files(folder):
    return sorted(f for f in folder.rglob("*") if f.is_file() and f != folder / "whole")


def _digest(folder):
    """Bytes of a checkpoint's files, and SHA-256 over their names, sizes and contents."""
    size, digest = 0, hashlib.sha256()
    for file in _files(folder):
        content = file.read_bytes()
        size += len(content)
        digest.update(f"{file.relative_to(folder)} {len(content)}\n".encode())
        digest.update(content)
    return size, digest.hexdigest()


def _sync(folder):
    for file in _files(folder):
        with open(file, "rb") as handle:
            os.fsync(handle.fileno())
    return _digest(folder)


def _sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Spool:
    """The attempt's own file of reports, a line each, numbered from 1."""

    def __init__(self, path, run, identity):
        self.path, self._run, self._identity = path, run, identity
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._lock, self._seq = threading.Lock(), 0

    def append(self, kind, more):
        with self._lock:
            self._seq += 1
            line = json.dumps({"run": self._run, "attempt": self._identity, "seq": self._seq,
                               "at": time.time(), "kind": kind, **more}, allow_nan=False) + "\n"
            rest = line.encode()
            while rest:
                rest = rest[os.write(self._handle, rest):]
            if kind != "metrics":
                os.fsync(self._handle)


class _Poster:
    """Sends the spool's lines on, and hears what the controller answers. A controller that is away
    costs nothing: the spool has the lines."""

    def __init__(self, run, spool):
        url = os.environ["ENIGMA_REPORT_URL"].rstrip("/")
        self._url = url if url.endswith("/v1/report") else url + "/v1/report"
        self._run, self._spool = run, spool
        self._news, self._ends = threading.Event(), threading.Event()
        self._offset, self._batch, self._failures, self._given_up = 0, BATCH_BYTES, 0, False
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self._thread.start()

    def wake(self):
        self._news.set()

    def end(self):
        """Once more at the end, for a bounded time."""
        self._ends.set()
        self._news.set()
        self._thread.join(timeout=3 * FLUSH_S)

    def _loop(self):
        while not self._ends.is_set() and not self._over():
            self._news.wait()
            self._news.clear()
            more, wait_s = self._post(20)
            if more:
                self._news.set()
            self._ends.wait(wait_s)
        until = time.monotonic() + FLUSH_S
        while not self._over() and time.monotonic() < until:
            if not self._post(FLUSH_S)[0] or self._failures:
                return

    def _over(self):
        return self._given_up or self._run._fenced.is_set()

    def _lines(self):
        with open(self._spool.path, "rb") as file:
            file.seek(self._offset)
            piece = file.read(self._batch)
        return piece[:piece.rfind(b"\n") + 1]

    def _post(self, timeout_s):
        """Whether there is more to send, and how long to wait before."""
        lines = self._lines()
        if not lines:
            return False, PAUSE_S
        request = urllib.request.Request(self._url, lines, {
            "Content-Type": "application/x-ndjson", "Authorization": f"Bearer {_token()}"})
        try:
            with urllib.request.urlopen(request, timeout=timeout_s) as answer:
                return self._taken(lines, json.loads(answer.read(64 * 1024)))
        except urllib.error.HTTPError as refused:
            return self._refused(refused)
        except (OSError, ValueError):
            return self._later()

    def _taken(self, lines, answer):
        self._run._obey(answer.get("command"))
        if answer.get("ack", 0) < json.loads(lines.splitlines()[-1])["seq"]:
            return self._later()
        self._offset += len(lines)
        self._failures, self._batch = 0, BATCH_BYTES
        return True, PAUSE_S

    def _refused(self, refused):
        if refused.code == 409:
            self._run._fenced.set()
        self._given_up = refused.code == 400
        if refused.code == 413:
            self._batch = max(4096, self._batch // 2)
        after = refused.headers.get("Retry-After", "")
        return self._later(float(after) if after.isdigit() else 0)

    def _later(self, asked_s=0):
        self._failures += 1
        return True, min(asked_s, 3600) or min(BACKOFF_MAX_S, 0.5 * 2 ** self._failures)


def _token():
    try:
        return pathlib.Path(os.environ.get("ENIGMA_TOKEN_FILE", "")).read_text().strip()
    except OSError:
        return ""
