"""Two builds side by side, in turns: passes of the brain model, or steps of the worker.
  step_pair.py BUILD OTHER_BUILD passes SIZE STRATEGY NEURONS WINDOWS ROUNDS PAIRS [HEIGHT WIDTH]
  step_pair.py BUILD OTHER_BUILD worker POINT.json DATA STEPS PAIRS
Prints medians of BUILD and OTHER_BUILD, and the median of the pairs' ratios, OTHER to BUILD."""

import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile


def passes(build, words):
    size, strategy, neurons, windows, rounds, _, *frame = words
    out = subprocess.run([f"{build}/bin/enigma_bench_step", size, strategy, neurons, windows, rounds,
                          *frame], check=True, capture_output=True, text=True).stdout.split()
    figures = dict(zip(out[::2], map(float, out[1::2])))
    figures["passes_s"] = figures["forward_s"] + figures["backward_s"]
    return figures


def worker(build, words):
    """A run of STEPS steps; what its reports say it spent on them, scoring and saving apart."""
    point, data, steps, _ = words
    with tempfile.TemporaryDirectory(prefix="enigma-pair-") as folder:
        run = pathlib.Path(folder)
        attempt = run / "attempt-1"
        attempt.mkdir()
        document = json.loads(pathlib.Path(point).read_text())
        document["steps"] = int(steps)
        (run / "point.json").write_text(json.dumps(document))
        names = {"RUN": document["id"], "RUN_DIR": run, "ATTEMPT_DIR": attempt,
                 "POINT": run / "point.json", "DATA": data}
        subprocess.run([f"{build}/bin/enigma-worker"], check=True, capture_output=True,
                       env={**os.environ, **{f"ENIGMA_{k}": str(v) for k, v in names.items()}})
        reports = [json.loads(line) for line in (attempt / "spool.jsonl").read_text().splitlines()]
    return rates_of([report for report in reports if report["kind"] == "metrics"])


def rates_of(metrics):
    """Sums over all steps but the first, which pays for memory."""
    first, rest = metrics[0], metrics[1:]
    total = {name: sum(r["values"][name] for r in rest)
             for name in ("forward_s", "backward_s", "optimizer_s", "data_wait_s", "other_s")}
    steps_s = sum(total.values())
    return {**total, "steps_s": steps_s, "loss": metrics[-1]["values"]["train_loss"],
            "windows_per_s": (metrics[-1]["windows"] - first["windows"]) / steps_s}


def main():
    build, other, kind, *words = sys.argv[1:]
    measure = {"passes": passes, "worker": worker}[kind]
    pairs = int(words[5] if kind == "passes" else words[3])
    ours, theirs = [], []
    for _ in range(pairs):
        ours.append(measure(build, words))
        theirs.append(measure(other, words))
    for name in ours[0]:
        a, b = (statistics.median(x[name] for x in side) for side in (ours, theirs))
        ratios = sorted(y[name] / x[name] for x, y in zip(ours, theirs) if x[name])
        print(f"{name}: {a:.6g} and {b:.6g}, ratio {statistics.median(ratios or [1]):.3f} "
              f"({ratios[0] if ratios else 1:.3f} to {ratios[-1] if ratios else 1:.3f})", flush=True)


main()
