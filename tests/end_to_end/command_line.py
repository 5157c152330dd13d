"""The command line as scripts meet it: exit codes, one JSON object, words that help."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from checks import check, check_exit, test
from place import wait_for

HERE = pathlib.Path(__file__).parent
SPECS = HERE.parent / "specs"


def document(result, verb):
    """Standard output: one JSON object of the verb's schema, and nothing else."""
    answer = json.loads(result.stdout)
    check(answer["schema"] == f"enigma.{verb}/1", f"{verb}: {answer.get('schema')}")
    return answer


def diagnostics(result, verb):
    told = document(result, verb)["diagnostics"]
    check(told and told[0]["message"], f"{verb}: no diagnostic")
    check(told[0]["message"] in result.stderr, f"{verb}: people are not told")
    return told


@test
def help_is_as_published(place):
    said = place.run("--help")
    check_exit(said, 0)
    golden = HERE / "help.txt"
    if os.environ.get("ENIGMA_WRITE_EXPECTED"):
        golden.write_text(said.stdout)
    check(said.stdout == golden.read_text(), f"help.txt says otherwise: {said.stdout}")
    for line in said.stdout.splitlines():
        if not line.startswith("  "):
            continue
        verb = line.split()[0]
        own = place.run(verb, "--help")
        check_exit(own, 0)
        check(own.stdout.startswith(f"usage: enigma-sweep {verb}"), f"{verb}: {own.stdout}")


@test
def every_document_has_its_schema(place):
    spec, worker = place.spec(seeds=[0]), place.worker()
    check_exit(place.run("submit", spec, "--worker", worker, "--wait"), 0)
    run = sorted(place.runs())[0]
    for verb, *words in [("plan", spec), ("status",), ("status", "sweep"), ("watch", "sweep"),
                         ("show", run), ("show", run[:8]), ("explain", run), ("metrics", run),
                         ("export", "sweep"), ("cancel", run), ("resume", run),
                         ("submit", spec, "--worker", worker)]:
        answer = place.run(verb, *words, "--json")
        check_exit(answer, 0)
        document(answer, verb)
    rows = document(place.run("export", "sweep", "--json"), "export")["rows"]
    check(len(rows) == 2 and rows[0]["state"] == "done" and "budget.flops" in rows[0], f"{rows}")
    head, *lines = place.run("export", "sweep", "--csv").stdout.splitlines()
    check(head.split(",") == list(rows[0]) and len(lines) == 2, head)
    plan = document(place.run("plan", spec, "--json"), "plan")
    totals = plan["totals"]
    check(totals["usd"] is None and totals["device_hours"] > 0 and
          totals["basis"] == "measured on this device", f"{totals}")
    check({point["action"] for point in plan["points"]} == {"reused"}, "the points are known")
    check(json.loads(place.run("schema").stdout)["type"] == "object", "schema")


@test
def shells_and_man_know_every_command_and_option(place):
    commands = [line.split()[0] for line in place.run("--help").stdout.splitlines()
                if line.startswith("  ") and line[2] != " "]
    for reader in "bash", "zsh", "man":
        told = place.run("completion", reader)
        check_exit(told, 0)
        text = told.stdout.replace("\\-", "-")
        check(all(f"{command}" in text for command in commands), f"{reader}: {text[:200]}")
        check("--worker" in text and "--out" in text, f"{reader} knows options")
        if shutil.which("bash" if reader == "bash" else "no-such-shell"):
            parsed = subprocess.run(["bash", "-n"], input=told.stdout, text=True, capture_output=True)
            check(parsed.returncode == 0, parsed.stderr)
    check_exit(place.run("completion", "fish"), 2)
    check_exit(place.run("completion"), 2)


@test
def two_runs_or_two_specs_are_held_against_each_other(place):
    spec = place.spec(seeds=[0])
    check_exit(place.run("submit", spec, "--worker", place.worker(), "--wait"), 0)
    a, b = [run["id"] for run in place.status()["runs"]]
    differs = document(place.run("diff", a, b[:8], "--json"), "diff")["differs"]
    check([d["pointer"] for d in differs] == ["/budget/flops", "/steps"], f"{differs}")
    check(differs[0]["a"] == 4e9 and differs[0]["b"] == 8e9, f"{differs}")
    check(place.run("diff", a, a).stdout == "no difference\n", "a run and itself")
    check("/budget/flops" in place.run("diff", a, b).stdout, "a table")
    other = place.spec(name="other", seeds=[1])
    differs = document(place.run("diff", spec, other, "--json"), "diff")["differs"]
    check([d["pointer"] for d in differs] == ["/name", "/seeds"], f"{differs}")
    check_exit(place.run("diff", a, spec), 2)
    check_exit(place.run("diff", a, "no-such-run"), 3)
    check_exit(place.run("diff", a), 2)


@test
def the_store_answers_in_sql_and_is_not_changed(place):
    check_exit(place.run("submit", place.spec(seeds=[0]), "--worker", place.worker(), "--wait"), 0)
    sql = "SELECT id, state, NULL AS unknown FROM runs ORDER BY position"
    answer = document(place.run("query", "--sql", sql, "--json"), "query")
    check(answer["columns"] == ["id", "state", "unknown"], f"{answer}")
    check([row[1:] for row in answer["rows"]] == [["done", None]] * 2, f"{answer}")
    head, first, second = place.run("query", "--sql", sql, "--csv").stdout.splitlines()
    check(head == "id,state,unknown" and first.endswith(",done,"), f"{head} {first}")
    check("done" in place.run("query", "--sql", sql).stdout, "a table")
    for wrong in "DELETE FROM runs", "SELECT 1; SELECT 2", "SELECT x FROM y", "":
        refused = place.run("query", "--sql", wrong)
        check_exit(refused, 2)
        check("sql" in refused.stderr, refused.stderr)
    check(set(place.runs().values()) == {"done"}, "the runs are there")


@test
def people_read_tables_of_80_columns_and_no_seconds_since_the_epoch(place):
    spec = place.spec(seeds=[0], budgets=[8e9])
    check_exit(place.run("submit", spec, "--worker", place.worker(), "--wait"), 0)
    [run] = place.runs()
    for words in ["status"], ["watch"], ["show", run], ["explain", run], ["plan", spec]:
        said = place.run(*words).stdout
        check(max(map(len, said.splitlines())) <= 80, f"{words}: {said}")
        check(not re.search(r"\b\d{10}\.\d", said), f"{words}: {said}")
        check(not re.search(r"\d\.\d{5}", said), f"{words} has digits that nobody reads: {said}")
    check(place.run("explain", run).stdout.startswith(f"{run}: done at step"), "done is said once")
    shown = place.run("show", run).stdout
    started = place.show(run)["attempts"][0]["started_at"]
    check(time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(started)) in shown, shown)
    check(run[:8] in place.run("watch", "sweep").stdout, "a finished sweep has its table")


@test
def words_that_are_not_known_are_answered_with_the_nearest(place):
    for words, near in [(("stauts",), "'status'"), (("--jsno", "status"), "'--json'"),
                        (("plan", "--dta", "x", "x.json"), "'--data'"),
                        (("fit", "--csv", "x", "--boostrap", "case:5"), "'--bootstrap'")]:
        refused = place.run(*words)
        check_exit(refused, 2)
        check(f"did you mean {near}?" in refused.stderr, f"{words}: {refused.stderr}")
    check_exit(place.run(), 2)
    for verb in "plan", "submit", "show", "metrics", "explain", "export", "cancel":
        check_exit(place.run(verb), 2)
    told = diagnostics(place.run("plan", "--dta", "x", "--json"), "plan")
    check("'--data'" in told[0]["suggestion"], f"{told}")


@test
def every_mistake_of_a_spec_is_told_in_one_pass(place):
    for verb in "plan", "submit":
        refused = place.run(verb, SPECS / "mistakes.json", "--worker", place.worker()) \
            if verb == "submit" else place.run(verb, SPECS / "mistakes.json")
        check_exit(refused, 2)
        said = refused.stderr.replace(f"{SPECS}/", "")
        check(said == (SPECS / "mistakes.expected").read_text(), f"{verb}: {said}")
    wide = place.spec(resources=[{"nodes": 2}])
    refused = place.run("plan", wide, "--json")
    check_exit(refused, 2)
    told = diagnostics(refused, "plan")[0]
    check(told["line"] and told["pointer"] == "/resources/0", f"{told}")
    check_exit(place.run("plan", wide, "--executor", "slurm"), 0)
    check_exit(place.run("plan", place.spec(executor="slurm")), 0)
    check_exit(place.run("plan", place.spec(), "--executor", "cloud"), 2)


@test
def what_is_not_there_is_told(place):
    for words in [("status",), ("show", "abc"), ("cancel", "abc"), ("fit", "sweep")]:
        absent = place.run(*words, "--json")
        check_exit(absent, 3)
        diagnostics(absent, words[0])
    check_exit(place.run("submit", place.spec(seeds=[0]), "--worker", place.worker(), "--wait"), 0)
    for words in [("status", "swep"), ("show", "feed"), ("metrics", "feed"), ("explain", "feed"),
                  ("export", "swep"), ("cancel", "feed"), ("resume", "swep"), ("logs", "feed"),
                  ("fit", "swep"), ("plan", "absent.json"), ("watch", "swep")]:
        absent = place.run(*words, "--json")
        check_exit(absent, 3)
        diagnostics(absent, words[0])
    check("did you mean 'sweep'?" in place.run("status", "swep").stderr, "the nearest sweep")


@test
def a_fit_that_the_data_cannot_carry_is_refused(place):
    file = place.folder / "few.csv"
    file.write_text("n,d,loss\n1e6,1e8,3\n2e6,1e8,2.9\n")
    words = ("fit", "--csv", file, "--map", "N=n,D=d,loss=loss", "--form", "chinchilla", "--json")
    refused = place.run(*words)
    check_exit(refused, 7)
    diagnostics(refused, "fit")
    wrong = place.run("fit", "--csv", file, "--map", "N=nn,D=d,loss=loss", "--json")
    check_exit(wrong, 2)
    check("'n'" in diagnostics(wrong, "fit")[0]["suggestion"], "the nearest column")


@test
def a_run_that_ends_without_its_target_is_4(place):
    spec = place.spec(seeds=[0], budgets=[8e9], retry={"code": {"max": 0}})
    ended = place.run("submit", spec, "--worker", place.worker(words="die_at=0,exit=70"), "--wait",
                      "--json")
    check_exit(ended, 4)
    check(document(ended, "submit")["status"]["counts"]["failed"] == 1, "one run has failed")
    check_exit(place.run("watch", "sweep"), 4)
    painted = place.run("status", "--color", "always").stdout
    check("\x1b[31m" in painted, f"a failed state is painted: {painted!r}")
    check("\x1b" not in place.run("status").stdout, "colors are for terminals")


@test
def a_controller_that_gives_no_answer_is_6(place):
    check_exit(place.run("submit", place.spec(seeds=[0], budgets=[8e9]), "--worker",
                         place.worker(words="seconds=60")), 0)
    [run] = wait_for(place.runs, "the run")
    pid = place.address()["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        silent = place.run("cancel", run, "--json")
    finally:
        os.kill(pid, signal.SIGCONT)
    check_exit(silent, 6)
    check(str(pid) in diagnostics(silent, "cancel")[0]["message"], "it says who")
    waiting = place.run("explain", run, "--json")
    check(document(waiting, "explain")["why"], "it runs")
