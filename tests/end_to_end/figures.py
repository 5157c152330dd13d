"""Figures as users ask for them: every kind and ending, and every way to ask wrongly."""

import csv
import json
import math
import shutil
import xml.etree.ElementTree

from checks import Skip, check, check_exit, test

KINDS = ["loss-flops", "isoflop", "loss-data", "residuals", "profile", "extrapolation"]
QUICK = ["--bootstrap", "case:50", "--starts", "32"]


def rows_of(place, **columns):
    """A file of 3 sizes × 4 budgets × 2 subsets of a known law, and the options that read it."""
    path = place.folder / "runs.csv"
    lines = ["n,d,c,loss,subset"]
    for subset, factor in [("few <&> 'quoted', sessions", 1.03), ("all", 1.0)]:
        for k, (size, budget) in enumerate((n, c) for n in (1e6, 3e6, 9e6, 27e6)
                                           for c in (3e15, 9e15, 27e15, 81e15)):
            data = budget / 6 / size
            noise = 1 + 0.001 * math.sin(7 * k)
            loss = factor * noise * (1.7 + 400 * size ** -0.34 + 400 * data ** -0.28)
            lines.append(f'{size},{data},{budget},{loss},"{subset}"')
    path.write_text("\n".join(lines) + "\n")
    return ["--csv", path, "--map", "N=n,D=d,C=c,loss=loss", *QUICK]


def needs_gnuplot():
    if shutil.which("gnuplot") is None:
        raise Skip("gnuplot is not installed")


@test
def every_kind_of_figure_comes_with_its_numbers(place):
    needs_gnuplot()
    rows = rows_of(place)
    for kind in KINDS:
        for ending, size in [("svg", "column"), ("png", "slide"), ("pdf", "column")]:
            out = place.folder / f"{kind}.{ending}"
            drawn = place.run("plot", *rows, "--by", "subset", "--kind", kind, "--out", out,
                              "--size", size, "--json")
            check_exit(drawn, 0)
            answer = json.loads(drawn.stdout)
            check(answer["figure"] == str(out), f"{answer}")
            numbers = json.loads((place.folder / f"{kind}.json").read_text())
            check(answer["numbers"].endswith(f"{kind}.json") and numbers["kind"] == kind, f"{kind}")
            told = list(csv.DictReader(open(answer["csv"], newline="")))
            points = sum(len(series["points"]) for panel in numbers["panels"]
                         for series in panel["series"])
            rules = sum(len(panel["rules"]) for panel in numbers["panels"])
            check(len(told) == points + rules > 20, f"{kind}: {len(told)} lines, {points} points")
            check(out.stat().st_size > 1000, f"{out} is empty")
        xml.etree.ElementTree.parse(place.folder / f"{kind}.svg")


@test
def a_figure_that_cannot_be_made_leaves_nothing(place):
    rows = rows_of(place)
    folder = place.folder / "there.svg"
    folder.mkdir()
    (place.folder / "taken.json").mkdir()
    good = place.folder / "f.svg"
    for words, code, said in [
            (["--kind", "residual", "--out", good], 2, "residuals"),
            (["--out", place.folder / "f.jpeg"], 2, ".svg, .pdf or .png"),
            (["--out", place.folder / "f.sgv"], 2, ".svg"),
            (["--out", place.folder / "f"], 2, ".svg, .pdf or .png"),
            ([], 2, "--out"),
            (["--out", folder], 2, "folder"),
            (["--out", place.folder / "taken.pdf"], 2, "folder"),
            (["--out", place.folder / "absent" / "f.svg"], 2, "folder"),
            (["--out", place.folder / "runs.png"], 2, "overwrite"),
            (["--out", good, "--size", "poster"], 2, "column"),
            (["--out", good, "--cut", "-1"], 2, "--cut"),
            (["--out", good, "--kind", "extrapolation", "--cut", "1"], 7, "cut")]:
        refused = place.run("plot", *rows, *words)
        check_exit(refused, code)
        check(said in refused.stderr, f"{words}: {refused.stderr}")
    check((place.folder / "runs.csv").read_text().startswith("n,d,c"), "the rows are gone")
    left = {path.name for path in place.folder.iterdir()} - {"runs.csv", "there.svg", "taken.json"}
    check(not any(name.startswith("f") for name in left), f"{left}")


@test
def columns_that_a_figure_needs_are_named(place):
    needs_gnuplot()
    rows_of(place)
    out = place.folder / "f.svg"
    for columns, form, kind, said in [
            ("N=n,loss=loss", ["--form", "power"], "loss-flops", "FLOPs"),
            ("C=c,loss=loss", ["--form", "power"], "loss-data", "D, or N and C"),
            ("N=n,D=d,loss=loss", ["--form", "chinchilla"], "isoflop", "isoflop:parabola"),
            ("N=n,D=d,loss=loss", ["--form", "isoflop:akima"], "profile", "formula"),
            ("C=c,loss=loss", [], "isoflop", "N"),
            ("N=n,loss=loss", [], "isoflop", "C")]:
        refused = place.run("plot", "--csv", place.folder / "runs.csv", "--map", columns, *form,
                            "--kind", kind, "--out", out, *QUICK)
        check_exit(refused, 2)
        check(said in refused.stderr, f"{kind}: {refused.stderr}")
    few = place.folder / "few.csv"
    few.write_text("n,d,c,loss\n1e6,1e8,6e14,3\n1e6,1e9,6e15,2.5\n")
    rows = ["--csv", few, "--map", "N=n,D=d,C=c,loss=loss", "--out", out, "--json"]
    check_exit(place.run("plot", *rows, "--kind", "residuals"), 7)
    check(not out.exists(), "a refused figure was written")
    drawn = place.run("plot", *rows)
    check_exit(drawn, 0)
    check("No frontier" in json.loads(drawn.stdout)["note"], drawn.stdout)


@test
def a_sweep_of_the_store_is_drawn(place):
    needs_gnuplot()
    check_exit(place.run("submit", place.spec(), "--worker", place.worker(), "--wait"), 0)
    out = place.folder / "f.png"
    check_exit(place.run("plot", "sweep", "--out", out, *QUICK), 0)
    numbers = json.loads((place.folder / "f.json").read_text())
    [panel] = numbers["panels"]
    check(panel["x"]["label"] == "training compute (FLOPs)", f"{panel['x']}")
    check("nats" in panel["y"]["label"], f"{panel['y']}")
    runs = {point["run"] for series in panel["series"] for point in series["points"]}
    check(runs == set(place.runs()), f"{runs}")
    check_exit(place.run("plot", "nothing", "--out", out), 3)
