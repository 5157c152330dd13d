"""The same fit by scipy: L-BFGS-B with the analytic gradient, log-Huber 1e-3, one core.

law_fit.py ROWS EVERY: every EVERYth of the 4,500 published starts, times scaled to all of them.
Prints `name value` lines; times are of the processor.
"""
import itertools
import sys
import time

import numpy as np
from scipy.optimize import minimize

n, d, loss = np.log(np.loadtxt(sys.argv[1], delimiter=",")).T
every = int(sys.argv[2])
DELTA = 1e-3


def objective(theta, weight=1.0):
    a, b, e, alpha, beta = theta
    x, y = a - alpha * n, b - beta * d
    most = np.maximum(np.maximum(x, y), e)
    x, y, e = np.exp(x - most), np.exp(y - most), np.exp(e - most)
    total = x + y + e
    residual = most + np.log(total) - loss
    size = np.abs(residual)
    rho = np.where(size <= DELTA, 0.5 * residual * residual, DELTA * (size - 0.5 * DELTA))
    pull = np.clip(residual, -DELTA, DELTA) * weight / total
    by_x, by_y = pull * x, pull * y
    gradient = [by_x.sum(), by_y.sum(), (pull * e).sum(), -(by_x * n).sum(), -(by_y * d).sum()]
    return (rho * weight).sum(), np.array(gradient)


def timed(work):
    begin = time.process_time()
    results = work()
    return results, time.process_time() - begin


starts = [(a, b, e, alpha, beta)
          for b, a, e, beta, alpha in itertools.product(
              range(0, 30, 5), range(0, 30, 5), (-1, -0.5, 0, 0.5, 1),
              (0, 0.5, 1, 1.5, 2), (0, 0.5, 1, 1.5, 2))][::every]
ends, seconds = timed(lambda: [minimize(objective, s, jac=True, method="L-BFGS-B") for s in starts])
print("fit_s", seconds * 4500 / len(starts))
# L-BFGS-B stops on flat ground: what it leaves is taken on, and only a stationary point at which
# all three terms matter and both exponents are positive counts as a minimum.
minima = []
for end in ends:
    again = minimize(objective, end.x, jac=True, method="BFGS", options={"gtol": 1e-9})
    a, b, e, alpha, beta = again.x
    shares = [np.exp(a - alpha * n).max(), np.exp(b - beta * d).max(), np.exp(e)]
    inside = min(shares) > 1e-4 and alpha > 1e-3 and beta > 1e-3
    if inside and np.abs(again.jac).max() < 1e-7 * DELTA * len(n):
        minima.append(float(again.fun))
last = 0
for value in sorted(minima):
    if value > last * (1 + 1e-6):
        print("minimum", repr(value))
        last = value
best = min(ends, key=lambda end: end.fun).x
rng = np.random.RandomState(42)
weights = [np.bincount(rng.choice(len(n), len(n)), minlength=len(n)).astype(float)
           for _ in range(max(4000 // every, 1))]
hoffmann = [np.log(406.4), np.log(410.7), np.log(1.6934), 0.33917, 0.28491]
for name, start in (("", best), ("_from_hoffmann", hoffmann)):
    for method in ("BFGS", "L-BFGS-B"):
        _, seconds = timed(lambda: [minimize(lambda t: objective(t, w), start, jac=True,
                                             method=method) for w in weights])
        print(f"single_start_refits{name}_{method}_s", seconds * 4000 / len(weights))
