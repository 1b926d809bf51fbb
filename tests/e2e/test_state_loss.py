# SPDX-License-Identifier: Apache-2.0
"""P7: the state is lost, is another's, or does not know all the fields: no duplicate, no wave."""

import os
import re
import sqlite3
import subprocess
import unittest

from harness import DIALECT, SIDES, Case, other
from wire import Name

# Of each way to be recognised some that were born on either side.
CROWD = {
    "records": [
        {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"},
        {"name": Name("Jan", "van der", "Berg"), "emails": ["jan@example.com"]},
        {"name": Name("Grace", "", "Hopper"), "phones": ["+12065550101"]},
        {"name": Name("Mary", "", "Shaw"), "linkedin": "mary-shaw"},
        {"name": Name("Kay", "", "McNulty"), "job": "Programmer"},
        {"name": Name("Cher")},
        {"name": Name("Jean", "", "Bartik")},
        # Two of one name, and nothing else.
        {"name": Name("Pat", "", "Doe")}, {"name": Name("Pat", "", "Doe")},
    ],
    "people": [
        {"name": Name("Alan", "", "Turing", "Dr."), "emails": ["alan@example.com"]},
        {"name": Name("Rob", "", "Pike"), "emails": ["rob@example.com", "r@example.com"],
         "phones": ["+12065550103", "+12065550104"], "job": "Author"},
        {"name": Name("Edsger", "", "Dijkstra"), "phones": ["+12065550105"]},
        {"name": Name("Barbara", "", "Liskov"), "linkedin": "liskov"},
        {"name": Name("Niklaus", "", "Wirth"), "job": "Professor"},
        # Two of one name that something tells apart.
        {"name": Name("Kim", "", "Poe"), "emails": ["kim@example.com"]},
        {"name": Name("Kim", "", "Poe"), "emails": ["poe@example.com"]},
    ],
}
N = sum(len(crowd) for crowd in CROWD.values())
# A record of this dialect holds the whole list of both.
SEVERAL = DIALECT == "values"


class Lost(Case):
    def crowd(self, **overrides):
        """Everybody of CROWD on both sides, and linked."""
        world = self.open(**overrides)
        ids = {}
        for side in SIDES:
            for words in CROWD[side]:
                ids[words["name"].given] = (side, world.create(side, **words))
        world.sync()
        world.settled()
        self.born = ids
        return world

    def on(self, world, side, given):
        """The id of the person of that given name on that side."""
        return next(view["id"] for view in world.view(side)
                    if view["full"].replace("Dr. ", "").split()[0] == given)

    def edit(self, world, side, given, **words):
        world.edit(side, self.on(world, side, given), **words)

    def pair(self, world, given):
        return {side: world.find(side, self.on(world, side, given)) for side in SIDES}

    def test_nobody_edited_anything(self):
        world = self.crowd()
        before = {side: world.box.dump(side) for side in SIDES}
        world.forget_state()
        world.clear_log()
        summary = world.sync()
        self.assert_counts(summary, linked=N, created={}, updated={}, removed={}, conflicts=0)
        self.assertEqual(world.writes(), [])
        self.assertEqual({side: world.box.dump(side) for side in SIDES}, before)
        world.settled()

    def test_and_lost_again_and_again(self):
        """In between the work goes on."""
        world = self.crowd()
        for number in range(4):
            side = SIDES[number % 2]
            self.edit(world, side, "Ada", linkedin=f"ada-{number}")
            world.sync()
            world.forget_state()
            world.create(side, name=Name(f"New{number}", "", "Comer"),
                         emails=[f"new{number}@example.com"])
            world.sync()
            world.settled()
            self.assert_mirrored(world, N + number + 1)
            self.assertEqual(self.pair(world, "Ada")[other(side)]["linkedin"], f"ada-{number}")

    def test_edited_in_between(self):
        """The rules of first contact: what one side lacks is filled, lists unite, else the policy."""
        for winner in SIDES:
            with self.subTest(winner=winner):
                world = self.crowd(sync__conflict=winner)
                world.forget_state()
                self.edit(world, "records", "Jan", job="Baker")
                self.edit(world, "people", "Barbara", job="Chair")
                self.edit(world, "records", "Ada", job="Analyst")
                self.edit(world, "people", "Rob", job="Gopher")
                self.edit(world, "records", "Mary", phones=["+12065550120"])
                self.edit(world, "people", "Alan", emails=["alan@example.com", "a@example.com"])
                world.clear_log()
                self.assert_counts(world.sync(), linked=N, created={}, removed={}, conflicts=0)
                changed = [change.id for change in world.changes()]
                self.assertLessEqual(len(changed), 6)
                self.assertNotIn(None, changed, "nobody is created")
                world.settled()
                self.assert_mirrored(world, N)
                expected = {"Jan": "Baker", "Barbara": "Chair",
                            "Ada": {"records": "Analyst", "people": "Engineer"}[winner],
                            "Rob": {"records": "Author", "people": "Gopher"}[winner]}
                for given, job in expected.items():
                    views = self.pair(world, given)
                    self.assertEqual([views[side]["job"] for side in SIDES], [job] * 2, given)
                self.assertEqual(self.pair(world, "Mary")["people"]["phones"], ["+12065550120"])
                self.assertIn("a@example.com", self.pair(world, "Alan")["people"]["emails"])
                lost = {"records": ["Author", "Gopher"], "people": ["Analyst", "Engineer"]}[winner]
                rows = world.rows("SELECT old_value, new_value FROM history"
                                  " WHERE field = 'job_title' AND reason LIKE '%both sides%'")
                self.assertIn(tuple(lost) if winner == "people" else tuple(reversed(lost)), rows,
                              "what was overruled is kept")

    def test_new_in_between(self):
        """Of somebody who came to both sides, and somebody who came to one."""
        world = self.crowd()
        world.forget_state()
        world.create_both(name=Name("Radia", "", "Perlman"), emails=["radia@example.com"])
        world.create("people", name=Name("Frances", "", "Allen"), emails=["fran@example.com"])
        world.clear_log()
        self.assert_counts(world.sync(), linked=N + 1, created={"records": 1}, updated={})
        world.settled()
        self.assert_mirrored(world, N + 2)

    def test_names_twice(self):
        """Two of one name that only a guess could tell apart: reported, and left alone."""
        world = self.open()
        for _ in range(2):
            world.create("people", name=Name("Sam", "", "Roe"), job="Clerk")
        world.sync()
        world.settled()
        self.assert_mirrored(world, 2)
        world.forget_state()
        world.clear_log()
        summary = world.sync(code=1)
        self.assert_counts(summary, created={}, updated={}, linked=0)
        self.assertGreater(summary["conflicts"], 0)
        world.settled(code=1)
        self.assert_mirrored(world, 2)


class Refused(Case):
    """A file that is not of this program, this version or this pair of systems."""

    def world(self):
        world = self.open()
        self.ids = world.create_both(name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        world.sync()
        return world

    def digest(self, world):
        """By another process: to close the file in this one would drop SQLite's locks on it."""
        return subprocess.run(["sha256sum", world.path("state.db")], check=True,
                              capture_output=True).stdout

    def check(self, world, code, says):
        """Nobody is asked anything, the file stays as it is to the byte, one line says why."""
        before = self.digest(world)
        for words in (["sync"], ["plan"], ["sync", "--dry-run"], ["links", "list"]):
            world.clear_log()
            world.run(*words, code=code)
            self.assertEqual(world.box.log(), [])
            _, _, stdout, stderr = world.runs[-1]
            self.assertEqual(stdout, b"")
            self.assertEqual(len(stderr.splitlines()), 1, stderr)
            self.assertRegex(stderr.decode(), says)
            self.assertIn(world.path("state.db"), stderr.decode())
            self.assertEqual(self.digest(world), before)

    def start_anew(self, world):
        world.run("reset")
        world.clear_log()
        self.assert_counts(world.sync(), linked=1, created={}, updated={})
        self.assertEqual(world.writes(), [])
        world.settled()

    def change(self, world, *statements):
        state = sqlite3.connect(world.path("state.db"), isolation_level=None)
        for statement in statements:
            state.execute(statement)
        return state

    def test_other_systems(self):
        others = [{"records.object": "companies"}]
        others += [{f"{side}.base_url": "http://127.0.0.1:1"} for side in SIDES]
        for settings in others:
            with self.subTest(**settings):
                world = self.world()
                world.configure(settings)
                self.check(world, 78, "belongs to .*reset")
                world.configure({})
                self.start_anew(world)

    def test_newer_program(self):
        world = self.world()
        self.change(world, "PRAGMA user_version = 99").close()
        self.check(world, 74, "newer crmsync")
        self.start_anew(world)

    def test_newer_program_that_still_has_it_open(self):
        """What it wrote last stands in its log, which is as much its own as the file."""
        world = self.world()
        newer = self.change(world, "PRAGMA journal_mode = WAL", "PRAGMA user_version = 99")
        self.addCleanup(newer.close)
        self.check(world, 74, "newer crmsync")
        self.assertGreater(os.path.getsize(world.path("state.db-wal")), 0)

    def test_other_program(self):
        for mode in ("DELETE", "WAL"):
            with self.subTest(mode=mode):
                world = self.world()
                world.forget_state()
                theirs = self.change(world, f"PRAGMA journal_mode = {mode}",
                                     "CREATE TABLE theirs(x)", "INSERT INTO theirs VALUES('mine')")
                self.check(world, 74, "another program")
                theirs.close()
                self.check(world, 74, "another program")
                again = self.change(world)
                self.assertEqual(again.execute("SELECT x FROM theirs").fetchall(), [("mine",)])
                again.close()
                self.assertFalse([name for name in os.listdir(world.folder)
                                  if re.fullmatch(r"state\.db-.*", name)], "nothing beside it")

    def test_other_program_that_was_killed(self):
        """Its journal waits for it to undo what it had begun; that is not for us to do."""
        world = self.world()
        world.forget_state()
        theirs = self.change(world, "PRAGMA cache_size = 1", "CREATE TABLE theirs(x)",
                             "INSERT INTO theirs SELECT randomblob(3000) FROM "
                             "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                             "LIMIT 30) SELECT i FROM n)", "BEGIN",
                             "UPDATE theirs SET x = randomblob(3000)")
        names = ("state.db", "state.db-journal")
        left = {}
        for name in names:
            with open(world.path(name), "rb") as file:
                left[name] = file.read()
        theirs.close()
        for name, content in left.items():
            with open(world.path(name), "wb") as file:
                file.write(content)
        self.check(world, 74, "another program")
        self.assertEqual(os.path.getsize(world.path(names[1])), len(left[names[1]]))

    def test_no_database(self):
        for content in (b"name,email\nAda,ada@example.com\n" * 200, b"x", b"\0" * 8192):
            with self.subTest(content=content[:8]):
                world = self.world()
                world.forget_state()
                with open(world.path("state.db"), "wb") as file:
                    file.write(content)
                self.check(world, 74, "crmsync reset")
                self.start_anew(world)


if __name__ == "__main__":
    unittest.main()
