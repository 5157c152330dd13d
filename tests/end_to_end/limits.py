"""Ceilings and stop rules: what holds runs, what it says, and how they go on."""

import hmac
import http.server
import json
import re
import threading

from checks import check, check_exit, test
from command_line import diagnostics
from place import ROOT, lines_of, wait_for


def shares(place, sweep):
    return json.loads(place.run("spend", sweep, "--json").stdout)["ceilings"][0]


@test
def a_ceiling_holds_the_runs_it_cannot_pay_for(place):
    worker = place.worker(words="seconds=1")
    spec = place.spec(budgets=[8e9], seeds=range(6), ceilings={"device_hours": 2.2 / 3600})
    ended = place.run("submit", spec, "--worker", worker, "--wait")
    check_exit(ended, 5)
    states = sorted(place.runs().values())
    check(states.count("held") >= 1 and states.count("done") >= 2, f"{states}")
    check(states.count("held") + states.count("done") == 6, f"{states}")
    held = next(run for run, state in place.runs().items() if state == "held")
    why = place.show(held)["why"]
    check("the ceiling of sweep sweep" in why and "device-hours" in why, why)
    ceiling = shares(place, "sweep")
    check(ceiling["used_device_hours"] >= ceiling["device_hours"] * 0.6, f"{ceiling}")
    check(ceiling["reserved_device_hours"] == 0, f"{ceiling}")
    check("may use" in place.run("spend").stdout, "people are told")
    # Going on without more to spend leads back to where it was.
    check_exit(place.run("resume", "sweep"), 0)
    check_exit(place.run("submit", spec, "--worker", worker, "--wait"), 5)
    place.spec(budgets=[8e9], seeds=range(6), ceilings={"device_hours": 1})
    check_exit(place.run("submit", spec, "--worker", worker), 0)
    check_exit(place.run("resume", "sweep"), 0)
    check_exit(place.run("submit", spec, "--worker", worker, "--wait"), 0)
    check(set(place.runs().values()) == {"done"}, f"{place.runs()}")


@test
def what_is_scraped_is_what_the_example_dashboard_asks_for(place):
    spec = place.spec(budgets=[8e9], seeds=[0, 1], ceilings={"device_hours": 1})
    check_exit(place.run("submit", spec, "--worker", place.worker(words="seconds=2")), 0)
    wait_for(lambda: "enigma_run_train_loss{" in place.get("/metrics"), "a loss of a run at work")
    text = place.get("/metrics")
    check(text.endswith("# EOF\n"), text)
    dashboard = (ROOT / "examples/grafana/enigma-sweep.json").read_text()
    asked = set(re.findall(r"enigma_[a-z_]+", dashboard))
    for panel in json.loads(dashboard)["panels"]:
        check(panel["targets"], f"{panel}")
    check(asked and all(f"# TYPE {name} gauge" in text for name in asked), f"{asked}")
    lost = [name for name in asked if f"\n{name}{{" not in text]
    check(set(lost) <= {"enigma_run_mfu_ratio"}, f"no sample of {lost}")


@test
def a_ceiling_that_stops_runs_keeps_their_checkpoints(place):
    spec = place.spec(budgets=[8e9], seeds=[0],
                      ceilings={"usd": 2, "usd_per_device_hour": 3600, "on_reach": "checkpoint_and_stop"})
    ended = place.run("submit", spec, "--worker", place.worker(words="seconds=6"), "--wait")
    check_exit(ended, 5)
    [run] = place.runs()
    shown = place.show(run)
    check("$2 at $3600 a device-hour" in shown["why"], shown["why"])
    check(shown["attempts"][-1]["class"] is None, f"{shown['attempts'][-1]}")
    check(shown["checkpoints"], "a checkpoint is left")
    place.spec(budgets=[8e9], seeds=[0])
    quick = place.worker("quick", "seconds=1")
    check_exit(place.run("submit", spec, "--worker", quick), 0)
    check_exit(place.run("resume", run), 0)
    check_exit(place.run("submit", spec, "--worker", quick, "--wait"), 0)
    check(place.show(run)["attempts"][-1]["resumed_from_step"] > 0, "it goes on")


class Receiver(http.server.BaseHTTPRequestHandler):
    """Refuses the first post, takes the others."""
    posts = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posts.append((self.headers["X-Enigma-Signature"], body))
        self.send_response(503 if len(self.posts) == 1 else 200)
        self.end_headers()

    def log_message(self, *words):
        pass


@test
def a_webhook_is_told_what_nobody_watches(place):
    Receiver.posts = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    place.store.mkdir()
    file = place.store / "webhook.json"
    file.write_text(json.dumps({"url": f"http://127.0.0.1:{server.server_port}/x", "secret": "key"}))
    spec = place.spec(budgets=[8e9], seeds=[0], retry={"code": {"max": 0}})
    worker = place.worker(words="die_at=0.5,exit=70")
    refused = place.run("submit", spec, "--worker", worker)
    check(refused.returncode != 0 and "chmod 600" in refused.stderr, refused.stderr)
    file.chmod(0o600)
    check_exit(place.run("submit", spec, "--worker", worker, "--wait"), 4)
    wait_for(lambda: len(Receiver.posts) >= 3, "a post, the same again, and the sweep's end")
    for signature, body in Receiver.posts:
        check(signature == "sha256=" + hmac.new(b"key", body, "sha256").hexdigest(), signature)
    first, again, ended = [json.loads(body) for _, body in Receiver.posts[:3]]
    check(first == again and first["kind"] == "run_failed", f"{first} {again}")
    check(ended["kind"] == "sweep_ended" and ended["counts"]["failed"] == 1, f"{ended}")
    server.shutdown()


@test
def a_stop_rule_holds_a_run_and_says_what_was_measured(place):
    spec = place.spec(budgets=[8e9], seeds=[0], stop=[{"if": "progress > 0.3", "over_steps": 1}])
    ended = place.run("submit", spec, "--worker", place.worker(words="seconds=4"), "--wait")
    check_exit(ended, 5)
    [run] = place.runs()
    why = place.show(run)["why"]
    check("stop rule progress > 0.3 holds: step" in why and "train_loss" in why, why)
    kinds = [event["kind"] for event in place.show(run)["events"]]
    check("held_back" in kinds, f"{kinds}")
    spool = place.store / "runs" / run / "attempt-1" / "spool.jsonl"
    check(wait_for(lambda: lines_of(spool, "preempted"), "its last words"), "it left a checkpoint")


@test
def limits_that_cannot_be_kept_are_refused(place):
    told = diagnostics(place.run("plan", place.spec(ceilings={"usd": 5}), "--json"), "plan")
    check(told[0]["pointer"] == "/ceilings/usd" and told[0]["line"], f"{told}")
    told = diagnostics(place.run("plan", place.spec(stop=[{"if": "gian < 0.1"}]), "--json"), "plan")
    check(told[0]["pointer"] == "/stop/0/if" and "gain" in told[0]["suggestion"], f"{told}")
    planned = place.run("plan", place.spec(ceilings={"device_hours": 1e-9}), "--json",
                        "--peak-tflops", "1", "--mfu", "0.3")
    check_exit(planned, 0)
    warnings = json.loads(planned.stdout)["warnings"]
    check(any("ceiling" in warning["message"] for warning in warnings), f"{warnings}")
