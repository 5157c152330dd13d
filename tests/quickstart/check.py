"""What the quick start must show, read from the documents of the finished sweep."""
import collections
import json
import pathlib
import subprocess
import sys

kind, sweep, store = sys.argv[1:]
folder = pathlib.Path(store)
runs = json.loads((folder / "export.json").read_text())["rows"]
fit = json.loads((folder / "fit.json").read_text())


def verdict(name, ok, figure):
    print(f"{'PASS' if ok else 'FAIL'} quickstart {kind}: {name}{' (' if ok else ': '}{figure}{')' if ok else ''}")


def last_evals(run):
    text = subprocess.run([sweep, "--store", store, "show", run, "--json"], check=True,
                          capture_output=True, text=True).stdout
    evals = json.loads(text)["evals"]
    last = max(e["step"] for e in evals)
    return {e["strategy"]: e for e in evals if e["step"] == last}


def ladders():
    rungs = collections.defaultdict(list)
    for run in runs:
        rungs[(run["size"], run["subset"])].append(run)
    return {key: sorted(value, key=lambda r: r["flops"]) for key, value in rungs.items()}


steps = ladders()
largest = [ladder[-1] for ladder in steps.values()]
verdict("18 runs are done", len(runs) == 18 and all(r["state"] == "done" for r in runs),
        f"{sum(r['state'] == 'done' for r in runs)} done of {len(runs)}")
falling = [key for key, ladder in steps.items()
           if all(a["test_loss"] > b["test_loss"] for a, b in zip(ladder, ladder[1:]))]

if kind == "generated":
    verdict("test loss falls strictly with budget in at least 5 of 6 ladders", len(falling) >= 5,
            f"{len(falling)} of {len(steps)}")
    gains = [1 - r["test_loss"] / r["baseline_loss"] for r in largest]
    verdict("every largest-budget run is at least 3 % below the baseline", min(gains) >= 0.03,
            "gains " + " ".join(f"{100 * g:.1f} %" for g in gains))
    scores = [last_evals(r["run"])["video_only"] for r in largest]
    verdict("video-only correlation exceeds zero by three standard errors",
            all(e["correlation"] > 3 * e["se"] for e in scores),
            " ".join(f"{e['correlation']:.3f}±{e['se']:.3f}" for e in scores))
else:
    gains = []
    for run in largest:
        e = last_evals(run["run"])["causal_response_25"]
        gains.append(100 * (1 - e["loss"] / e["baseline_loss"]))
        print(f"quickstart real: {run['size']} {run['subset']}: causal loss {e['loss']:.5f}, "
              f"baseline {e['baseline_loss']:.5f}, correlation {e['correlation']:.4f} "
              f"± {e['se']:.4f} over {e['n']} neurons")
    verdict("every largest-budget run is at least 0.5 % below the baseline, causal strategy",
            min(gains) >= 0.5, "gains " + " ".join(f"{g:.2f} %" for g in gains))
    epochs = [r["windows"] / r["windows_unique"] for r in largest]
    verdict("no largest-budget run takes more than 20 epochs", max(epochs) <= 20,
            "epochs " + " ".join(f"{e:.1f}" for e in epochs))
    words = json.dumps(fit)
    verdict("a ladder that does not fall is reported in words as data-limited",
            len(falling) == len(steps) or "data-limited" in words or "data_limited" in words,
            f"{len(falling)} of {len(steps)} ladders fall")
