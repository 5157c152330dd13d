"""Runs on a real Slurm cluster of four nodes on this machine (cluster.sh), with protocol workers.

  slurm.py BUILD CLUSTER single|nodes|sweeps|accounting|load [NAME…]
"""

import importlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

from cluster import Cluster, wait_for
from checks import TESTS, Skip
from place import Place

FILES = {"single": ["single", "chains"], "nodes": ["ranks", "nodes"], "sweeps": ["sweeps"],
         "accounting": ["accounting"], "load": ["load"]}
BUILD, CLUSTER, LANE = sys.argv[1:4]
for each in FILES[LANE]:
    importlib.import_module(each)


def keep(place):
    """ENIGMA_KEEP names a folder for the stores of tests that fail."""
    if os.environ.get("ENIGMA_KEEP"):
        shutil.copytree(place.folder, pathlib.Path(os.environ["ENIGMA_KEEP"], place.folder.name), dirs_exist_ok=True)


def run_one(function, folder, data, cluster, attempt):
    """Whether it has passed or was skipped; the second failure is the test's."""
    place = Place(BUILD, folder / (function.__name__ + ("-again" if attempt else "")), data)
    begin = time.monotonic()
    try:
        function(place, cluster)
        print(f"PASS slurm ({LANE}): {function.__name__} ({time.monotonic() - begin:.0f} s{attempt})", flush=True)
    except Skip as skip:
        print(f"SKIP slurm ({LANE}): {function.__name__}: {skip}", flush=True)
    except Exception as error:
        traceback.print_exc()
        log = place.store / "controller.log"
        print(log.read_text()[-1500:] if log.exists() else "no controller.log")
        print(f"{'FAIL' if attempt else 'AGAIN'} slurm ({LANE}): {function.__name__}: {error}", flush=True)
        keep(place)
        return False
    finally:
        place.stop()
        for job in cluster.jobs():
            subprocess.run(["scancel", job[0]])
        wait_for(lambda: not cluster.jobs(), "an empty queue", 60)
    return True


def main():
    wanted = sys.argv[4:]
    cluster = Cluster(CLUSTER)
    status = 0
    with tempfile.TemporaryDirectory(prefix="enigma-slurm-") as folder:
        data = pathlib.Path(folder, "data")
        subprocess.run([f"{BUILD}/bin/enigma-data", "generate", "--out", data, "--sessions", "2", "--neurons", "12",
                        "--minutes", "2", "--seed", "5"], check=True, capture_output=True)
        for function in TESTS:
            if wanted and function.__name__ not in wanted:
                continue
            # What depends on the time of a shared machine is tried once more, and said to be.
            for attempt in ("", ", at the second try"):
                done = run_one(function, pathlib.Path(folder), data, cluster, attempt)
                if done:
                    break
            else:
                status = 1
    return status


sys.exit(main())
