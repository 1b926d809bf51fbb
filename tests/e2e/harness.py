# SPDX-License-Identifier: Apache-2.0
"""What every end-to-end test needs: a world of two servers, the program, and what happened.

The environment says what is tested: CRMSYNC and SANDBOX are the programs, DIALECT the dialect of
the records side.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import wire
from sandbox_client import SIDES, Sandbox, dying_with_us

DIALECT = os.environ.get("DIALECT", "values")
RUN_SECONDS = 30
SHOWN_REQUESTS = 80

NO_CHANGE = {"records": 0, "people": 0}


def configuration(world, overrides):
    """The smallest useful file, rates that never wait and retries that don't take long."""
    settings = {
        "records.base_url": world.box.urls["records"],
        "records.dialect": DIALECT,
        "records.token_file": "records.token",
        "records.reads_per_second": 100000,
        "records.writes_per_second": 100000,
        "records.timeout": 20,
        "people.base_url": world.box.urls["people"],
        "people.token_file": "people.token",
        "people.requests_per_minute": 6000000,
        "people.timeout": 20,
        "sync.retry.base": 0.01,
        "sync.retry.cap": 0.05,
        "sync.retry.deadline": 20,
        "state.path": world.path("state.db"),
        "status.path": world.path("status.json"),
    } | overrides
    tree = {}
    for path, value in settings.items():
        *groups, name = path.split(".")
        node = tree
        for group in groups:
            node = node.setdefault(group, {})
        node[name] = value
    return "".join(f"{name} = {_setting(value)};\n" for name, value in tree.items())


def _setting(value):
    if isinstance(value, dict):
        inner = " ".join(f"{name} = {_setting(item)};" for name, item in value.items())
        return "{ " + inner + " }"
    if isinstance(value, list):
        return "( " + ", ".join(_setting(item) for item in value) + " )"
    return json.dumps(value, ensure_ascii=False)


class World:
    """A sandbox, a configuration with its state, and runs of the program."""

    def __init__(self, test, options, overrides):
        self.test = test
        self.folder = tempfile.mkdtemp(prefix="crmsync-e2e-")
        self.runs = []
        self.seconds = RUN_SECONDS
        self.peaks = []
        self.ceiling_kib = 0  # of the program's memory in any run; 0: not measured
        self.box = Sandbox(DIALECT, options, self.folder)
        for side in SIDES:
            self._write(f"{side}.token", f"sandbox-{side}-token\n", 0o600)
        self.configure(overrides)

    def path(self, name):
        return os.path.join(self.folder, name)

    def _write(self, name, text, mode=0o644):
        file = os.open(self.path(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(text)

    def configure(self, overrides):
        self._write("sync.conf", configuration(self, overrides))

    # ---- The servers ----

    def tag_iris(self):
        return {tag["title"]: tag["@id"] for tag in self.box.dump("people", "tags")}

    def _body(self, side, words):
        if side == "records":
            return wire.records_body(DIALECT, words)
        return wire.people_body(words, self.tag_iris() if "tags" in words else {})

    def create(self, side, raw=None, at=None, **words):
        body = self._body(side, words) | (raw or {})
        if side == "people":
            body.setdefault("familyName", "Nobody")
        when = {"at": at} if at else {}
        return self.box.post("create", side=side, set=body, **when)["id"]

    def create_both(self, **words):
        """The same person on both sides, with all that each side can hold."""
        return {side: self.create(side, **words) for side in SIDES}

    def edit(self, side, person, raw=None, at=None, **words):
        body = self._body(side, words) | (raw or {})
        when = {"at": at} if at else {}
        self.box.post("edit", side=side, id=person, set=body, **when)

    def view(self, side):
        if side == "records":
            return [wire.view_record(DIALECT, record) for record in self.box.dump(side)]
        titles = {iri: title for title, iri in self.tag_iris().items()}
        return [wire.view_person(person, titles) for person in self.box.dump(side)]

    def find(self, side, person):
        for view in self.view(side):
            if view["id"] == person:
                return view
        raise AssertionError(f"{person} is not on the {side} side")

    def clear_log(self):
        """The requests so far are forgotten; what they did wrong is not."""
        self.test.assertEqual(self.box.stats()["violations"], [])
        self.box.post("log/clear")

    def writes(self, side=None):
        return [request for request in self.box.log()
                if wire.is_write(request) and side in (None, request["side"])]

    def changes(self, side=None):
        """What the writes since clear_log() carried, person by person."""
        return [change for request in self.writes(side)
                for change in wire.changes_of(DIALECT, request)]

    # ---- The program ----

    def command(self, *words):
        command = dying_with_us([os.environ["CRMSYNC"], "-c", self.path("sync.conf"), *words])
        if self.ceiling_kib == 0:
            return command
        beside = os.path.join(os.path.dirname(os.environ["SANDBOX"]), "..", "bench", "bench_peak")
        return dying_with_us([os.environ.get("PEAK", beside), self.path("peak.json"), *command])

    def check_peak(self, words):
        """Whatever came of the run."""
        if self.ceiling_kib == 0:
            return
        with open(self.path("peak.json"), encoding="utf-8") as file:
            peak_kib = json.load(file)["peak_kib"]
        self.peaks.append(peak_kib)
        self.test.assertLessEqual(peak_kib, self.ceiling_kib,
                                  f"crmsync {' '.join(words)}: KiB of memory")

    def run(self, *words, code=0):
        """crmsync WORDS; its exit code must be as expected (None: whatever it is)."""
        command = self.command(*words)
        try:
            run = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True,
                                 timeout=self.seconds, check=False)
        except subprocess.TimeoutExpired as late:
            self.runs.append((words, "timeout", late.stdout or b"", late.stderr or b""))
            raise AssertionError(f"crmsync {' '.join(words)} took too long") from late
        self.runs.append((words, run.returncode, run.stdout, run.stderr))
        self.check_peak(words)
        if code is not None:
            self.test.assertEqual(run.returncode, code, f"crmsync {' '.join(words)}: exit code")
        return run.stdout.decode()

    def sync(self, *words, code=0):
        """One crmsync sync: the summary that it prints."""
        return json.loads(self.run("sync", "--json", *words, code=code))

    def settled(self, code=0):
        """A further sync sends no write to either side and reports none."""
        self.clear_log()
        summary = self.sync(code=code)
        self.test.assertEqual(self.writes(), [], "settled: no write")
        for counter in ("created", "updated", "removed"):
            self.test.assertEqual(summary[counter], NO_CHANGE, f"settled: {counter}")
        counts = self.box.stats()
        sent = {side: counts[side]["reads"] + counts[side]["writes"] for side in SIDES}
        self.test.assertEqual(summary["requests"], sent, "the program counts as the servers do")
        return summary

    def sync_and_settle(self, code=0):
        """One sync and its changes, then settled."""
        self.clear_log()
        self.sync(code=code)
        changes = self.changes()
        self.settled(code)
        return changes

    def status(self):
        with open(self.path("status.json"), encoding="utf-8") as file:
            return json.load(file)

    def forget_state(self):
        for name in os.listdir(self.folder):
            if name.startswith("state.db"):
                os.unlink(self.path(name))

    def rows(self, query, *values):
        """Rows of the state, which no process may have open."""
        state = sqlite3.connect(f"file:{self.path('state.db')}?mode=ro", uri=True)
        with contextlib.closing(state):
            return state.execute(query, values).fetchall()

    def change_state(self, statement):
        """One statement on the state, which no process may have open."""
        state = sqlite3.connect(self.path("state.db"))
        with contextlib.closing(state), state:
            state.execute(statement)

    # ---- The end ----

    def story(self):
        """All that happened, for a test that failed."""
        lines = []
        for words, code, stdout, stderr in self.runs:
            lines.append(f"== crmsync {' '.join(words)}: {code}")
            lines += [text.decode(errors="replace").rstrip() for text in (stdout, stderr) if text]
        lines.append("== requests since they were last cleared")
        requests = self.box.log()
        for request in requests[-SHOWN_REQUESTS:]:
            body = json.dumps(request["body"], ensure_ascii=False) if request["body"] else ""
            lines.append("{side} {method} {target} -> {status} ".format(**request) + body)
        return "\n".join([*lines, "== sandbox", self.box.stderr()])

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Case(unittest.TestCase):
    """A test that may open worlds; those of a failed test tell their story."""

    maxDiff = None

    def setUp(self):
        self.stories = []

    def open(self, *options, **overrides):
        """options: of the sandbox.  overrides: "sync__conflict" is the key sync.conflict."""
        settings = {name.replace("__", "."): value for name, value in overrides.items()}
        world = World(self, options, settings)
        self.addCleanup(self._close, world)
        return world

    def _close(self, world):
        """No test may end with a request that a server had to complain of."""
        violations, puts, code = [], [], None
        try:
            self.stories.append(world.story())
            violations = world.box.stats()["violations"]
            puts = [request["target"] for request in world.writes("people")
                    if request["method"] == "PUT"]
        finally:
            code = world.box.stop()
            stderr = world.box.stderr()
            world.close()
            self.assertEqual(code, 0, "the sandbox ended badly: " + stderr)
        self.assertEqual(violations, [], "what the servers had to complain of")
        self.assertEqual(puts, [], "PUT wipes what it doesn't name")

    def run(self, result=None):
        result = result if result is not None else self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"\n#### {self.id()} ({DIALECT})", *self.stories, sep="\n", file=sys.stderr)
        return result

    # ---- What tests say often ----

    def assert_mirrored(self, world, n):
        """n persons on each side, and each has its equal on the other."""
        views = {side: world.view(side) for side in SIDES}
        self.assertEqual({side: len(views[side]) for side in SIDES}, dict.fromkeys(SIDES, n))
        same = [sorted(wire.same_person(DIALECT, view) for view in views[side]) for side in SIDES]
        self.assertEqual(*same)

    def assert_counts(self, summary, **counts):
        """records=1 within created: assert_counts(summary, created={"records": 1})."""
        for name, expected in counts.items():
            if isinstance(expected, dict):
                expected = NO_CHANGE | expected
            self.assertEqual(summary[name], expected, f"{name} in the summary")

    def only_change(self, changes, side, person):
        """The one change of a sync, which must be an update of that person."""
        self.assertEqual([(change.side, change.id) for change in changes], [(side, person)])
        fields = changes[0].fields
        lists = [name for name, value in fields.items() if name in wire.LISTS or value == []]
        if side == "people" or DIALECT == "attributes" or not lists:
            self.assertEqual(changes[0].method, "PATCH", "PUT is for a list that loses an element")
        return fields


def other(side):
    return SIDES[1 - SIDES.index(side)]


def only(dialect):
    """A test of one dialect."""
    return unittest.skipUnless(DIALECT == dialect, f"of dialect {dialect}")
