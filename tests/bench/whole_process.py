# SPDX-License-Identifier: Apache-2.0
"""Runs of the program against the sandbox, and what each of them took."""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
sys.dont_write_bytecode = True

from sandbox_client import SIDES, Sandbox  # noqa: E402

CONFIGURATION = """
records = {{ base_url = "{records}"; dialect = "{dialect}"; token_file = "records.token";
             reads_per_second = 100000; writes_per_second = 100000; }};
people = {{ base_url = "{people}"; token_file = "people.token"; requests_per_minute = 6000000; }};
sync = {{ conflict = "newest"; }};
state = {{ path = "{folder}/state.db"; }};
status = {{ path = "{folder}/status.json"; }};
"""


def arguments(text, **more):
    """The command line: BUILD-DIR and --dialect, and what else the caller says."""
    parser = argparse.ArgumentParser(description=text,
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("build", nargs="?", metavar="BUILD-DIR",
                        default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--dialect", choices=("values", "attributes", "both"), default="values")
    for name, (default, what) in more.items():
        parser.add_argument(f"--{name}", type=int, default=default, help=what)
    words = parser.parse_args()
    words.dialects = ("values", "attributes") if words.dialect == "both" else (words.dialect,)
    for part in ("crmsync", "tests/sandbox/sandbox", "tests/bench/bench_peak"):
        if not os.access(os.path.join(words.build, part), os.X_OK):
            parser.error(f"{words.build}/{part} is missing: "
                         "cmake --preset release && cmake --build --preset release")
    return words


class Silence(threading.Thread):
    """Looks at a status file, which is replaced at each writing, until it is told to stop."""

    STEP_SECONDS = 0.02

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path = path
        self.over = threading.Event()
        self.longest = 0  # seconds between two writings

    def run(self):
        seen, since = None, time.monotonic()
        while not self.over.wait(self.STEP_SECONDS):
            with contextlib.suppress(FileNotFoundError):
                facts = os.stat(self.path)
                now = time.monotonic()
                if (facts.st_ino, facts.st_mtime_ns) == seen:
                    self.longest = max(self.longest, now - since)
                else:
                    seen, since = (facts.st_ino, facts.st_mtime_ns), now

    def stop(self):
        self.over.set()
        self.join()
        return self.longest


class World:
    """Servers with persons, a configuration and a state; nothing waits for a rate."""

    def __init__(self, build, dialect, persons, common, folder):
        os.environ["SANDBOX"] = os.path.join(build, "tests", "sandbox", "sandbox")
        self.folder = folder
        self.program = os.path.join(build, "crmsync")
        self.peak = os.path.join(build, "tests", "bench", "bench_peak")
        for side in SIDES:
            with open(self.path(f"{side}.token"), "w", encoding="utf-8") as file:
                os.chmod(file.fileno(), 0o600)
                file.write(f"sandbox-{side}-token\n")
        self.box = Sandbox(dialect, ["--persons", str(persons), "--common", str(common),
                                     "--log-limit", "1000"], folder)
        with open(self.path("sync.conf"), "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(dialect=dialect, folder=folder, **self.box.urls))

    def path(self, name):
        return os.path.join(self.folder, name)

    def sync(self):
        """One crmsync sync: its summary, and what it took."""
        command = [self.peak, self.path("peak.json"), self.program, "-c", self.path("sync.conf"),
                   "sync", "--json"]
        silence = Silence(self.path("status.json"))
        silence.start()
        run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        longest = silence.stop()
        if run.returncode != 0:
            sys.exit(f"crmsync sync: exit code {run.returncode}\n" + run.stderr.decode() +
                     run.stdout.decode())
        with open(self.path("peak.json"), encoding="utf-8") as file:
            took = json.load(file)
        took["cpu"] = took["user"] + took["system"]
        took["silence"] = longest
        return json.loads(run.stdout), took


@contextlib.contextmanager
def world(build, dialect, persons, common):
    with tempfile.TemporaryDirectory(prefix="crmsync-bench-") as folder:
        here = World(build, dialect, persons, common, folder)
        try:
            yield here
        finally:
            here.box.stop()


def first_contact(here, persons, common):
    """The first cycle; whoever is on one side only must be created on the other."""
    summary, took = here.sync()
    strangers = dict.fromkeys(SIDES, persons - common)
    if (summary["linked"], summary["created"]) != (common, strangers):
        sys.exit(f"the first cycle linked {summary['linked']} and created {summary['created']}")
    return took


def no_change(here):
    """A cycle in which nothing changes on either side; it must not write."""
    summary, took = here.sync()
    for counter in ("created", "updated", "removed"):
        if any(summary[counter].values()):
            sys.exit(f"a cycle without changes {counter} {summary[counter]}")
    return took


def stopwatch():
    """A function that says how many seconds have passed."""
    start = time.monotonic()
    return lambda: time.monotonic() - start
