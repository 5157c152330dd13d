"""The real worker under the real controller; see real_worker.sh. Each test gets a store of its own."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

from place import Place, alive, lines_of, wait_for

EVERY = 4  # steps between checkpoints, through the environment of the controller
BUDGET = 6e9  # about 60 steps of the smallest model: a few seconds


class World:
    """Recordings, made once, and the answers of a run that nothing interrupted."""

    def __init__(self, build, folder):
        self.build, self.folder, self.data = build, folder, folder / "recordings"
        subprocess.run([f"{build}/bin/enigma-data", "generate", "--out", self.data, "--sessions",
                        "2", "--animals", "2", "--neurons", "30", "--minutes", "2", "--seed", "3"],
                       check=True, capture_output=True)
        self.expected = None

    def place(self, name, data=None):
        return Place(self.build, self.folder / name, data or self.data)


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def check_exit(result, code):
    check(result.returncode == code,
          f"exit {result.returncode}, expected {code}: {result.stderr.strip()[-600:]}")


def spec_of(place):
    return place.spec(budgets=[BUDGET], seeds=[0], evaluation={
        "sessions": "all", "strategies": ["video_only", "causal_response_25"]})


def result_of(place):
    """What must not depend on the run's fate: every step's loss that was told, and the scores."""
    [run] = place.runs()
    rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
    told = {(r["step"], r["name"]): r["value"] for r in rows
            if r["name"] in ("train_loss", "grad_norm", "learning_rate")}
    shown = place.show(run)
    last = max(e["step"] for e in shown["evals"])
    scores = {(e["step"], e["strategy"]): (e["loss"], e["correlation"], e["n"])
              for e in shown["evals"]}
    newest = max(place.store.glob(f"runs/{run}/attempt-*/checkpoints/step-{last}/state.json"))
    weights = {name: file["sha256"]
               for name, file in json.loads(newest.read_text())["files"].items()}
    return told, scores, weights


def check_equal(place, world):
    told, scores, weights = result_of(place)
    told_whole, scores_whole, weights_whole = world.expected
    both = told.keys() & told_whole.keys()
    last = max(step for step, _ in told_whole)
    check((last, "train_loss") in both, "the last step's loss was not told by both runs")
    check(all(told[key] == told_whole[key] for key in both), "a loss differs")
    check(scores == scores_whole, f"scores differ: {scores} and {scores_whole}")
    check(weights == weights_whole, "the weights after the last step differ")
    return len(both)


def running_worker(place, checkpoints=1):
    """The first attempt and its worker's pid, once so many checkpoints were kept."""
    def ready():
        for spool in place.store.glob("runs/*/attempt-1/spool.jsonl"):
            kept = lines_of(spool, "checkpoint")
            if len(kept) >= checkpoints:
                return spool.parent, kept[0]["attempt"]["job"]
        return None
    return wait_for(ready, "a checkpoint")


def finish(place):
    check_exit(place.run("submit", spec_of(place), "--wait"), 0)


def attempts_of(place, classes):
    [run] = place.runs()
    attempts = place.show(run)["attempts"]
    check([a["class"] for a in attempts] == classes, f"classes {[a['class'] for a in attempts]}")
    return attempts


def uninterrupted_run_and_submitted_twice(world):
    place = world.place("whole")
    os.environ["ENIGMA_TRACE"] = "trace.json"  # in the folder of the attempt, where a worker stands
    with ended(place):
        finish(place)
        del os.environ["ENIGMA_TRACE"]
        world.expected = result_of(place)
        attempt = place.attempts()[0]
        check_trace(attempt / "trace.json", ranks=1, steps=max(m["step"] for m in
                    lines_of(attempt / "spool.jsonl", "metrics")))
        [run] = place.status()["runs"]
        told = {r["name"] for r in json.loads(place.run("metrics", run["id"], "--json").stdout)["rows"]}
        check({"mfu_step", "mfu_step_masked", "hardware_utilisation"} <= told, f"metrics {told}")
        check(run["mfu_basis"].endswith("attention over all pairs (dense)"), run["mfu_basis"])
        again = place.run("submit", spec_of(place), "--wait", "--json")
        check_exit(again, 0)
        check(json.loads(again.stdout)["submitted"] == [], "something was submitted again")
        attempts = attempts_of(place, [None])
        check(len(place.attempts()) == 1, "an attempt was added")
        return f"{attempts[0]['last_step']} steps, the second submit starts nothing"


def a_trained_model_predicts(world):
    """Its predictions, scored by enigma-data, give the correlation that the run reported."""
    place = world.place("predicting")
    with ended(place):
        finish(place)
        [run] = place.runs()
        last = max(place.store.glob(f"runs/{run}/attempt-*/checkpoints/step-*"),
                   key=lambda folder: int(folder.name[5:]))
        reported = {e["strategy"]: e["correlation"] for e in place.show(run)["evals"]
                    if e["step"] == int(last.name[5:])}
        check(len(reported) == 2, f"scores of {list(reported)}")
        for strategy, correlation in reported.items():
            out = place.folder / f"{strategy}.safetensors"
            subprocess.run([place.bin / "enigma-worker", "predict", "--checkpoint", last, "--data",
                            world.data, "--strategy", strategy, "--out", out], check=True,
                           capture_output=True)
            scored = json.loads(subprocess.run(
                [place.bin / "enigma-data", "score", out, "--json"], check=True,
                capture_output=True, text=True).stdout)["population"]
            check(abs(scored - correlation) < 1e-6, f"{strategy}: {scored}, not {correlation}")
        return f"{len(reported)} strategies, {correlation:.4f} twice"


def bench(world, *words):
    return subprocess.run([world.build / "bin" / "enigma-worker", "bench", *words],
                          capture_output=True, text=True)


def check_simulated(world, words, step_s):
    """Over a network that is stated, beside the measured step; and the trace of the measured ones."""
    trace = world.folder / "bench-trace.json"
    answer = bench(world, *words, "--ranks", "2", "--latency-s", "0.5", "--bytes-per-s", "1e9",
                   "--trace", trace, "--json")
    check_exit(answer, 0)
    simulated = json.loads(answer.stdout)["simulated"]
    check(simulated["network"] == {"latency_s": 0.5, "bytes_per_s": 1e9, "basis": "stated"}, f"{simulated}")
    check(simulated["step_s"] > step_s and simulated["communication_exposed_s"] >= 1, f"{simulated}")
    check(0 < simulated["efficiency"] < 0.9, f"{simulated}")
    check_trace(trace, ranks=2, steps=5)


def check_trace(path, ranks, steps):
    """Rows of all ranks; the parts of a step lie in it."""
    events = json.loads(path.read_text())["traceEvents"]
    check({e["pid"] for e in events} == set(range(ranks)), "a row a rank")
    for rank in range(ranks):
        spans = [e for e in events if e["pid"] == rank and e["ph"] == "X"]
        whole = [e for e in spans if e["name"] == "step"]
        check(len(whole) == steps, f"{len(whole)} steps of rank {rank}, not {steps}")
        last = whole[-1]
        inside = [e for e in spans if e is not last and e["ts"] >= last["ts"]
                  and e["ts"] + e["dur"] <= last["ts"] + last["dur"]]
        check({"data", "forward", "backward", "optimizer"} <= {e["name"] for e in inside}, f"parts {inside}")


def a_machine_is_measured_for_a_run(world):
    """Ceilings, and where the time of steps of a run goes, on one rank and on two."""
    place = world.place("measured")
    with ended(place):
        finish(place)
        [run] = place.runs()
        point = place.store / "runs" / run / "point.json"
    words = ["--point", point, "--data", world.data, "--steps", "5"]
    for ranks in (1, 2):
        answer = bench(world, *words, "--ranks", str(ranks), "--json")
        check_exit(answer, 0)
        document = json.loads(answer.stdout)
        step = document["step"]
        check(document["schema"] == "enigma.bench/1" and document["ranks"] == ranks, str(document))
        check(abs(sum(step.values()) - 2 * step["step_s"]) < 1e-9, f"parts of {step}")
        check(min(step[k] for k in step if k != "other_s") >= 0, f"a part below 0 of {step}")
        check(0 < document["mfu_step_masked"] <= document["mfu_step"] < 1, f"MFU {document['mfu_step']}")
        check(document["hardware_utilisation"] == document["mfu_step_masked"], "nothing is computed again here")
        check("peak measured" in document["mfu_basis"]["peak"], f"basis {document['mfu_basis']}")
        if ranks == 1:
            check(document["simulated"] is None, "a rank alone has no network")
        check(document["limit"] in ("compute", "data", "communication"), document["limit"])
        check("attention_for_cpu" in document["attention_backend"], document["attention_backend"])
        check(len(document["collectives"]) == (0 if ranks == 1 else 8), "collectives")
        check([m["dtype"] for m in document["matmul"]] == ["float32", "bfloat16"], "matmul")
    check_simulated(world, words, step["step_s"])
    told = bench(world, *words)
    check(told.returncode == 0 and "limited by" in told.stdout, told.stdout + told.stderr)
    for wrong in (["--point", point], ["--steps", "0"], ["--ranks", "-1"], ["--sleps", "3"],
                  [*words, "--ranks", "3"], [*words, "--latency-s", "1"]):
        check_exit(bench(world, *wrong), 2)
    return f"{step['step_s'] * 1e3:.0f} ms a step on two ranks, limited by {document['limit']}"


def a_run_is_scored_after_the_fact(world):
    """The same question has the same answer; other ones stand beside the history, not in it."""
    place = world.place("scored")
    with ended(place):
        finish(place)
        [run] = place.runs()
        before = place.show(run)
        last = max(e["step"] for e in before["evals"])
        reported = {e["strategy"]: e for e in before["evals"] if e["step"] == last}
        again = place.run("evaluate", "sweep", "--sessions", "all", "--json")
        check_exit(again, 0)
        evals = json.loads(again.stdout)["evals"]
        check({e["strategy"] for e in evals} == reported.keys(), f"strategies of {evals}")
        for e in evals:
            own = reported[e["strategy"]]
            check(e["run"] == run and e["after"] is True and len(e["sessions"]) == 2, f"eval {e}")
            for key in ("step", "tier", "loss", "baseline_loss", "correlation", "se", "n"):
                check(e[key] == own[key], f"{key}: {e[key]}, not {own[key]}")
            check(e["ccnorm"] is not None and e["ccnorm_n"] > 0, "clips repeat, so CCnorm is known")
        check_exit(place.run("evaluate", run, "--strategies", "video_only,population_64_response",
                             "--tier", "validation"), 0)
        after = place.show(run)
        check(after["evals"] == before["evals"], "the history has changed")
        kept = [(e["strategy"], e["tier"]) for e in after["evaluations"]]
        check(len(kept) == 4 and ("population_64_response", "validation") in kept, f"kept {kept}")
        check_exit(place.run("evaluate", run), 0)
        check_exit(place.run("evaluate", run), 0)
        check(len(place.show(run)["evaluations"]) == 6, "the same question is kept once")
        for words, named in ((("--strategies", "video_onli"), "video_only"),
                             (("--sessions", "al"), "all"), (("--tier", "tset"), "tset")):
            refused = place.run("evaluate", run, *words)
            check_exit(refused, 2)
            check(named in refused.stderr, f"{named} is not named: {refused.stderr[-300:]}")
        ccnorm = {e["strategy"]: round(e["ccnorm"], 3) for e in evals}
        return f"losses and correlations equal, CCnorm {ccnorm}"


def sigkilled_worker_resumes(world):
    place = world.place("killed")
    with ended(place):
        check_exit(place.run("submit", spec_of(place)), 0)
        _, pid = running_worker(place)
        os.kill(pid, signal.SIGKILL)
        finish(place)
        attempts = attempts_of(place, ["node_failure", None])
        check(attempts[1]["resumed_from_step"] > 0, "attempt 2 began anew")
        told = check_equal(place, world)
        return f"from step {attempts[1]['resumed_from_step']}, {told} values and the weights equal"


def sigterm_is_a_preemption(world):
    place = world.place("preempted")
    with ended(place):
        check_exit(place.run("submit", spec_of(place)), 0)
        attempt, pid = running_worker(place)
        os.kill(pid, signal.SIGTERM)
        finish(place)
        check(json.loads((attempt / "exit.json").read_text())["code"] == 75, "exit 75")
        attempts = attempts_of(place, ["preempted", None])
        stopped = lines_of(attempt / "spool.jsonl", "preempted")[0]["step"]
        check(attempts[1]["resumed_from_step"] == stopped, "not from where it stopped")
        told = check_equal(place, world)
        return f"exit 75 at step {stopped}, {told} values and the weights equal"


def torn_checkpoint_is_passed_over(world):
    place = world.place("torn")
    with ended(place):
        check_exit(place.run("submit", spec_of(place)), 0)
        attempt, pid = running_worker(place, checkpoints=2)
        os.kill(pid, signal.SIGSTOP)
        wait_for(lambda: "T" == pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1]
                 .split()[0], "the worker to stand still")
        kept = sorted(attempt.glob("checkpoints/step-*"), key=lambda p: int(p.name.split("-")[1]))
        shard = kept[-1] / "shared.safetensors"
        os.truncate(shard, shard.stat().st_size - 100)
        os.kill(pid, signal.SIGKILL)
        finish(place)
        attempts = attempts_of(place, ["node_failure", None])
        before = int(kept[-2].name.split("-")[1])
        check(attempts[1]["resumed_from_step"] == before,
              f"resumed from {attempts[1]['resumed_from_step']}, expected {before}")
        log = (attempt.parent / "attempt-2" / "worker.log").read_text()
        check("checkpoint passed over" in log and "torn" in log, "the log does not say so")
        told = check_equal(place, world)
        return f"step {before} instead of {kept[-1].name[5:]}, {told} values and the weights equal"


def damaged_copy(world, name):
    data = world.folder / f"{name}-recordings"
    shutil.copytree(world.data, data)
    return data


def the_worker_defines_nothing_of_gloo(world):
    """LibTorch brings gloo's code: a second copy in ours would be two of each of its classes."""
    names = subprocess.run(["nm", "-C", "--defined-only", world.build / "bin" / "enigma-worker"], check=True,
                           capture_output=True, text=True).stdout.splitlines()
    own = [name for name in names if "vtable for gloo::" in name]
    check(not own, f"defined here: {own[:3]}")
    check(any("enigma::parallel" in name for name in names), "the collectives are not in this program")
    return f"none of {len(names)} symbols"


def of_two_ranks(place, **placement):
    path = pathlib.Path(spec_of(place))
    spec = json.loads(path.read_text())
    spec["resources"] = [{"ranks": 2}]
    spec["defaults"].update(placement)
    path.write_text(json.dumps(spec))
    return str(path)


def check_near(place, world):
    """Sums over ranks come in another order: equal but for what float32 makes of that."""
    told, scores, _ = result_of(place)
    told_whole, scores_whole, _ = world.expected
    both = told.keys() & told_whole.keys()
    check(max(step for step, _ in both) == max(step for step, _ in told_whole), "the last step was not told")
    most = max(abs(told[key] - told_whole[key]) / abs(told_whole[key]) for key in both if told_whole[key])
    check(most < 1e-4, f"a told value differs by {most:.1e}")
    check(scores.keys() == scores_whole.keys(), "other scores")
    for key, (loss, correlation, n) in scores.items():
        whole_loss, whole_correlation, whole_n = scores_whole[key]
        check(abs(loss / whole_loss - 1) < 1e-4 and n == whole_n, f"{key}: loss {loss}, not {whole_loss}")
        check(abs(correlation - whole_correlation) < 1e-3, f"{key}: correlation {correlation}, not {whole_correlation}")
    return most


def exported_shapes(world, place):
    """Names and shapes of the weights in the last checkpoint, gathered into one file."""
    checkpoint = max(place.attempts()[0].glob("checkpoints/step-*"), key=lambda path: int(path.name[5:]))
    out = place.folder / "weights.safetensors"
    subprocess.run([world.build / "bin" / "enigma-worker", "export-weights", checkpoint, "--out", out], check=True,
                   capture_output=True)
    data = out.read_bytes()
    header = json.loads(data[8:8 + int.from_bytes(data[:8], "little")])
    return {name: tensor["shape"] for name, tensor in header.items() if name != "__metadata__"}


def check_layout(place, run, form):
    """show tells what the ranks were, and how parameters went between them."""
    shown = place.show(run)
    check([rank["rank"] for rank in shown["ranks"]] == [0, 1] and all(r["node"] and "CPU" in r["device"] for r in
          shown["ranks"]), f"{shown['ranks']}")
    told = shown["communication"]
    check(told["form"] == form and told["bytes_per_step"] > 0, f"{told['form']}")
    roads = {p["road"] for p in told["parameters"] if p["class"] != "session"}
    check(len(roads) == 1 and "all-gather" in roads.pop(), "one road, with a gather")
    said = place.run("show", run).stdout
    check("communication: " in said and max(map(len, said.splitlines())) <= 80, said)


def run_on_two_ranks(world, name, parallel):
    """The largest difference from the run of one rank, and the shapes of its weights."""
    place = world.place(name)
    with ended(place):
        check_exit(place.run("submit", of_two_ranks(place, parallel=parallel), "--wait"), 0)
        [attempt] = attempts_of(place, [None])
        check(attempt["ranks"] == 2, f"{attempt['ranks']} ranks")
        kept = {path.name for path in place.attempts()[0].glob("checkpoints/*/*")}
        check({"shared.safetensors", "shared-1.safetensors"} <= kept, f"files of checkpoints: {kept}")
        check((place.attempts()[0] / "rank-1.log").exists(), "rank 1 has no log")
        [run] = place.runs()
        rows = json.loads(place.run("metrics", run, "--json").stdout)["rows"]
        exposed = [row["value"] for row in rows if row["name"] == "communication_exposed_s"]
        check(all(value > 0 for value in exposed), "no communication was waited for")
        check_layout(place, run, parallel.get("form", "replicate"))
        return check_near(place, world), exported_shapes(world, place)


def two_ranks_give_the_run_of_one(world):
    """Each with a copy of the model, stepping its part; and with the model cut over both."""
    copied, shapes = run_on_two_ranks(world, "two-ranks", {"schedule": "scattered"})
    cut, shapes_of_cut = run_on_two_ranks(world, "two-ranks-sharded", {"form": "shard"})
    check(shapes == shapes_of_cut and len(shapes) > 10, f"other weights: {shapes} {shapes_of_cut}")
    return f"the same to {copied:.0e}, the model cut to {cut:.0e}"


def a_killed_rank_ends_the_attempt_and_one_rank_goes_on(world):
    """Rank 1 is killed: rank 0 leaves at once, the cause is named, and the run goes on from its checkpoint."""
    place = world.place("killed-rank")
    with ended(place):
        check_exit(place.run("submit", of_two_ranks(place)), 0)
        attempt, _ = running_worker(place)
        [rank_1] = [pid for pid in ranks_of(attempt) if b"ENIGMA_RANK=1" in environment_of(pid)]
        began = time.monotonic()
        os.kill(rank_1, signal.SIGKILL)
        wait_for(lambda: (attempt / "exit.json").exists(), "the end of the attempt")
        took = time.monotonic() - began
        check(took < 20, f"rank 0 went on for {took:.0f} s")
        finish_two_ranks(place)
        attempts = attempts_of(place, ["node_failure", None])
        check("rank 1" in attempts[0]["evidence"]["line"], f"evidence: {attempts[0]['evidence']}")
        check(attempts[1]["resumed_from_step"] > 0, "attempt 2 began anew")
        return f"ended after {took:.1f} s, the same to {check_near(place, world):.0e}"


def finish_two_ranks(place):
    check_exit(place.run("submit", of_two_ranks(place), "--wait"), 0)


def environment_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def ranks_of(attempt):
    """The processes that are ranks of an attempt."""
    told = b"ENIGMA_ATTEMPT_DIR=" + bytes(attempt) + b"\0"
    programs = [int(p.name) for p in pathlib.Path("/proc").iterdir() if p.name.isdigit()]
    return [pid for pid in programs if told in environment_of(pid) and b"ENIGMA_RANK" in environment_of(pid)]


def truncated_array_is_refused(world):
    data = damaged_copy(world, "truncated")
    arrays = sorted(data.rglob("*.npy"), key=lambda f: f.stat().st_size)
    check(arrays, "no .npy among the recordings")
    os.truncate(arrays[-1], arrays[-1].stat().st_size // 2)
    place = world.place("truncated", data)
    with ended(place):
        for command in ("plan", "submit"):
            refused = place.run(command, spec_of(place))
            check_exit(refused, 2)
            check(arrays[-1].name in refused.stderr + refused.stdout,
                  f"{command} does not name {arrays[-1].name}: {refused.stderr[-300:]}")
        check(not place.attempts(), "an attempt was started")
        return f"exit 2 names {arrays[-1].relative_to(data)}"


def not_a_number_is_refused(world):
    data = damaged_copy(world, "nan")
    responses = min(data.glob("*/responses/data.mem"))  # float16, 30 neurons a row
    with open(responses, "r+b") as stream:
        stream.seek(2 * (30 * 100 + 7))
        stream.write(struct.pack("<e", float("nan")))
    place = world.place("nan", data)
    with ended(place):
        refused = place.run("submit", spec_of(place), "--wait")
        check_exit(refused, 2)
        check("responses/data.mem row 100, neuron 7" in refused.stderr,
              f"the place is not named: {refused.stderr[-300:]}")
        return "exit 2 names the row and the neuron"


def a_causal_sweep_is_like_any_other(world):
    """Text of a grammar, four sizes, a fit that knows the text's entropy."""
    data = world.folder / "tokens"
    told = json.loads(subprocess.run(
        [f"{world.build}/bin/enigma-data", "tokens", "--out", data, "--tokens", "200000",
         "--held-out", "8192", "--vocabulary", "8", "--order", "1", "--json"],
        check=True, capture_output=True, text=True).stdout)
    entropy = told["shards"][0]["entropy_nats"]
    place = world.place("causal", data)
    sizes = [{"width": w, "layers": 1, "heads": 2} for w in (8, 16, 32, 64)]
    spec = place.spec(
        name="causal", seeds=[0], session_sets={"text": {"list": ["train"]},
                                                "held_out": {"list": ["test"]}},
        evaluation={"sessions": "held_out", "strategies": ["next_token"]},
        defaults={"model": {"family": "causal"}, "data": {"sessions": "text"},
                  "train": {"sequence_tokens": 32, "windows_per_lane": 4, "shared_lr": 1e-2},
                  "schedule": {"warmup_steps": 3}},
        axes={"model.size": sizes, "budget.flops": [5e8, 2e9]})
    with ended(place):
        check_exit(place.run("submit", spec, "--wait"), 0)
        rows = json.loads(place.run("export", "causal", "--json").stdout)["rows"]
        check([r["state"] for r in rows] == ["done"] * 8, "not every run is done")
        for row in rows:
            check(row["family"] == "causal" and row["params_session"] == 0, f"row {row}")
            check(row["irreducible_loss"] == entropy, "the entropy is not the data's")
            check(0.97 * entropy < row["test_loss"] < row["baseline_loss"], f"losses of {row}")
        fit = place.run("fit", "causal")
        check_exit(fit, 0)
        check(f"irreducible loss of {entropy:.5g}" in fit.stdout, "the fit does not tell it")
        best = min(row["test_loss"] for row in rows)
        return f"best test loss {best:.4f}, entropy {entropy:.4f}"


@contextlib.contextmanager
def ended(place):
    try:
        yield
    finally:
        place.stop()


TESTS = [uninterrupted_run_and_submitted_twice, a_trained_model_predicts,
         a_machine_is_measured_for_a_run,
         a_run_is_scored_after_the_fact, sigkilled_worker_resumes, sigterm_is_a_preemption,
         torn_checkpoint_is_passed_over, the_worker_defines_nothing_of_gloo, two_ranks_give_the_run_of_one,
         a_killed_rank_ends_the_attempt_and_one_rank_goes_on, truncated_array_is_refused,
         not_a_number_is_refused, a_causal_sweep_is_like_any_other]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    if not (build / "bin" / "enigma-worker").exists():
        print(f"SKIP real worker: {build}/bin/enigma-worker is not built")
        return
    os.environ["ENIGMA_CHECKPOINT_EVERY"] = str(EVERY)
    with tempfile.TemporaryDirectory(prefix="enigma-real-") as folder:
        world = World(build, pathlib.Path(folder))
        for test in TESTS:
            name, started = "real worker: " + test.__name__.replace("_", " "), time.monotonic()
            try:
                figure = test(world)
                print(f"PASS {name} ({figure}; {time.monotonic() - started:.1f} s)", flush=True)
            except Exception as error:  # the next test still says something
                print(f"FAIL {name}: {error}", flush=True)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
main()
