"""fit, predict and hero as their users meet them: bad input at every door, good input to the end."""

import json
import math
import random
import resource
import subprocess

from checks import check, check_exit, test
from command_line import diagnostics, document

ROLES = "N=n,D=d,loss=loss"
QUICK = ("--bootstrap", "case:100", "--starts", "48")


def law(n, d, offset=1.69, a=406.4, b=410.7, alpha=0.34, beta=0.28):
    return offset + a * n ** -alpha + b * d ** -beta


def good_rows(sd=0.005):
    dice = random.Random(1)
    sizes = [3e7 * 10 ** (k * 2.5 / 9) for k in range(10)]
    data = [5e8 * 10 ** (k * 2.8 / 5) for k in range(6)]
    return [(n, d, law(n, d) * math.exp(dice.gauss(0, sd))) for n in sizes for d in data]


def written(place, name, rows, head="n,d,loss"):
    file = place.folder / name
    lines = [head] + [",".join(str(cell) for cell in row) for row in rows]
    file.write_text("\n".join(lines) + "\n")
    return file


def fit(place, file, *words, roles=ROLES):
    quick = () if {"--bootstrap", "--starts"} & set(words) else QUICK
    return place.run("fit", "--csv", file, "--map", roles, *quick, *words, "--json")


@test
def bad_tables_are_told_and_refused(place):
    rows = good_rows()
    cases = {
        "empty.csv": (b"", 2),
        "header.csv": (b"n,d,loss\n", 7),
        "binary.csv": (bytes(random.Random(2).randrange(256) for _ in range(20000)), 2),
        "zeros.csv": (bytes(1000), 2),
        "no_loss.csv": (b"n,d\n1,2\n", 2),
        "semicolon.csv": (b"n;d;loss\n1;2;3\n", 7),
        "thousands.csv": (b"n;d;loss\n1.234.567,8;2;3\n", 2),
        "doubtful.csv": (b"n;d;loss\n1;2;3,125\n", 2),
        "object.jsonl": (b'{"n":{"a":1},"d":2,"loss":3}\n', 2),
        "ragged.csv": (b"n,d,loss\n1,2\n", 2),
        "open_quote.csv": (b'n,d,loss\n1,2,"3\n', 2),
        "words.csv": (b"n,d,loss\n30M,2,3\n", 2),
        "twice.csv": (b"n,n,loss\n1,2,3\n", 2),
        "empty.jsonl": (b"", 2),
        "array.jsonl": (b"[1,2]\n", 2),
        "deep.jsonl": (b'{"n":' + b"[" * 50000, 2),
    }
    for name, (content, code) in cases.items():
        file = place.folder / name
        file.write_bytes(content)
        refused = fit(place, file)
        check(refused.returncode == code, f"{name}: exit {refused.returncode}: {refused.stderr[:300]}")
        diagnostics(refused, "fit")
    for name, table, code in [
            ("two.csv", rows[:2], 7),
            ("equal.csv", [(n, d, 2.5) for n, d, _ in rows], 7),
            ("negative.csv", [(n, d, -y if k == 3 else y) for k, (n, d, y) in enumerate(rows)], 7),
            ("all_nan.csv", [("nan", d, y) for n, d, y in rows], 7)]:
        refused = fit(place, written(place, name, table))
        check(refused.returncode == code, f"{name}: exit {refused.returncode}: {refused.stderr[:300]}")
        diagnostics(refused, "fit")
    check_exit(fit(place, place.folder / "absent.csv"), 3)
    check_exit(fit(place, place.folder), 3)
    for name, said in [("header.csv", "no rows"), ("all_nan.csv", "60: N (n) is not a number")]:
        told = diagnostics(fit(place, place.folder / name), "fit")[0]["message"]
        check(said in told, f"{name}: {told}")


@test
def what_looks_like_another_unit_is_a_warning(place):
    rows = good_rows()
    tables = {
        "millions.csv": [(n / 1e6 if k % 2 else n, d, y) for k, (n, d, y) in enumerate(rows)],
        "outliers.csv": [(n, d, y * (1.4 if k % 7 == 0 else 1)) for k, (n, d, y) in enumerate(rows)],
    }
    for name, table in tables.items():
        told = document(fit(place, written(place, name, table)), "fit")
        check(told["n_used"] == 60 and told["excluded"] == [], f"{name}: {told['excluded']}")
        check(any("two units" in one for one in told["warnings"]), f"{name}: {told['warnings']}")
    text = place.run("fit", "--csv", place.folder / "outliers.csv", "--map", ROLES, *QUICK).stdout
    check("may stand in two units" in text, text[-800:])


@test
def a_table_is_read_however_it_was_written(place):
    rows = good_rows()
    plain = written(place, "plain.csv", rows)
    text = plain.read_text()
    european = text.replace(",", ";").replace(".", ",")
    kinds = {
        "cr.csv": text.replace("\n", "\r").encode(),
        "marked.csv": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        "little.csv": text.encode("utf-16"),
        "big.csv": b"\xfe\xff" + text.encode("utf-16-be"),
        "european.csv": european.encode(),
        "tabs.csv": text.replace(",", "\t").encode(),
        "trailing.csv": text.replace("\n", ",,\n").encode(),
        "blanks.csv": text.replace("n,d,loss", " n , d, loss ").encode(),
        "lines.jsonl": "".join(json.dumps({"n": n, "d": d, "loss": y, "_": {"step": [1, math.nan]}})
                               + "\n" for n, d, y in rows).encode(),
    }
    wanted = document(fit(place, plain), "fit")
    for name, content in kinds.items():
        (place.folder / name).write_bytes(content)
        told = document(fit(place, place.folder / name), "fit")
        for key in "parameters", "n_used", "excluded", "objective":
            check(told[key] == wanted[key], f"{name}: {key}")
    odd = [("1e-400", 1e9, 3), (1e8, "1e400", 3), (1e8, 1e9, "NaN"), (1e8, 1e9, "")]
    told = document(fit(place, written(place, "odd.csv", rows + odd)), "fit")
    check(told["parameters"] == wanted["parameters"], "rows that cannot be used are left out alone")
    whys = [one["why"] for one in told["excluded"]]
    for why, said in zip(whys, ["smallest double", "largest double", "not a number", "empty"]):
        check(said in why, f"{whys}")


@test
def wrong_words_of_a_fit_are_answered_with_the_right_ones(place):
    file = written(place, "good.csv", good_rows())
    for words, said in [
            (("--form", "chinchila"), "chinchilla"), (("--form", "isoflop"), "isoflop:parabola"),
            (("--form", "isoflop:spline"), "isoflop"), (("--objective", "hubber"), "huber"),
            (("--objective", "huber:-1"), "huber"), (("--space", "ln"), "linear"),
            (("--reduction", "max"), "mean"), (("--bootstrap", "jack:9"), "case"),
            (("--bootstrap", "case:-4"), "case"), (("--level", "95"), "between 0 and 1"),
            (("--starts", "0"), "whole number"), (("--fix", "gamma=1"), "alpha"),
            (("--fix", "alpha"), "P=V"), (("--where", "n >"), "--where"),
            (("--where", "m > 3"), "n"), (("--by", "subst"), "loss"), (("--cut", "-1"), "> 0"),
            (("--material", "2"), "between 0 and 1"), (("--metric", "bounded"), "ceiling:R"),
            (("--metric", "ceiling:2"), "at most 1"),
            (("--stats", "64"), "--starts")]:
        refused = fit(place, file, *words)
        check(refused.returncode == 2, f"{words}: exit {refused.returncode}: {refused.stderr[:300]}")
        diagnostics(refused, "fit")
        check(said in refused.stderr, f"{words}: {refused.stderr[:300]}")
    for roles in ["N=m,D=d,loss=loss", "N=n,D=d,los=loss", "N=n", "N=n,N=d,loss=loss", "", "n"]:
        check_exit(fit(place, file, roles=roles), 2)
    check_exit(place.run("fit", "--csv", file, "--json"), 2)
    check_exit(place.run("fit", "--json"), 2)
    check_exit(fit(place, file, "--form", "isoflop:akima", roles="N=n,loss=loss"), 2)


@test
def tables_that_cannot_tell_get_the_verdict_that_says_so(place):
    dice = random.Random(3)
    rows = good_rows()
    one_size = [(1e8, d, law(1e8, d) * math.exp(dice.gauss(0, 0.005))) for _, d, _ in rows]
    nothing = [(n, d, 3 * math.exp(dice.gauss(0, 0.003))) for n, d, _ in rows]
    rising = [(n, d, 3 + 0.01 * math.log(n * d)) for n, d, _ in rows]
    tied = [(n, 20 * n, law(n, 20 * n) * math.exp(dice.gauss(0, 0.005))) for n, _, _ in rows]
    for name, table, codes in [("one_size.csv", one_size, ["undetermined"]),
                               ("nothing.csv", nothing, ["undetermined"]),
                               ("rising.csv", rising, ["data_limited"]),
                               ("tied.csv", tied, ["undetermined"])]:
        for form in "chinchilla", "envelope", "isoflop:parabola":
            answer = fit(place, written(place, name, table), "--form", form)
            check(answer.returncode in (0, 7), f"{name} {form}: exit {answer.returncode}")
            if answer.returncode == 7:
                continue
            told = document(answer, "fit")
            check(told["verdict"]["code"] in codes, f"{name} {form}: {told['verdict']}")
            check(told["optimum"] == [], f"{name} {form}: an optimum")
            check(told["exponents"]["a"]["value"] is None, f"{name} {form}: {told['exponents']}")
    broken = [("nan" if k % 7 == 0 else n, "" if k % 11 == 5 else d, y)
              for k, (n, d, y) in enumerate(rows)]
    told = document(fit(place, written(place, "holes.csv", broken)), "fit")
    check(told["n_used"] + len(told["excluded"]) == 60 and told["excluded"][0]["why"], "excluded")


@test
def a_good_table_is_answered_in_full(place):
    file = written(place, "good.csv", good_rows())
    told = document(fit(place, file), "fit")
    check(told["verdict"]["code"] == "ok", f"{told['verdict']}")
    check({a["form"] for a in told["approaches"]} >=
          {"chinchilla", "envelope", "isoflop:parabola", "isoflop:akima"}, "side by side")
    check(told["checklist"]["form"] == "chinchilla" and told["selection"]["sentence"], "checklist")
    text = place.run("fit", "--csv", file, "--map", ROLES, *QUICK).stdout
    check("checklist" in text and "isoflop:akima" in text, text[-500:])
    held_out = document(fit(place, file, "--cut", "1e19"), "fit")["extrapolation"]
    check(held_out["cut"] == 1e19 and held_out["n_train"] + held_out["n_test"] == 60, held_out)
    budget = ("--csv", file, "--map", ROLES, *QUICK, "--json")
    by_flops = document(place.run("predict", "--flops", "1e23", *budget), "predict")
    check(by_flops["n"] and by_flops["loss"]["low"] < by_flops["loss"]["value"], f"{by_flops}")
    check("doubling" in by_flops["doublings"]["sentence"], f"{by_flops['doublings']}")
    by_time = document(place.run("predict", "--gpus", "192", "--hours", "720", "--mfu", "0.4",
                                 "--device", "H100", *budget), "predict")
    check(math.isclose(by_time["target"], 192 * 720 * 3600 * 0.4 * 989e12), f"{by_time['target']}")
    for words in [("--gpus", "8"), ("--gpus", "8", "--hours", "1", "--mfu", "2", "--device", "H100"),
                  ("--gpus", "8", "--hours", "1", "--mfu", "0.4", "--device", "B1000"),
                  ("--flops", "-1"), ("--flops", "1e20", "--device", "H100"), ()]:
        check_exit(place.run("predict", *words, *budget), 2)


@test
def a_hero_run_is_a_spec_that_plan_takes(place):
    rows = [(n, c / 6 / n, c, law(n, c / 6 / n, 0.3, 40, 40, 0.3, 0.3))
            for c in (1e9, 1e10, 1e11, 1e12) for n in (1e3, 3e3, 1e4, 3e4, 1e5, 3e5)]
    file = written(place, "law.csv", rows, "n,d,c,loss")
    out = place.folder / "hero.json"
    words = ("hero", "--csv", file, "--map", "N=n,D=d,C=c,loss=loss", *QUICK, "--flops", "2e12",
             "--out", out, "--json")
    without = place.run(*words)
    check_exit(without, 2)
    check("--spec" in without.stderr, without.stderr)
    told = document(place.run(*words, "--spec", place.spec()), "hero")
    planned = document(place.run("plan", out, "--json"), "plan")
    check(len(planned["points"]) == 1, "one point")
    point = planned["points"][0]
    check(0.67 < point["params"]["shared"] / told["n"] < 1.5, f"{point['params']} for {told['n']}")
    check(point["budget_flops"] == 2e12 and told["plan"]["points"][0]["id"] == point["id"], "budget")
    # What the spec names beside itself is found from wherever the hero's spec is written to.
    site = place.folder / "site.json"
    site.write_text(json.dumps({"name": "here", "as_of": "2026-11-01"}))
    (place.folder / "elsewhere").mkdir()
    words = tuple(place.folder / "elsewhere/hero.json" if word == out else word for word in words)
    check_exit(place.run(*words, "--spec", place.spec(site="site.json")), 0)
    out = place.folder / "elsewhere/hero.json"
    check(json.loads(out.read_text())["site"] == str(site.resolve()), out.read_text())
    check_exit(place.run("plan", out), 0)
    flat = written(place, "flat.csv", [(n, d, c, 3 + 0.01 * math.log(n * d)) for n, d, c, _ in rows],
                   "n,d,c,loss")
    refused = place.run("hero", "--csv", flat, "--map", "N=n,D=d,C=c,loss=loss", *QUICK, "--flops",
                        "2e12", "--spec", place.spec(), "--json")
    check_exit(refused, 7)
    check("Data-limited" in diagnostics(refused, "hero")[0]["message"], refused.stderr)


def law_sweep(place, **more):
    """A sweep whose fake runs follow a law of size and data, done."""
    axes = {
        "model.size": [{"width": w, "layers": k, "heads": 2} for w, k in ((8, 1), (16, 1), (24, 2), (40, 2))],
        "data.sessions": ["all"],
        "budget.flops": [4e10, 1.6e11, 6.4e11, 2.56e12],
    }
    spec = place.spec(axes=axes, seeds=[0], **more)
    check_exit(place.run("submit", spec, "--worker", place.worker(), "--wait"), 0)
    return ("sweep", *QUICK)


@test
def a_forecast_is_frozen_once_and_scored_when_its_run_has_ended(place):
    sweep = law_sweep(place)
    words = ("predict", *sweep, "--flops", "1e13", "--freeze", "first", "--json")
    told = document(place.run(*words), "predict")
    frozen = told["forecast"]
    check(frozen["name"] == "first" and frozen["form"] == "chinchilla", frozen)
    check(len(frozen["rows_digest"]) == 64 and frozen["at"] > 0, frozen)
    check(document(place.run(*words), "predict")["forecast"] == frozen, "the same again is the same")
    other = place.run("predict", *sweep, "--flops", "2e13", "--freeze", "first", "--json")
    check_exit(other, 2)
    check("'first' is frozen already" in diagnostics(other, "predict")[0]["message"], other.stdout)
    # Where no controller lives it is written under the store's own lock.
    place.stop()
    second = ("predict", *sweep, "--flops", "2e13", "--freeze", "second", "--json")
    check_exit(place.run(*second), 0)
    check_exit(place.run(*second), 0)
    check_exit(place.run("predict", *sweep, "--flops", "1e14", "--freeze", "second"), 2)
    for wrong in [("--freeze", "a b"), ("--freeze", "x", "--metric", "ceiling:1")]:
        check_exit(place.run("predict", *sweep, "--flops", "1e13", *wrong), 2)
    waiting = document(place.run("fit", *sweep, "--json"), "fit")["forecasts"]
    check([one["name"] for one in waiting] == ["first", "second"], waiting)
    check(all(one["actual"] is None and one["run"] is None for one in waiting), waiting)
    hero = place.folder / "hero.json"
    check_exit(place.run("hero", *sweep, "--flops", "1e13", "--out", hero), 0)
    check_exit(place.run("submit", hero, "--worker", place.worker(), "--wait"), 0)
    scored = document(place.run("fit", *sweep, "--json"), "fit")["forecasts"][0]
    [seen] = place.show(scored["run"])["forecasts"]
    check(seen["name"] == "first" and seen["loss"] == told["loss"], seen)
    check(seen["actual"] == place.show(scored["run"])["test_loss"], seen)
    check(seen["inside"] == (seen["loss"]["low"] <= seen["actual"] <= seen["loss"]["high"]), seen)
    numbers = place.folder / "fig.json"
    check_exit(place.run("plot", *sweep, "--out", numbers), 0)
    [stars] = [series for series in json.loads(numbers.read_text())["panels"][0]["series"]
               if series["kind"] == "forecast"]
    check([point["run"] for point in stars["points"]] == ["first", "second"], stars)
    text = place.run("fit", *sweep).stdout
    check("frozen forecast" in text and "intervals of frozen forecasts held" in text, text[-600:])
    check("frozen forecasts of it" in place.run("show", scored["run"]).stdout, "show tells people")


@test
def the_next_runs_are_a_spec_that_plan_takes_and_submit_adds(place):
    sweep = law_sweep(place, ceilings={"usd_per_device_hour": 3600})
    out = place.folder / "next.json"
    words = ("next", *sweep, "--out", out, "--json")
    told = document(place.run(*words, "--device-hours", "1000"), "next")
    check(told["proposed"] and told["why"] is None, told)
    now, then = told["narrows"]["now"], told["narrows"]["expected"]
    check(now["low"] < then["low"] < then["high"] < now["high"], told["narrows"])
    check(told["narrows"]["quantity"] == "loss", told["narrows"])
    check(json.loads(out.read_text()) == told["spec"], "the spec is written as it is told")
    planned = document(place.run("plan", out, "--json"), "plan")
    fresh = [point["values"] for point in planned["points"] if point["action"] == "new"]
    proposed = [run["values"] for run in told["proposed"]]
    check(sorted(map(str, fresh)) == sorted(map(str, proposed)), f"{fresh} for {proposed}")
    hours = sum(run["device_hours"] for run in told["proposed"])
    cheap = document(place.run(*words, "--usd", 1800 * hours, "--ask", "size"), "next")
    check(sum(run["usd"] for run in cheap["proposed"]) <= 1800 * hours, cheap["proposed"])
    check(cheap["narrows"]["quantity"] == "size", cheap["narrows"])
    none = document(place.run(*words, "--usd", "1e-12"), "next")
    check(none["proposed"] == [] and none["spec"] is None and "costs" in none["why"], none)
    for wrong in [(), ("--usd", "1", "--device-hours", "1"), ("--usd", "-1"),
                  ("--usd", "1", "--ask", "colour"), ("--usd", "1", "--most", "0")]:
        refused = place.run(*words, *wrong)
        check_exit(refused, 2)
        diagnostics(refused, "next")
    check_exit(place.run("next", "absent", "--usd", "1"), 3)
    refused = place.run("next", "sweep", "--form", "envelope", "--usd", "1", "--json")
    check_exit(refused, 7)
    text = place.run("next", *sweep, "--device-hours", "1000").stdout
    check("expected" in text and "device-hours" in text, text)
    check_exit(place.run("submit", out, "--worker", place.worker(), "--wait"), 0)
    fitted = document(place.run("fit", *sweep, "--json"), "fit")
    check(fitted["n_used"] == 16 + len(proposed), f"{fitted['n_used']}")


@test
def a_huge_file_is_refused_or_read_in_bounded_memory(place):
    limit = 1 << 29

    def bounded():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))

    def fit_bounded(file, *words):
        words = [*place.command("fit", "--csv", file, "--map", ROLES, *QUICK, *words, "--json")]
        return subprocess.run(words, capture_output=True, text=True, timeout=120, preexec_fn=bounded)

    huge = place.folder / "huge.csv"
    with open(huge, "wb") as file:
        file.write(b"n,d,loss\n")
        file.truncate(1 << 30)
    refused = fit_bounded(huge)
    check(refused.returncode == 2, f"exit {refused.returncode}: {refused.stderr[:300]}")
    check("NUL" in json.loads(refused.stdout)["diagnostics"][0]["message"], refused.stdout)
    wide = place.folder / "wide.csv"
    head = ["n", "d", "loss"] + [f"c{k}" for k in range(900)]
    wide.write_text(",".join(head) + "\n" + (",".join("1" * 903) + "\n") * 9000)
    check_exit(fit_bounded(wide), 7)
    long = place.folder / "long.csv"
    with open(long, "w", encoding="utf-8") as file:
        file.write("step,n,d,loss,note\n")
        for k in range(1_000_000):
            file.write(f"{k},1e8,{k + 1},2.5,a note that nobody asked for\n")
        for n, d, loss in good_rows():
            file.write(f"-1,{n},{d},{loss},\n")
    told = document(fit_bounded(long, "--where", "step < 0"), "fit")
    check(told["n_used"] == 60, f"{told['n_used']}")
    check(sum(one["rows"] for one in told["excluded"]) == 1_000_000, "every row is counted")
    check(len(told["excluded"]) < 200_000, f"{len(told['excluded'])} entries")
