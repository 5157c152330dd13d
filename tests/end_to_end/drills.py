"""enigma-sweep drill: a run struck for real."""

import json

from checks import check, check_exit, test
from place import lines_of, wait_for


def struck(place, what, run):
    answer = place.run("drill", what, run, "--json")
    check_exit(answer, 0)
    return json.loads(answer.stdout)


def wait_for_metrics(place, attempt):
    """The controller has heard of steps of the attempt."""
    def heard():
        attempts = place.show(next(iter(place.runs())))["attempts"]
        return len(attempts) == attempt and (attempts[-1]["last_step"] or 0) > (attempts[-1]["resumed_from_step"] or 0)
    wait_for(heard, f"metrics of attempt {attempt}")


@test
def drills_strike_for_real_and_say_what_was_lost(place):
    retry = {name: {"backoff_s": 0.1} for name in ("preempted", "node_failure", "disk_full")}
    check_exit(place.run("submit", place.spec(budgets=[8e9], seeds=[0], retry=retry), "--worker",
                         place.worker(words="seconds=40")), 0)
    (run,) = wait_for(place.runs, "the run")
    wait_for_metrics(place, 1)
    before = place.address()["pid"]
    document = struck(place, "kill-controller", run)
    check(document["survived"] and document["steps_lost"] == 0 and document["attempt"]["after"] is None, str(document))
    check(place.address()["pid"] != before, "the controller was not killed")
    document = struck(place, "preempt", run[:12])
    check(document["class"] == "preempted" and document["steps_lost"] == 0, str(document))
    wait_for_metrics(place, 2)
    document = struck(place, "kill-node", run)
    check(document["class"] == "node_failure" and document["attempt"] == {"before": 2, "after": 3}, str(document))
    check(0 <= document["steps_lost"] <= document["step"]["before"], str(document))
    wait_for_metrics(place, 3)
    document = struck(place, "disk-full", run)
    check(document["class"] == "disk_full" and document["attempt"]["after"] == 4, str(document))
    check(document["pause_s"] > 0, str(document))
    check_exit(place.run("cancel", "sweep"), 0)


@test
def drills_refuse_what_is_not_at_work(place):
    check_exit(place.run("submit", place.spec(budgets=[8e9], seeds=[0]), "--worker", place.worker(), "--wait"), 0)
    (run,) = place.runs()
    answer = place.run("drill", "preempt", run)
    check_exit(answer, 2)
    check("it is done" in answer.stderr, answer.stderr)
    answer = place.run("drill", "preemt", run)
    check_exit(answer, 2)
    check("preempt" in answer.stderr and "disk-full" in answer.stderr, answer.stderr)
    check_exit(place.run("drill", "preempt", "nobody"), 3)
    check(len(lines_of(place.attempts()[0] / "spool.jsonl", "done")) == 1, "the run was touched")
