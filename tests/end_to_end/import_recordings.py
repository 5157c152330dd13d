"""Importing recordings as its users do it: real programs, killed at random, out of disk, on damaged files."""
import array
import json
import os
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

from checks import TESTS, Skip, check, test

SEED = int(os.environ.get("ENIGMA_SEED", time.time_ns() % 10**6))
KILLS = 20


def npy(path, descr, shape, data):
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data)


def floats(draw, count):
    return array.array("f", (draw.random() for _ in range(count))).tobytes()


def make_sensorium(folder, trials, samples, draw):
    """A folder of the 2023 layout: random films, 12 neurons."""
    for trial in range(trials):
        npy(folder / f"data/videos/{trial}.npy", "|u1", (36, 64, samples),
            draw.randbytes(36 * 64 * samples))
        for group, signals in (("responses", 12), ("behavior", 2), ("pupil_center", 2)):
            npy(folder / f"data/{group}/{trial}.npy", "<f4", (signals, samples),
                floats(draw, signals * samples))
    words = ["train", "oracle", "none", "live_test_main"]
    tiers = "".join(words[trial % 4].ljust(14, "\0") for trial in range(trials))
    npy(folder / "meta/trials/tiers.npy", "<U14", (trials,), tiers.encode("utf-32-le"))


class World:
    """A source of several sessions, made once."""

    def __init__(self, build, folder):
        self.program = pathlib.Path(build) / "bin" / "enigma-data"
        self.folder = folder
        self.source = folder / "source"
        self.draw = random.Random(SEED)
        for session in range(5):
            make_sensorium(self.source / f"dynamic{session}-1-1-Video-made", 40, 60, self.draw)

    def command(self, out, source=None, form="sensorium2023"):
        return [str(self.program), "import", "--from", form, str(source or self.source),
                "--out", str(out), "--json"]

    def run(self, out, source=None, form="sensorium2023"):
        return subprocess.run(self.command(out, source, form), capture_output=True, text=True,
                              timeout=120)

    def digests(self, out, source=None):
        done = self.run(out, source)
        check(done.returncode == 0, f"exit {done.returncode}: {done.stderr[-500:]}")
        return {s["name"]: s["digest"] for s in json.loads(done.stdout)["sessions"]}


def readers_of(pid):
    """The processes that an import has started, by the kernel's own list."""
    try:
        return [int(child) for child in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def is_alive(pid):
    try:
        return "Z" not in pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def wait_until(happens, what, seconds=10):
    end = time.monotonic() + seconds
    while not happens():
        check(time.monotonic() < end, f"{what}: not within {seconds} s")
        time.sleep(0.002)


def inspected(world, folder):
    done = subprocess.run([str(world.program), "inspect", str(folder), "--json"],
                          capture_output=True, text=True, check=True)
    return {s["name"]: s["digest"] for s in json.loads(done.stdout)["sessions"]}


@test
def killed_import_ends_with_the_same_digests(world):
    from_s = time.monotonic()
    whole = world.digests(world.folder / "whole")
    length_s = time.monotonic() - from_s
    out = world.folder / "killed"
    hits = kills = 0
    # On a busy machine an import may be over before its kill: then there are more of them.
    while kills < KILLS or (hits < KILLS // 2 and kills < 3 * KILLS):
        kills += 1
        if len(list(out.glob("dynamic*"))) == len(whole):
            shutil.rmtree(out)  # it was too quick: begin again, so that each kill meets work
        process = subprocess.Popen(world.command(out), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(world.draw.random() * length_s)
        readers = readers_of(process.pid)
        hits += process.poll() is None
        process.kill()
        process.wait()
        wait_until(lambda: not any(map(is_alive, readers)), "readers end with their parent")
        for session in out.glob("dynamic*"):
            check(inspected(world, session)[session.name] == whole[session.name],
                  f"{session.name} was taken for whole")
    check(hits >= KILLS // 2, f"only {hits} of {kills} kills met a running import")
    check(world.digests(out) == whole, "digests differ after the kills")
    check(not [p for p in out.iterdir() if p.name.startswith(".")], "something was left aside")
    manifest = json.loads((out / "manifest.json").read_text())
    check({s["name"]: s["digest"] for s in manifest["sessions"]} == whole, "the manifest differs")


@test
def crash_of_a_reader_is_a_diagnostic(world):
    out = world.folder / "crashed"
    source = world.source / "dynamic0-1-1-Video-made"
    for attempt in range(20):
        process = subprocess.Popen(world.command(out, source), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        wait_until(lambda: readers_of(process.pid) or process.poll() is not None, "a reader starts")
        for reader in readers_of(process.pid):
            os.kill(reader, signal.SIGSEGV)
        answer, _ = process.communicate(timeout=60)
        if process.returncode == 2:
            break
        shutil.rmtree(out)  # it had ended before the signal came
    check(process.returncode == 2, f"exit {process.returncode} after {attempt + 1} attempts")
    problem = json.loads(answer)["diagnostics"][0]
    check(problem["file"] == str(source), f"names {problem['file']}")
    check("signal 11" in problem["message"], problem["message"])
    check(not out.exists(), "something was left")


@test
def full_disk_is_told_and_survived(world):
    out = world.folder / "small"
    out.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(out)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        raise Skip("a small disk cannot be mounted here")
    try:
        done = world.run(out)
        check(done.returncode == 1, f"exit {done.returncode}")
        check("No space left on device" in done.stderr and str(out) in done.stderr, done.stderr)
        check(not [p for p in out.iterdir() if p.name.startswith(".")], "something was left aside")
        subprocess.run(["mount", "-o", "remount,size=100m", str(out)], check=True)
        check(world.digests(out) == world.digests(world.folder / "whole"), "digests differ")
    finally:
        subprocess.run(["umount", str(out)], check=False)


@test
def wrong_input_is_refused_at_every_door(world):
    wrong = world.folder / "wrong"
    shutil.copytree(world.source / "dynamic0-1-1-Video-made", wrong / "cut")
    film = wrong / "cut" / "data" / "videos" / "3.npy"
    os.truncate(film, 1000)
    (wrong / "text.nwb").write_text("no HDF5")
    (wrong / "text.mp4").write_text("no film")
    out = world.folder / "refused"
    for form, source, file, code in (
            ("sensorium2023", wrong / "cut", film, 2), ("sensorium2022", wrong / "cut", None, 2),
            ("nwb", wrong / "text.nwb", wrong / "text.nwb", 2), ("nwb", wrong / "cut", None, 2),
            ("video", wrong / "text.mp4", wrong / "text.mp4", 2), ("nvb", wrong, None, 2),
            ("nwb", wrong / "absent.nwb", None, 3)):
        done = world.run(out, source, form)
        check(done.returncode == code, f"{form} {source}: exit {done.returncode}")
        problems = json.loads(done.stdout)["diagnostics"]
        check(problems and (file is None or problems[0]["file"] == str(file)),
              f"{form} {source}: {done.stdout}")
        check(not out.exists(), f"{form} {source}: something was written")
    done = world.run(film)
    check(done.returncode == 1 and str(film) in done.stderr, f"exit {done.returncode}")


def main():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="enigma-import-"))
    try:
        world = World(sys.argv[1], folder)
        for function in TESTS:
            if sys.argv[2:] and function.__name__ not in sys.argv[2:]:
                continue
            from_s = time.monotonic()
            try:
                function(world)
                print(f"PASS {function.__name__} ({time.monotonic() - from_s:.1f} s)", flush=True)
            except Skip as why:
                print(f"SKIP {function.__name__}: {why}", flush=True)
            except Exception as why:  # whatever a test meets, the others go on
                print(f"FAIL {function.__name__}: {type(why).__name__}: {why} (seed {SEED})",
                      flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


main()
