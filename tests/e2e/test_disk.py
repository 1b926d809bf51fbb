# SPDX-License-Identifier: Apache-2.0
"""P7, D4: the disk of the state is full, broken or closed, or the process dies between two writes."""

import json
import os
import re
import sqlite3
import subprocess
import unittest

import faults
from harness import DIALECT, SIDES, Case
from wire import Name

SEVERAL = DIALECT == "values"
LONG_AGO = "2025-01-01T00:00:00Z"
ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}
CREATE, IO = 73, 74
KILLED = -9


ADVICE = "free some space|check the disk|check (the|its) permissions|create its directory|read-only"


class Disk(Case):
    def explained(self, world, run, codes=(IO,)):
        """One line says what is wrong with the state, and what to do."""
        self.assertIn(run.code, codes, run.stderr)
        said = [line for line in run.stderr.splitlines() if line.startswith("crmsync: ")]
        self.assertEqual(len(said), 1, run.stderr)
        self.assertRegex(said[0], re.escape(world.folder) + "/.*/?state.db")
        self.assertRegex(said[0], ADVICE)
        return said[0]

    def minded(self, world, run, number):
        """Explained, but for what does no harm: the pid in the lock is for messages only, and what
        is not taken from the log into the file at the end is taken from it the next time."""
        hit = run.calls[number - 1:]
        own_sync = hit and "fdatasync" in hit[0] and run.calls[number - 2].startswith("pwrite")
        harmless = not hit or ".lock" in hit[0] or not own_sync and not any(
            call.startswith("pwrite") and call.endswith("-wal") for call in hit)
        if run.code != 0 or not harmless:
            making = any(call.startswith("open") for call in hit)
            self.explained(world, run, (CREATE, IO) if making else (IO,))


class Swept(Disk):
    """One small sync, over and over: each time it is hit at another call."""

    def setUp(self):
        super().setUp()
        self.world = self.open()

    def start(self):
        """The servers as they were before the sync; everything comes out the same each time."""
        self.world.box.post("reset", dialect=DIALECT)
        self.ids = [{side: self.world.create(side, at=LONG_AGO, **words) for side in SIDES}
                    for words in (ADA, GRACE)]

    def edits(self):
        """All that a sync does: updates and creates to both sides, of a list on both at once."""
        world, (ada, grace) = self.world, self.ids
        world.edit("records", ada["records"], job="Analyst")
        world.edit("people", grace["people"], linkedin="grace")
        if SEVERAL:
            world.edit("records", ada["records"], emails=["ada@example.com", "r@example.com"])
            world.edit("people", ada["people"], emails=["ada@example.com", "p@example.com"])
        world.create("records", name=Name("Alan", "", "Turing"), emails=["alan@example.com"])
        world.create("people", name=Name("Edsger", "", "Dijkstra"), job="Professor")

    def put_back(self):
        self.start()
        faults.put_back(self.world, "yesterday")
        self.edits()

    def right_end(self):
        """Once all works again: no duplicate, no lost edit, and then quiet."""
        world, (ada, grace) = self.world, self.ids
        world.sync()
        self.assert_mirrored(world, 4)
        for side in SIDES:
            view = world.find(side, ada[side])
            self.assertEqual(view["job"], "Analyst")
            if SEVERAL:
                self.assertEqual(sorted(view["emails"]),
                                 ["ada@example.com", "p@example.com", "r@example.com"])
            self.assertEqual(world.find(side, grace[side])["linkedin"], "grace")
        world.settled()

    def whole(self):
        self.assertEqual(self.world.rows("PRAGMA integrity_check"), [("ok",)])

    def sweep(self, hows, most, check, stays=False):
        """A sync for each of the chosen calls; the ways to be hit take turns."""
        self.start()
        self.world.sync()
        faults.keep(self.world, "yesterday")
        self.put_back()
        calls = faults.run(self.world, "sync").calls
        self.right_end()
        for number in faults.chosen(calls, most):
            how = hows[number % len(hows)]
            with self.subTest(at=number, how=how, call=os.path.basename(calls[number - 1])):
                self.put_back()
                last = "" if stays else number
                check(faults.run(self.world, "sync", how=how, at=number, last=last), number)
                self.whole()
                self.right_end()

    def refused(self, run, number):
        self.minded(self.world, run, number)

    # ---- Death ----

    def died(self, run, number):
        """Not if this time it was through with fewer calls: answers come in any order."""
        if len(run.calls) < number:
            self.assertEqual(run.code, 0)
        else:
            self.assertEqual((run.code, run.stdout), (KILLED, ""))

    def test_killed(self):
        """D4"""
        self.sweep(("kill", "torn"), 36, self.died)

    def test_killed_again_at_the_next_start(self):
        self.start()
        self.world.sync()
        faults.keep(self.world, "yesterday")
        self.put_back()
        calls = faults.run(self.world, "sync").calls
        for number in range(len(calls) // 2, len(calls), len(calls) // 8):
            with self.subTest(at=number):
                self.put_back()
                for again in (number, number // 3, 20, 9, 3):
                    self.died(faults.run(self.world, "sync", how="kill", at=again), again)
                self.whole()
                self.right_end()

    # ---- A full or broken disk ----

    def test_full(self):
        """It stays full until the end of the sync; then there is room again."""
        self.sweep(("ENOSPC", "short"), 18, self.refused, stays=True)

    def test_broken_once(self):
        self.sweep(("EIO",), 18, self.refused)


class NewState(Disk):
    """The first sync of all: the file is made."""

    CALLS = 120  # from there on it is like any other sync

    def hit(self, hows, most, check):
        world = self.open()
        world.create_both(**ADA)
        world.create("records", **GRACE)
        self.assertEqual(faults.run(world, "plan").calls, [], "a plan makes nothing")
        calls = faults.run(world, "sync").calls[:self.CALLS]
        for number in faults.chosen(calls, most):
            how = hows[number % len(hows)]
            with self.subTest(at=number, how=how, call=os.path.basename(calls[number - 1])):
                world.forget_state()
                world.box.post("reset", dialect=DIALECT)
                world.create_both(**ADA)
                world.create("records", **GRACE)
                check(world, faults.run(world, "sync", how=how, at=number), number)
                world.sync()
                self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
                self.assert_mirrored(world, 2)
                world.settled()

    def test_killed(self):
        self.hit(("kill", "torn"), 16,
                 lambda world, run, number: self.assertEqual(run.code, KILLED))

    def test_full_or_broken(self):
        self.hit(("ENOSPC", "EIO", "EROFS"), 16, self.minded)

    def test_temporary_files(self):
        """Where SQLite keeps what it sorts may be full, too."""
        world = self.open()
        for i in range(300):
            world.create_both(name=Name(f"A{i}", "", f"B{i}"), emails=[f"a{i}@example.com"])
        run = faults.run(world, "sync", how="ENOSPC", at=1, file="/etilqs_")
        self.assertGreater(len(run.calls), 0)
        self.explained(world, run)
        world.sync()
        self.assert_mirrored(world, 300)
        world.settled()


NOBODY = 65534


@unittest.skipUnless(os.geteuid() == 0, "needs root")
class Closed(Disk):
    """To nobody everything is as the permissions say; to root nothing is."""

    def setUp(self):
        super().setUp()
        self.world = world = self.open()
        world.create_both(**ADA)
        os.mkdir(world.path("state"))
        world.configure({"state.path": world.path("state/state.db"),
                         "status.path": world.path("status/status.json")})
        world.sync()
        for folder, _, files in os.walk(world.folder):
            for path in (folder, *(os.path.join(folder, file) for file in files)):
                os.chown(path, NOBODY, NOBODY)
        self.as_nobody = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
        if self.run_words("version").code != 0:
            self.skipTest("nobody may not run it from where it is")

    def run_words(self, *words):
        return faults.run(self.world, *words, user=self.as_nobody)

    def check(self, codes, *commands):
        said = ""
        for words in commands:
            self.world.clear_log()
            run = self.run_words(*words)
            said = self.explained(self.world, run, codes)
            self.assertEqual(self.world.box.log(), [], "nobody was asked anything")
        return said

    def recovered(self):
        self.world.edit("records", self.world.view("records")[0]["id"], job="Analyst")
        run = self.run_words("sync", "--json")
        self.assertEqual(run.code, 0, run.stderr)
        self.assert_mirrored(self.world, 1)
        self.assertEqual(json.loads(self.run_words("sync", "--json").stdout)["updated"],
                         dict.fromkeys(SIDES, 0))

    def test_read_only_file(self):
        path = self.world.path("state/state.db")
        os.chmod(path, 0o444)
        self.check((IO,), ["sync"])
        self.assertIn(self.run_words("plan").code, (0, 2), "a plan works on a copy")
        os.chmod(path, 0o600)
        self.recovered()

    def test_read_only_files(self):
        """The lock as well, as on a file system that is mounted read-only."""
        paths = [self.world.path(f"state/{name}")
                 for name in os.listdir(self.world.path("state"))]
        for path in paths:
            os.chmod(path, 0o444)
        self.assertIn("lock", self.check((IO,), ["sync"], ["links", "unlink", "1"]))
        for path in paths:
            os.chmod(path, 0o600)
        self.recovered()

    def test_file_that_may_not_be_read(self):
        path = self.world.path("state/state.db")
        os.chmod(path, 0)
        self.check((IO,), ["sync"], ["plan"], ["links", "list"])
        os.chmod(path, 0o600)
        self.recovered()

    def test_read_only_folder(self):
        folder = self.world.path("state")
        os.chmod(folder, 0o500)
        self.check((IO,), ["sync"])
        os.unlink(os.path.join(folder, "state.db.lock"))
        self.assertIn("lock", self.check((IO,), ["sync"]))
        os.chmod(folder, 0o700)
        self.recovered()

    def test_closed_folder(self):
        folder = self.world.path("state")
        os.chmod(folder, 0)
        self.check((IO,), ["sync"], ["plan"], ["links", "list"])
        os.chmod(folder, 0o700)
        self.recovered()

    def test_folder_that_cannot_be_made(self):
        folder = self.world.path("state")
        self.world.configure({"state.path": os.path.join(folder, "new/state.db")})
        os.chmod(folder, 0o500)
        self.check((CREATE,), ["sync"])
        os.chmod(folder, 0o700)
        run = self.run_words("sync")
        self.assertEqual(run.code, 0, "the folder is made: " + run.stderr)
        self.assertEqual(os.stat(os.path.join(folder, "new")).st_mode & 0o777, 0o700)


@unittest.skipUnless(os.geteuid() == 0, "needs root: to mount a file system")
class SmallDisk(Disk):
    def mount(self, world, size):
        folder = world.path("disk")
        os.makedirs(folder)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder],
                              capture_output=True, check=False)
        if done.returncode != 0:
            self.skipTest("no file system can be mounted here: " + done.stderr.decode().strip())
        self.addCleanup(subprocess.run, ["umount", "--lazy", folder], check=False)
        return folder

    def test_full(self):
        """It fails as often as it is tried, and harms nothing; with more room it goes on."""
        for size in ("20k", "200k", "600k"):
            with self.subTest(size=size):
                self.check(size)

    def check(self, size):
        world = self.open()
        folder = self.mount(world, size)
        settings = {"state.path": os.path.join(folder, "state.db")}
        world.configure(settings)
        for i in range(60):
            world.create("records", name=Name(f"P{i}", "", f"Q{i}"), emails=[f"p{i}@example.com"],
                         job="x" * 300)
        for _ in range(3):
            self.explained(world, faults.run(world, "sync"), (CREATE, IO))
        subprocess.run(["mount", "-o", "remount,size=40m", folder], check=True)
        world.sync()
        self.assert_mirrored(world, 60)
        world.settled()
        state = sqlite3.connect(os.path.join(folder, "state.db"))
        self.assertEqual(state.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        state.close()


class Damaged(Disk):
    """Whatever became of the file: refused with a clear line, or what was read is right."""

    def setUp(self):
        super().setUp()
        self.world = world = self.open()
        for i in range(30):
            world.create_both(name=Name(f"P{i}", "", f"Q{i}"), emails=[f"p{i}@example.com"],
                              job=f"Job {i}")
        world.create("records", **GRACE)
        world.sync()
        self.ids = {side: world.view(side)[0]["id"] for side in SIDES}
        with open(world.path("state.db"), "rb") as file:
            self.whole = file.read()

    def damaged(self, content, expected=(0, IO)):
        """After any damage: no write that was not asked for, neither now nor after a reset."""
        world = self.world
        world.forget_state()
        with open(world.path("state.db"), "wb") as file:
            file.write(content)
        world.clear_log()
        run = faults.run(world, "sync")
        self.assertEqual(world.writes(), [])
        self.assert_mirrored(world, 31)
        if run.code != 0:
            self.assertIn("crmsync reset", self.explained_damage(run, expected))
        else:
            self.assertIn(0, expected)
        return run.code

    def explained_damage(self, run, expected):
        self.assertIn(run.code, expected, run.stderr)
        said = [line for line in run.stderr.splitlines() if line.startswith("crmsync: ")]
        self.assertEqual(len(said), 1, run.stderr)
        self.assertIn(self.world.path("state.db"), said[0])
        return said[0]

    def test_cut_short(self):
        for size in (1, 50, 100, 512, 4095, 4096, 5000, 8192, len(self.whole) // 2,
                     len(self.whole) - 4096, len(self.whole) - 1):
            with self.subTest(size=size):
                self.damaged(self.whole[:size], (IO,))

    def test_pages_lost(self):
        pages = len(self.whole) // 4096
        for page in range(0, pages, max(pages // 16, 1)):
            what = (b"\0", b"\xff")[page // 4 % 2] * 4096
            with self.subTest(page=page, what=what[:1]):
                at = page * 4096
                self.damaged(self.whole[:at] + what + self.whole[at + 4096:])

    def test_flipped_bits(self):
        step = len(self.whole) // 24
        codes = set()
        for number in range(24):
            at = number * step + number * 97 % step
            with self.subTest(at=at):
                content = bytearray(self.whole)
                content[at] ^= 1 << number % 8
                codes.add(self.damaged(bytes(content)))
        self.assertIn(IO, codes, "some of them are noticed")

    def test_a_quote_in_the_schema(self):
        """SQLite then repeats all the rest of that text: what to do must not be lost behind it."""
        at = self.whole.index(b"CREATE TABLE intent(") + len(b"CREATE TABLE intent(")
        self.damaged(self.whole[:at] + b"`" + self.whole[at + 1:], (IO,))

    def test_anew_after_a_reset(self):
        self.damaged(self.whole[:5000], (IO,))
        self.world.run("reset")
        self.world.clear_log()
        self.assert_counts(self.world.sync(), linked=31, created={}, updated={})
        self.assertEqual(self.world.writes(), [])
        self.world.settled()


if __name__ == "__main__":
    unittest.main()
