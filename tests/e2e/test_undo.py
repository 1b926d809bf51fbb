# SPDX-License-Identifier: Apache-2.0
"""undo: what a cycle overwrote is put back, on both sides, where nobody has changed it since."""

import json
import unittest

from harness import SIDES, Case, only, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer",
       "linkedin": "ada"}
BOB = {"name": Name("Bob", "", "Jones"), "emails": ["bob@example.com"], "job": "Clerk"}


class Undone(Case):
    def linked(self, *people, **overrides):
        world = self.open("--stable-nested-ids", **overrides)
        ids = [world.create_both(**words) for words in people or [ADA]]
        world.sync()
        world.settled()
        return world, *ids

    def carried(self, side="records", **words):
        """Ada with an edit that a cycle carried to the other side: that cycle's number."""
        world, ids = self.linked()
        world.edit(side, ids[side], **(words or {"job": "Analyst"}))
        return world, ids, world.sync()["id"]

    def undo(self, world, cycle, *words, code=0):
        """The state alone is changed: what is said of each value."""
        world.clear_log()
        lines = world.run("undo", str(cycle), "--json", *words, code=code).splitlines()
        self.assertEqual(world.box.log(), [], "nobody is asked")
        return [json.loads(line) for line in lines]

    def jobs(self, world, ids):
        return {side: world.find(side, ids[side])["job"] for side in SIDES}

    def over(self, world, ids, job):
        self.assertEqual(self.jobs(world, ids), dict.fromkeys(SIDES, job))
        self.assertEqual(world.rows("SELECT * FROM wish"), [])
        world.settled()


class Back(Undone):
    def test_on_both_sides(self):
        for side in SIDES:
            with self.subTest(edited=side):
                world, ids, cycle = self.carried(side)
                [row] = self.undo(world, cycle, "--dry-run")
                self.assertEqual((row["side"], row["id"], row["person"], row["field"], row["now"],
                                  row["back"], row["outcome"]),
                                 (other(side), ids[other(side)], "Ada Lovelace", "job_title",
                                  "Analyst", "Engineer", "put back"))
                self.assertEqual(world.rows("SELECT * FROM wish"), [])
                self.assertEqual(self.undo(world, cycle), [row])
                planned = world.run("plan", code=2)
                self.assertIn(f"undo of cycle {cycle}", planned)
                self.assert_counts(world.sync(), updated={"records": 1, "people": 1})
                self.over(world, ids, "Engineer")
                history = world.run("history", "person", ids["people"])
                self.assertIn(f"undo of cycle {cycle}", history)

    def test_undo_of_an_undo(self):
        world, ids, cycle = self.carried()
        self.undo(world, cycle)
        second = world.sync()["id"]
        self.over(world, ids, "Engineer")
        rows = self.undo(world, second)
        self.assertEqual([row["outcome"] for row in rows], ["put back"] * 2)
        third = world.sync()["id"]
        self.over(world, ids, "Analyst")
        self.undo(world, third)
        world.sync()
        self.over(world, ids, "Engineer")

    def test_cleared_and_filled(self):
        """What was empty becomes empty again, what was cleared comes back."""
        for side in SIDES:
            for before, after in ((None, "Analyst"), ("Engineer", None)):
                with self.subTest(side=side, before=before, after=after):
                    world, ids = self.linked(ADA | {"job": before})
                    world.edit(side, ids[side], job=after)
                    cycle = world.sync()["id"]
                    self.undo(world, cycle)
                    world.sync()
                    self.over(world, ids, before)

    def test_name(self):
        """A value of several parts."""
        world, ids, cycle = self.carried("people", name=Name("Augusta", "", "King"))
        self.undo(world, cycle)
        world.sync()
        self.assertEqual({world.find(side, ids[side])["full"] for side in SIDES}, {"Ada Lovelace"})
        world.settled()

    @only("values")
    def test_list(self):
        """Elements that the cycle added or took away; another one that came since stays."""
        world, ids, cycle = self.carried(emails=["lovelace@example.com"])
        world.edit("people", ids["people"], emails=["lovelace@example.com", "new@example.com"])
        [row] = self.undo(world, cycle)
        self.assertEqual(row["outcome"], "put back")
        world.sync()
        world.sync()
        mails = [sorted(world.find(side, ids[side])["emails"]) for side in SIDES]
        self.assertEqual(mails[0], mails[1])
        self.assertIn("new@example.com", mails[0])
        world.settled()

    def test_list_back(self):
        world, ids, cycle = self.carried("people", emails=["lovelace@example.com"])
        self.undo(world, cycle)
        world.sync()
        self.assertEqual([world.find(side, ids[side])["emails"] for side in SIDES],
                         [["ada@example.com"]] * 2)
        world.settled()

    def test_many(self):
        """Edits of many both ways; each goes back."""
        people = [{"name": Name(f"N{i}", "", f"S{i}"), "emails": [f"n{i}@example.com"],
                   "job": f"Job {i}"} for i in range(30)]
        world, *ids = self.linked(*people)
        for i, pair in enumerate(ids):
            side = SIDES[i % 2]
            world.edit(side, pair[side], job="The same")
        summary = world.sync()
        rows = self.undo(world, summary["id"])
        self.assertEqual([row["outcome"] for row in rows], ["put back"] * 30)
        self.assert_counts(world.sync(), updated={"records": 30, "people": 30})
        for i, pair in enumerate(ids):
            self.assertEqual(self.jobs(world, pair), dict.fromkeys(SIDES, f"Job {i}"))
        world.settled()

    def test_one_way(self):
        """The target alone goes back; its source stays."""
        world, ids = self.linked(sync__direction="to_people")
        world.edit("records", ids["records"], job="Analyst")
        cycle = world.sync()["id"]
        self.undo(world, cycle)
        world.clear_log()
        self.assert_counts(world.sync(), updated={"people": 1})
        self.assertEqual(world.writes("records"), [])
        self.assertEqual(self.jobs(world, ids), {"records": "Analyst", "people": "Engineer"})
        self.assertEqual(world.rows("SELECT * FROM wish"), [])
        world.settled()


class Left(Undone):
    def test_changed_since(self):
        """By either side's users, before the undo; the others go back."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ada, bob = self.linked(ADA, BOB)
                for ids in (ada, bob):
                    world.edit("records", ids["records"], job="Analyst")
                cycle = world.sync()["id"]
                world.edit(side, ada[side], job="Countess")
                world.sync()
                rows = {row["id"]: row["outcome"] for row in self.undo(world, cycle)}
                self.assertEqual(rows, {ada["people"]: "left: changed since",
                                        bob["people"]: "put back"})
                world.sync()
                self.assertEqual(self.jobs(world, bob), dict.fromkeys(SIDES, "Clerk"))
                self.over(world, ada, "Countess")

    def test_changed_before_the_sync(self):
        """The edit is first seen by the sync that was to carry the undo out."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids, cycle = self.carried()
                world.edit(side, ids[side], job="Countess")
                self.assertEqual([row["outcome"] for row in self.undo(world, cycle)],
                                 ["put back"])
                summary = world.sync()
                self.over(world, ids, "Countess")
                shown = world.run("history", "person", ids["people"])
                self.assertIn("edited meanwhile", shown)
                self.assertEqual(summary["conflicts"], 0)

    def test_is_back_already(self):
        world, ids, cycle = self.carried()
        world.edit("people", ids["people"], job="Engineer")
        world.sync()
        self.assertEqual([row["outcome"] for row in self.undo(world, cycle)],
                         ["left: is so already"])
        self.over(world, ids, "Engineer")

    def test_no_longer_linked(self):
        world, ids, cycle = self.carried()
        world.run("links", "unlink", ids["people"])
        self.assertEqual([row["outcome"] for row in self.undo(world, cycle)],
                         ["left: no longer linked"])
        world.run("links", "link", ids["records"], ids["people"])
        self.assertEqual([row["outcome"] for row in self.undo(world, cycle)],
                         ["left: linked anew since"])

    def test_created(self):
        """Creates are not undone, and that is said."""
        world = self.open()
        world.create("records", **ADA)
        cycle = world.sync()["id"]
        said = world.run("undo", str(cycle))
        self.assertIn("puts back: 0", said)
        self.assertIn("not undone", said)
        self.assertEqual(len(world.view("people")), 1)
        world.settled()

    def test_refused(self):
        """In quarantine like any write, and tried again on request."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids, cycle = self.carried()
                self.undo(world, cycle)
                world.box.post("fault", side=side, action="status", status=422, count=100,
                               content_type="application/problem+json",
                               body=json.dumps({"title": "An error", "detail": "no"}),
                               match={"method": "PATCH"})
                self.assertEqual(world.sync(code=1)["quarantined"], 1)
                world.settled(code=1)
                world.box.post("fault/clear")
                world.run("quarantine", "retry")
                world.sync()
                self.over(world, ids, "Engineer")

    @only("values")
    def test_users_record(self):
        """It follows its person, also back; the list says so."""
        world, ids = self.linked(users__enabled=True)
        world.edit("people", ids["people"], raw={"customerId": "4711"})
        world.sync()
        world.edit("people", ids["people"], emails=["countess@example.com"])
        rows = {row["field"]: row["outcome"] for row in self.undo(world, world.sync()["id"])}
        self.assertEqual(rows, {"emails": "put back", "user.primary_email_address":
                                "left: a users record follows its person"})
        world.sync()
        [user] = world.box.dump("records", "users")
        self.assertEqual(user["values"]["primary_email_address"][0]["email_address"],
                         ADA["emails"][0])
        world.settled()

    def test_answer_lost(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids, cycle = self.carried()
                self.undo(world, cycle)
                world.box.post("fault", side=side, action="reset_after", count=1,
                               match={"method": "PATCH"})
                world.sync()
                world.sync()
                self.over(world, ids, "Engineer")


class Usage(Undone):
    def test_mistakes(self):
        world, _ = self.linked()
        for words in ("undo", "undo x", "undo 0", "undo 99", "undo 1 2", "undo 1 --use=people"):
            with self.subTest(words=words):
                self.assertEqual(world.run(*words.split(), code=64), "")


if __name__ == "__main__":
    unittest.main()
