#!/usr/bin/env python3
"""A trainer of ten lines as a worker of enigma-sweep: a line is fitted to points by gradient descent.

    enigma-sweep submit examples/python/fit_line.json --data RECORDINGS --worker examples/python/fit_line.py --wait
"""

import json
import os
import pathlib
import random
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import enigma_worker

WINDOWS = 8
PAUSE_S = float(os.environ.get("FIT_LINE_PAUSE_S", "0"))


def points(seed, step, noise=0.1):
    """The step's batch: the same whenever and wherever it is drawn."""
    random_of_step = random.Random(f"{seed} {step}")
    xs = [random_of_step.uniform(-1, 1) for _ in range(WINDOWS)]
    return [(x, 2 * x + 1 + random_of_step.gauss(0, noise)) for x in xs]


def loss_of(line, batch):
    return sum((line["slope"] * x + line["offset"] - y) ** 2 for x, y in batch) / len(batch)


def take_step(line, batch, rate):
    errors = [(line["slope"] * x + line["offset"] - y, x) for x, y in batch]
    line["slope"] -= rate * 2 * sum(error * x for error, x in errors) / len(batch)
    line["offset"] -= rate * 2 * sum(error for error, _ in errors) / len(batch)


def main():
    with enigma_worker.Run() as run:
        line, step = {"slope": 0.0, "offset": 0.0}, 0
        if found := run.newest_checkpoint():
            step, folder = found
            line = json.loads((folder / "line.json").read_text())

        def write(folder):
            (folder / "line.json").write_text(json.dumps(line))

        # `worker.rate` and `worker.noise` of the spec; what it does not set stays as it was.
        rate, noise = run.settings.get("rate", 0.1), run.settings.get("noise", 0.1)
        while step < run.steps and not run.stop:
            batch = points(run.seed, step, noise)
            loss = loss_of(line, batch)
            take_step(line, batch, rate)
            step += 1
            run.metrics(step, step * WINDOWS, step * run.flops_per_step, train_loss=loss)
            if run.checkpoint_due(every_s=1):
                run.keep(step, write)
            time.sleep(PAUSE_S)
        if step < run.steps:
            run.leave(step, write)
        held_out = [point for k in range(100) for point in points(run.seed, -1 - k, noise)]
        run.evaluation(step, "line", loss=loss_of(line, held_out), n=len(held_out),
                       baseline_loss=loss_of({"slope": 0, "offset": 1}, held_out))
        run.keep(step, write)
        run.done(step, step * run.flops_per_step)


if __name__ == "__main__":
    main()
