#!/usr/bin/env python3
"""A small PyTorch training as a worker of enigma-sweep: a network of one hidden layer learns a wave.

    enigma-sweep submit examples/python/fit_line.json --data RECORDINGS --worker examples/python/train_torch.py --wait

Weights, the optimiser's state and nothing else are kept: a batch follows from the seed and the step, so a run that was
preempted or killed ends with the bits of one that was not.
"""

import math
import os
import pathlib
import sys
import time

import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import enigma_worker

WINDOWS = 64
PAUSE_S = float(os.environ.get("TRAIN_TORCH_PAUSE_S", "0"))


def batch_of(seed, step):
    """The step's inputs (WINDOWS, 1) and targets (WINDOWS, 1)."""
    generator = torch.Generator().manual_seed(hash((seed, step)) % 2**63)
    x = 2 * torch.rand(WINDOWS, 1, generator=generator) - 1
    return x, torch.sin(math.pi * x)


def network(width, seed):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(1, width), torch.nn.Tanh(), torch.nn.Linear(width, 1))


def loss_of(model, batch):
    x, y = batch
    return torch.nn.functional.mse_loss(model(x), y)


def train(run, model, optimizer, step):
    """To the target, or to the step at which the run is asked to leave."""
    def write(folder):
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, folder / "state.pt")

    while step < run.steps and not run.stop:
        optimizer.zero_grad()
        loss = loss_of(model, batch_of(run.seed, step))
        loss.backward()
        optimizer.step()
        step += 1
        run.metrics(step, step * WINDOWS, step * run.flops_per_step, train_loss=loss.item())
        if run.checkpoint_due(every_s=1):
            run.keep(step, write)
        time.sleep(PAUSE_S)
    if step < run.steps:
        run.leave(step, write)
    run.keep(step, write)
    return step


def main():
    torch.set_num_threads(1)
    with enigma_worker.Run() as run:
        model, step = network(width=16, seed=run.seed), 0
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        if found := run.newest_checkpoint():
            step, folder = found
            state = torch.load(folder / "state.pt", weights_only=True)
            model.load_state_dict(state["model"])
            optimizer.load_state_dict(state["optimizer"])
        step = train(run, model, optimizer, step)
        with torch.no_grad():
            held_out = [torch.cat(part) for part in zip(*(batch_of(run.seed, -1 - k) for k in range(20)))]
            loss = loss_of(model, held_out).item()
            baseline = held_out[1].var(unbiased=False).item()
        run.evaluation(step, "wave", loss=loss, n=len(held_out[0]), baseline_loss=baseline)
        run.done(step, step * run.flops_per_step)


if __name__ == "__main__":
    main()
