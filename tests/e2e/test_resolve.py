# SPDX-License-Identifier: Apache-2.0
"""B3, manual: a contested field waits alone, and is decided by hand."""

import json
import unittest

from harness import SIDES, Case, only, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer",
       "linkedin": "ada"}
JOBS = {"records": "Analyst", "people": "Admiral"}


class Contested(Case):
    def contest(self, **overrides):
        """Ada's job is another one on each side: a world, her ids, and the conflict's number."""
        settings = {"sync__conflict": "manual"} | overrides
        world = self.open("--stable-nested-ids", **settings)
        ids = world.create_both(**ADA)
        world.sync()
        world.settled()
        for side in SIDES:
            world.edit(side, ids[side], job=JOBS[side])
        world.clear_log()
        self.assertEqual(world.sync(code=1)["conflicts"], 1)
        self.assertEqual(world.writes(), [])
        [row] = self.conflicts(world)
        self.assertEqual((row["kind"], row["field"]), ("field", "job_title"))
        return world, ids, str(row["number"])

    def conflicts(self, world):
        return [json.loads(line)
                for line in world.run("conflicts", "list", "--json").splitlines()]

    def resolve(self, world, number, *words, code=0):
        """The state alone is changed."""
        world.clear_log()
        said = world.run("conflicts", "resolve", number, *words, code=code)
        self.assertEqual(world.box.log(), [], "nobody is asked")
        return said

    def jobs(self, world, ids):
        return {side: world.find(side, ids[side])["job"] for side in SIDES}

    def refused(self, world, *words):
        self.assertEqual(world.run(*words, code=64), "")
        error = world.runs[-1][3].decode()
        self.assertRegex(error, r"\Acrmsync: .*\n\Z")
        return error

    def over(self, world, ids, job):
        self.assertEqual(self.jobs(world, ids), dict.fromkeys(SIDES, job))
        self.assertEqual(self.conflicts(world), [])
        self.assertEqual(world.rows("SELECT * FROM wish"), [])
        world.settled()


class Decided(Contested):
    def test_others_go_on(self):
        """The contested field holds up no other field of the person."""
        world, ids, number = self.contest()
        world.edit("records", ids["records"], linkedin="lovelace")
        world.edit("people", ids["people"], emails=["countess@example.com"])
        world.sync(code=1)
        self.assertEqual({world.find(side, ids[side])["linkedin"] for side in SIDES}, {"lovelace"})
        self.assertEqual({tuple(world.find(side, ids[side])["emails"]) for side in SIDES},
                         {("countess@example.com",)})
        self.assertEqual(self.jobs(world, ids), JOBS)
        world.settled(code=1)
        self.resolve(world, number, "--use=people")
        world.sync()
        self.over(world, ids, "Admiral")

    def test_use(self):
        for side in SIDES:
            with self.subTest(use=side):
                world, ids, number = self.contest()
                said = self.resolve(world, number, f"--use={side}")
                self.assertIn("next sync", said)
                [row] = self.conflicts(world)
                for text in (said, row["evidence"]):
                    self.assertIn(f"decided by hand: {side}: {JOBS[side]}; ", text)
                planned = world.run("plan", code=2)
                self.assertIn(f"{JOBS[other(side)]} → {JOBS[side]}", planned)
                self.assertIn(f"decided by hand: {side}", planned)
                world.clear_log()
                self.assertEqual(world.sync()["conflicts"], 0)
                self.assertEqual([(change.side, change.id) for change in world.changes()],
                                 [(other(side), ids[other(side)])])
                self.over(world, ids, JOBS[side])

    def test_value(self):
        for text, job in (("Countess", "Countess"), ("  Countess of Lovelace\n",
                                                     "Countess of Lovelace"),
                          (JOBS["people"], JOBS["people"]), ("", None)):
            with self.subTest(text=text):
                world, ids, number = self.contest()
                said = self.resolve(world, number, f"--value={text}")
                self.assertIn(f"decided by hand: {job or '(empty)'}; ", said)
                self.assertEqual(world.sync()["conflicts"], 0)
                self.over(world, ids, job)

    def test_by_the_id_of_a_person(self):
        world, ids, _ = self.contest()
        self.resolve(world, ids["people"], "--use=records")
        world.sync()
        self.over(world, ids, JOBS["records"])

    def test_decided_again(self):
        """The last word counts."""
        world, ids, number = self.contest()
        for words in ("--use=records", "--value=Countess", "--use=people"):
            self.resolve(world, number, words)
        world.sync()
        self.over(world, ids, JOBS["people"])

    def test_cleared(self):
        """One side took the value away, and that counts."""
        world = self.open(sync__conflict="manual")
        ids = world.create_both(**ADA)
        world.sync()
        world.edit("records", ids["records"], job=None)
        world.edit("people", ids["people"], job="Admiral")
        world.sync(code=1)
        self.resolve(world, ids["people"], "--use=records")
        world.sync()
        self.over(world, ids, None)

    def test_first_contact(self):
        """Two that differ when they are first linked."""
        for side in SIDES:
            with self.subTest(use=side):
                world = self.open(sync__conflict="manual")
                ids = {end: world.create(end, **ADA | {"job": JOBS[end]}) for end in SIDES}
                self.assertEqual(world.sync(code=1)["conflicts"], 1)
                self.resolve(world, ids["people"], f"--use={side}")
                world.sync()
                self.over(world, ids, JOBS[side])

    def test_name(self):
        """A field of several parts."""
        names = {"records": Name("Augusta", "", "Byron"), "people": Name("Ada", "", "King")}
        for side in SIDES:
            with self.subTest(use=side):
                world = self.open(sync__conflict="manual")
                ids = world.create_both(**ADA)
                world.sync()
                for end in SIDES:
                    world.edit(end, ids[end], name=names[end])
                world.sync(code=1)
                self.assertIn("several parts", self.refused(world, "conflicts", "resolve",
                                                            ids["people"], "--value=Ada King"))
                self.resolve(world, ids["people"], f"--use={side}")
                world.sync()
                self.assertEqual({world.find(end, ids[end])["full"] for end in SIDES},
                                 {names[side].full()})
                self.over(world, ids, "Engineer")

    def test_two_fields(self):
        world, ids, number = self.contest()
        for side in SIDES:
            world.edit(side, ids[side], linkedin="ada-" + side)
        self.assertEqual(world.sync(code=1)["conflicts"], 2)
        self.assertIn("by its number",
                      self.refused(world, "conflicts", "resolve", ids["people"], "--use=people"))
        self.resolve(world, number, "--use=people")
        self.assertEqual(world.sync(code=1)["conflicts"], 1)
        self.assertEqual(self.jobs(world, ids), dict.fromkeys(SIDES, "Admiral"))
        self.resolve(world, ids["people"], "--use=records")
        world.sync()
        self.assertEqual({world.find(side, ids[side])["linkedin"] for side in SIDES},
                         {"ada-records"})
        world.settled()


class Overtaken(Contested):
    """Somebody edits between the decision and the sync."""

    def test_edited(self):
        """The choice was between other values: the conflict stays, nothing is lost."""
        for words in ("--use=records", "--use=people", "--value=Countess"):
            for side in SIDES:
                with self.subTest(words=words, edited=side):
                    world, ids, number = self.contest()
                    self.resolve(world, number, words)
                    world.edit(side, ids[side], job="Baroness")
                    world.clear_log()
                    self.assertEqual(world.sync(code=1)["conflicts"], 1)
                    self.assertEqual(world.writes(), [])
                    [row] = self.conflicts(world)
                    self.assertNotIn("decided", row["evidence"])
                    self.resolve(world, number, f"--use={side}")
                    world.sync()
                    self.over(world, ids, "Baroness")

    def test_taken_back(self):
        """One side goes back to what both held: the other's edit is no longer contested."""
        for side in SIDES:
            for use in SIDES:
                with self.subTest(back=side, use=use):
                    world, ids, number = self.contest()
                    self.resolve(world, number, f"--use={use}")
                    world.edit(side, ids[side], job="Engineer")
                    world.sync()
                    self.over(world, ids, JOBS[other(side)])

    def test_agreed_by_hand(self):
        world, ids, number = self.contest()
        self.resolve(world, number, "--value=Countess")
        for side in SIDES:
            world.edit(side, ids[side], job="Countess")
        world.sync()
        self.over(world, ids, "Countess")


class Trouble(Contested):
    """What was decided survives."""

    def test_unreachable(self):
        for side in SIDES:
            for fault in ({"action": "status", "status": 503}, {"action": "reset_after"}):
                with self.subTest(side=side, fault=fault):
                    world, ids, number = self.contest(sync__retry__attempts=1)
                    self.resolve(world, number, "--value=Countess")
                    world.box.post("fault", side=side, count=1, match={"method": "PATCH"}, **fault)
                    # What was carried out shows when the person is read again, in the same run.
                    world.run("sync", code=69 if fault["action"] == "status" else 0)
                    world.box.post("fault/clear")
                    world.sync()
                    self.over(world, ids, "Countess")

    def test_refused(self):
        """In quarantine like any write, and tried again on request."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids, number = self.contest()
                self.resolve(world, number, "--value=Countess")
                world.box.post("fault", side=side, action="status", status=422, count=100,
                               content_type="application/problem+json",
                               body=json.dumps({"title": "An error", "detail": "no"}),
                               match={"method": "PATCH"})
                self.assertEqual(world.sync(code=1)["quarantined"], 1)
                world.settled(code=1)
                world.box.post("fault/clear")
                world.run("quarantine", "retry")
                world.sync()
                self.over(world, ids, "Countess")

    @only("values")
    def test_rewritten(self):
        """The server spells it in its own way."""
        world, ids, number = self.contest()
        self.resolve(world, number, "--value=Countess  of   Lovelace")
        world.sync()
        self.assertEqual(len(set(self.jobs(world, ids).values())), 1)
        world.settled()


class Mistakes(Contested):
    def test_usage(self):
        world, ids, number = self.contest()
        for words in ("conflicts resolve", f"conflicts resolve {number}",
                      f"conflicts resolve {number} --use=both", "conflicts resolve 99 --use=people",
                      f"conflicts resolve {number} --use=people --value=x",
                      f"conflicts resolve {number} --use", "conflicts resolve nobody --value=x",
                      f"conflicts show {number} --use=people", "conflicts list --value=x",
                      f"conflicts resolve {number} --use=people --json"):
            with self.subTest(words=words):
                self.assertEqual(world.run(*words.split(), code=64), "")
        self.assertEqual(world.rows("SELECT * FROM wish"), [])
        self.assertEqual(self.jobs(world, ids), JOBS)

    def test_other_conflicts(self):
        world = self.open()
        single = world.create("people", **ADA | {"linkedin": None})
        for _ in range(2):
            world.create("records", **ADA | {"emails": [], "linkedin": "ada"})
        world.create("people", name=Name("A", "", "B"), linkedin="ada")
        world.sync(code=1)
        [row, *_] = self.conflicts(world)
        self.assertIn("links link", self.refused(world, "conflicts", "resolve",
                                                 str(row["number"]), "--use=people"))
        self.assertTrue(single)

    def test_a_person_edits_often(self):
        """New values, and then one of them again: nothing changes it back."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open()
                ids = world.create_both(**ADA)
                world.sync()
                for job in ("One", "Two", "Three", "Four", "One", "Engineer", "Two"):
                    world.edit(side, ids[side], job=job)
                    world.sync()
                    self.over(world, ids, job)

    def test_frozen(self):
        """What something keeps changing back can be decided all the same."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open(sync__flap_limit=2)
                ids = world.create_both(**ADA)
                world.sync()
                for job in ("Analyst", "Engineer", "Analyst", "Engineer"):
                    world.edit("people", ids["people"], job=job)
                    world.sync(code=None)
                [row] = self.conflicts(world)
                self.assertEqual(row["kind"], "flapping")
                self.assertIn("conflicts resolve", row["evidence"])
                jobs = self.jobs(world, ids)
                self.assertEqual(jobs, {"records": "Analyst", "people": "Engineer"})
                self.resolve(world, str(row["number"]), f"--use={side}")
                world.sync()
                self.over(world, ids, jobs[side])


if __name__ == "__main__":
    unittest.main()
