#!/usr/bin/env python3
"""Deliberate faults in the decisions: each is put into a copy of the sources, and the simulation must see it.

  tests/simulation/faults.py SCRATCH [SEEDS [WORDS…]]

SCRATCH is made: a copy of the committed tree with a build of its own. Seeds 1 to SEEDS (2000) are run in steps until one
fails. WORDS: only the faults whose name has one of them. Prints a table; the exit status is that of the worst: 0 where every
fault is caught.
"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
DECIDE = "orchestrator/decide/"
STEP = 100

# (what is wrong, file, as it is, as it is broken)
FAULTS = [
    ("a job that is not seen once is lost", DECIDE + "conditions.cc",
     "if (silent_s < policy.lease_s) { return std::nullopt; }", "if (silent_s < 0) { return std::nullopt; }"),
    ("exit code 0 is taken for done", DECIDE + "ending.cc",
     "if (run.state == State::running && !rest_as_asked(run)) { fail(change, ending, policy, now); }",
     "if (run.state == State::running && ending.exit_code == 0) { move(run, State::done, \"exit code 0\"); }\n"
     "  if (run.state == State::running && !rest_as_asked(run)) { fail(change, ending, policy, now); }"),
    ("places are not counted", DECIDE + "reconcile.cc",
     "if (used[pool] + share > std::min(size, room_of(snapshot, pool, now))) {",
     "if (used[pool] + share > 99 + std::min(size, room_of(snapshot, pool, now))) {"),
    ("an end is seen and not remembered", DECIDE + "transition.cc",
     "    attempt.gone = true;\n    if (!attempt.ending) {", "    if (!attempt.ending) {"),
    ("the first failure is the last", DECIDE + "retry.cc",
     "if (rule->second.max && failures > *rule->second.max)", "if (failures > 1)"),
    ("what was given up is not stopped", DECIDE + "conditions.cc",
     "if (attempt.ending) { return is_ghost(attempt, state); }", "if (attempt.ending) { return false; }"),
    ("a full queue gives back a submission that was made before", DECIDE + "transition.cc",
     "if (attempt->tried_at != attempt->submitted_at) {", "if (false) {"),
    ("a start without us is taken for one of a run that has ended", DECIDE + "transition.cc",
     "if (run.state == State::waiting && run.wanted == Wanted::run) {\n    move(run, State::running, \"started again",
     "if (run.wanted == Wanted::run) {\n    run.state = State::running;\n    run.why = (\"started again"),
    ("a run comes to rest while something of it may live", DECIDE + "conditions.cc",
     "if (db::has_live_attempt(run) || has_leftovers(run, snapshot, policy, now)) {",
     "if (db::has_live_attempt(run) || (has_leftovers(run, snapshot, policy, now) && now < 0)) {"),
    ("a ceiling does not see runs that are tried again", DECIDE + "ceiling.cc",
     "  return found == account.expected_device_hours.end() ? nullptr : &found->second;",
     "  if (!run.attempts.empty()) { return nullptr; }\n"
     "  return found == account.expected_device_hours.end() ? nullptr : &found->second;"),
    ("what a run has used is settled twice", "orchestrator/controller/ledger.cc",
     "book.account.used_device_hours += used - known->second;", "book.account.used_device_hours += used;"),
    ("a report is acknowledged that was not committed", "orchestrator/controller/ingest.cc",
     "  if (!store.commit(receipt.delivery)) {", "  if (receipt.ack % 5 != 4 && !store.commit(receipt.delivery)) {"),
    ("an attempt that was given up still counts", DECIDE + "reception.cc",
     "if (run.attempts.back().token != token || given_up) { return refused(Reception::fenced); }",
     "if (given_up) { return refused(Reception::fenced); }"),
    ("done counts without an eval of its step", DECIDE + "reception.cc",
     "if (done.step < at.run.target_step || !is_evaluated(at.run, done.step)) {",
     "if (done.step < at.run.target_step) {"),
    ("a token is used again", "orchestrator/controller/controller.cc",
     "const std::string base = options_.fresh_token();", "const std::string base = \"0\";"),
    ("a line of a spool is read twice", DECIDE + "spool.cc",
     "    part_.next.offset += static_cast<int64_t>(from - first);", "    part_.next.offset += 0;"),
]


def run(*words, cwd=None):
    return subprocess.run([str(word) for word in words], cwd=cwd, capture_output=True, text=True)


def prepare(scratch):
    made = run("git", "clone", "--quiet", ROOT, scratch)
    if made.returncode != 0:
        sys.exit(made.stderr)
    configured = run("cmake", "--preset", "release", "-DENIGMA_WORKER=OFF", cwd=scratch)
    if configured.returncode != 0:
        sys.exit(configured.stdout + configured.stderr)


def build(scratch):
    return run("cmake", "--build", "--preset", "release", "--target", "enigma_simulation_program", cwd=scratch)


def caught(scratch, seeds):
    """The first failing seed and what the checkers say, or nothing."""
    for first in range(1, seeds + 1, STEP):
        answer = run(scratch / "build/release/bin/enigma_simulation", "--seeds", f"{first}..{first + STEP - 1}")
        if answer.returncode == 0:
            continue
        lines = answer.stdout.splitlines()
        seed = next((line.split()[1] for line in lines if line.startswith("seed ")), "?")
        said = next((line.strip() for line in lines if line.startswith("  ")), answer.stderr.strip()[-80:])
        return seed, said
    return None


def broken(scratch, file, before, after):
    path = scratch / file
    text = path.read_text()
    if text.count(before) != 1:
        sys.exit(f"{file}: does not hold once: {before}")
    path.write_text(text.replace(before, after))
    return text


def main():
    scratch = pathlib.Path(sys.argv[1])
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    wanted = [fault for fault in FAULTS if any(words in fault[0] for words in sys.argv[3:] or [""])]
    if not wanted:
        sys.exit(f"no fault is called so; there are: {', '.join(fault[0] for fault in FAULTS)}")
    prepare(scratch)
    status = 0
    print("| fault | caught by seed | as |\n|---|---|---|")
    for what, file, before, after in wanted:
        whole = broken(scratch, file, before, after)
        built = build(scratch)
        if built.returncode != 0:
            sys.exit(f"{what}: does not compile\n{built.stdout[-2000:]}")
        found = caught(scratch, seeds)
        status |= found is None
        print(f"| {what} | {found[0] if found else 'none'} | {found[1] if found else '-'} |", flush=True)
        (scratch / file).write_text(whole)
    return status


sys.exit(main())
