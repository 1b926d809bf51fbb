# SPDX-License-Identifier: Apache-2.0
"""why: what is known of a person, field by field, and what happens next: as the next sync then does."""

import json
import unittest

from harness import DIALECT, SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}


class Why(Case):
    def linked(self, **overrides):
        world = self.open("--stable-nested-ids", **overrides)
        ids = world.create_both(**ADA)
        world.sync()
        world.settled()
        return world, ids

    def why(self, world, *words):
        """The person, and the fields by name."""
        world.clear_log()
        lines = world.run("why", "--json", *words).splitlines()
        self.assertEqual(world.box.log(), [], "nobody is asked")
        person, *fields = [json.loads(line) for line in lines]
        return person, {field["field"]: field for field in fields}

    def refuse(self, world, side, method):
        world.box.post("fault", side=side, action="status", status=422, count=100,
                       content_type="application/problem+json",
                       body=json.dumps({"title": "An error", "detail": "no"}),
                       match={"method": method, "path_prefix": "/people"})


class Linked(Why):
    def test_settled(self):
        world, ids = self.linked()
        person, fields = self.why(world, ids["records"])
        self.assertEqual((person["person"], person["state"], person["records_id"],
                          person["people_id"], person["next"]),
                         ("Ada Lovelace", "linked", ids["records"], ids["people"], None))
        for key in ("since", "records_seen_at", "people_seen_at", "people_updated_at"):
            self.assertTrue(person[key], key)
        job = fields["job_title"]
        for key in ("records", "people", "records_agreed", "people_agreed"):
            self.assertEqual(job[key], "Engineer")
        self.assertEqual((job["verdict"], job["next"]), ("same", "nothing"))
        self.assertIn("both ways", job["rule"])
        if DIALECT == "values":
            self.assertTrue(job["records_set_at"])
        for one in (ids["people"], str(person["link"])):
            self.assertEqual(self.why(world, one), (person, fields))
        shown = world.run("why", ids["people"])
        self.assertRegex(shown, r"(?m)^person +Ada Lovelace$")
        self.assertRegex(shown, r"(?m)^job_title +Engineer +Engineer +nothing +unchanged$")

    def test_one_field(self):
        world, ids = self.linked()
        _, fields = self.why(world, ids["people"], "job_title")
        self.assertEqual(list(fields), ["job_title"])
        shown = world.run("why", ids["people"], "job_title")
        self.assertRegex(shown, r"(?m)^records agreed +Engineer$")
        self.assertRegex(shown, r"(?m)^rule +both ways")

    def test_what_a_decided_conflict_does(self):
        """Contested, then decided, then done."""
        world, ids = self.linked(sync__conflict="manual")
        world.edit("records", ids["records"], job="Analyst")
        world.edit("people", ids["people"], job="Admiral")
        world.sync(code=1)
        job = self.why(world, ids["people"])[1]["job_title"]
        self.assertEqual((job["records"], job["people"], job["records_agreed"],
                          job["people_agreed"], job["verdict"], job["next"]),
                         ("Analyst", "Admiral", "Engineer", "Engineer", "conflict",
                          "waits for a decision"))
        self.assertIn("by hand", job["rule"])
        world.run("conflicts", "resolve", ids["people"], "--use=records")
        job = self.why(world, ids["people"])[1]["job_title"]
        self.assertEqual((job["next"], job["why"]),
                         ("people becomes Analyst", "decided by hand: records"))
        world.sync()
        job = self.why(world, ids["people"])[1]["job_title"]
        self.assertEqual((job["people"], job["next"]), ("Analyst", "nothing"))

    def test_undo(self):
        world, ids = self.linked()
        world.edit("people", ids["people"], job="Analyst")
        cycle = world.sync()["id"]
        world.run("undo", str(cycle))
        job = self.why(world, ids["people"])[1]["job_title"]
        self.assertEqual((job["next"], job["why"]),
                         ("records becomes Engineer", f"undo of cycle {cycle}"))

    def test_refused(self):
        world, ids = self.linked()
        world.edit("records", ids["records"], job="Analyst")
        self.refuse(world, "people", "PATCH")
        world.sync(code=1)
        person, fields = self.why(world, ids["people"])
        self.assertIn("a write to people was refused (status 422)", person["next"])
        self.assertEqual(fields["job_title"]["next"], "people becomes Analyst")
        world.run("quarantine", "drop", ids["people"])
        self.assertIn("given up", self.why(world, ids["people"])[0]["next"])

    def test_parted(self):
        world, ids = self.linked()
        world.run("links", "unlink", ids["people"])
        person, fields = self.why(world, ids["records"])
        self.assertEqual(person["state"], "no longer linked")
        self.assertIn("parted by hand", person["next"])
        self.assertEqual((fields["job_title"]["records"], fields["job_title"]["next"]),
                         ("Engineer", None))

    def test_archived(self):
        world, ids = self.linked()
        world.create_both(**GRACE)
        world.sync()
        world.box.post("archive", id=ids["people"], archived=True)
        world.sync()
        self.assertIn("un-archiving", self.why(world, ids["records"])[0]["next"])


class Unlinked(Why):
    def test_not_created(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open(sync__create="none")
                person = world.create(side, **ADA)
                world.sync()
                said, fields = self.why(world, person)
                self.assertEqual((said["state"], said[f"{side}_id"], said[f"{other(side)}_id"],
                                  said["link"]), ("not linked", person, None, None))
                self.assertIn("sync.create", said["next"])
                self.assertEqual((fields["job_title"][side], fields["job_title"][other(side)]),
                                 ("Engineer", None))

    def test_ambiguous(self):
        world = self.open()
        world.create("records", **ADA | {"emails": [], "linkedin": "ada"})
        twins = [world.create("people", **ADA | {"emails": [], "linkedin": "ada"})
                 for _ in range(2)]
        world.sync(code=1)
        self.assertIn("ambiguous: ", self.why(world, twins[0])[0]["next"])

    def test_refused(self):
        world = self.open()
        record = world.create("records", **ADA)
        self.refuse(world, "people", "POST")
        world.sync(code=1)
        self.assertRegex(self.why(world, record)[0]["next"],
                         r"^its create on people was refused \(status 422\): see `crmsync ")

    def test_sent(self):
        world = self.open()
        record = world.create("records", **ADA)
        world.box.post("fault", side="people", action="reset_after",
                       match={"method": "POST", "path_prefix": "/people"})
        world.sync(code=69)
        self.assertIn("outcome is not known", self.why(world, record)[0]["next"])

    def test_archived(self):
        world = self.open()
        gone = world.create("people", **ADA)
        world.box.post("archive", id=gone, archived=True)
        world.sync()
        self.assertIn("takes no part", self.why(world, gone)[0]["next"])


class Usage(Why):
    def test_mistakes(self):
        world, ids = self.linked()
        for words in ("why", "why nobody", f"why {ids['people']} jobs", "why 99",
                      f"why {ids['people']} job_title now", f"why {ids['people']} --dry-run"):
            with self.subTest(words=words):
                self.assertEqual(world.run(*words.split(), code=64), "")


if __name__ == "__main__":
    unittest.main()
