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

    def test_a_write_of_unknown_outcome(self):
        """Its answer was lost, and so is that to the question what became of it."""
        world, ids = self.linked(sync__retry__attempts=1)
        world.edit("records", ids["records"], job="Analyst")
        own = {"path_prefix": f"/people/{ids['people']}"}
        world.box.post("fault", side="people", action="reset_after",
                       match=own | {"method": "PATCH"})
        world.box.post("fault", side="people", action="status", status=503, count=100,
                       match=own | {"method": "GET", "nth": 2})
        world.sync(code=69)
        self.assertIn("a write to people was sent, its outcome is not known",
                      self.why(world, ids["people"])[0]["next"])

    def test_a_side_that_takes_nothing_now(self):
        world, ids = self.linked(sync__retry__attempts=1)
        world.edit("records", ids["records"], job="Analyst")
        world.box.post("fault", side="people", action="status", status=429, count=100,
                       headers={"Retry-After": "600"},
                       match={"method": "PATCH", "path_prefix": "/people"})
        world.sync(code=75)
        person, fields = self.why(world, ids["people"])
        self.assertIsNone(person["next"])
        self.assertEqual(fields["job_title"]["next"], "people becomes Analyst")

    def fields(self, world, rows):
        with open(world.path("sync.conf"), "a", encoding="utf-8") as file:
            file.write(f"fields = ( {rows} );\n")

    def grace(self, world):
        """Somebody else, for a sync that reads all and leaves Ada as she is."""
        return world.create_both(**GRACE)["people"]

    def test_one_way(self):
        """An edit on the target of a one-way field: put back, or left."""
        for enforce, rule, upcoming in (("true", "put back", "people becomes Engineer"),
                                        ("false", "left", "nothing")):
            with self.subTest(enforce=enforce):
                world, ids = self.linked()
                self.fields(world, '{ field = "job_title"; direction = "to_people"; '
                                   f"enforce = {enforce}; }}")
                world.edit("people", ids["people"], job="Analyst")
                world.sync(f"--only={self.grace(world)}", code=None)
                job = self.why(world, ids["people"])[1]["job_title"]
                self.assertEqual((job["people"], job["next"]), ("Analyst", upcoming))
                self.assertEqual(job["rule"], f"to people only; an edit there is {rule}")

    def test_edited_and_not_carried_yet(self):
        world, ids = self.linked()
        world.edit("records", ids["records"], job="Analyst")
        world.sync(f"--only={self.grace(world)}")
        job = self.why(world, ids["records"], "job_title")[1]["job_title"]
        self.assertEqual((job["verdict"], job["next"], job["records"], job["people_agreed"]),
                         ("to_people", "people becomes Analyst", "Analyst", "Engineer"))
        self.assertTrue(job["why"])

    def test_frozen(self):
        """Something changes it back each time."""
        world, ids = self.linked(sync__flap_limit=2)
        for turn in range(4):
            side = SIDES[turn % 2]
            world.edit(side, ids[side], job=("Analyst", "Engineer")[turn % 2])
            world.sync(code=None)
        job = self.why(world, ids["people"])[1]["job_title"]
        self.assertEqual(job["next"], "frozen")
        self.assertIn("too often", job["why"])

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

    def test_removed(self):
        """What both were is dissolved by a rule, and the rest stays."""
        world, ids = self.linked(sync__on_removed={"records": "ignore"})
        world.create_both(**GRACE)
        world.box.post("delete", side="records", id=ids["records"])
        world.sync()
        person, fields = self.why(world, ids["people"])
        self.assertEqual(person["state"], "no longer linked")
        self.assertIn("one of the two was removed: the other stays", person["next"])
        self.assertEqual(fields["job_title"]["people"], "Engineer")

    def test_merged(self):
        """The record lives on in one that has a person already."""
        world, ids = self.linked()
        survivor = world.create_both(**GRACE)
        world.sync()
        world.box.post("delete", side="records", id=ids["records"])
        world.edit("records", survivor["records"], emails=ADA["emails"])
        world.sync(code=None)
        self.assertIn("merged into another one that is linked already",
                      self.why(world, ids["people"])[0]["next"])

    def test_removal_that_is_held(self):
        world = self.open()
        ids = [world.create_both(name=Name("Ada", "", f"Number{n}"), emails=[f"p{n}@example.com"])
               for n in range(8)]
        world.sync()
        for pair in ids[:5]:
            world.box.post("delete", side="records", id=pair["records"])
        cycle = world.sync(code=75)["id"]
        person, _ = self.why(world, ids[0]["people"])
        self.assertEqual(person["state"], "linked")
        self.assertRegex(person["next"], rf"held: .*not found on records since cycle {cycle}")

    def test_forgotten(self):
        world, ids = self.linked()
        world.run("forget", ids["people"])
        for words in ((ids["records"],), (ids["people"], "job_title")):
            person, fields = self.why(world, *words)
            self.assertEqual((person["state"], person["records_id"], fields),
                             ("forgotten", None, {}))
            self.assertIn("left alone", person["next"])
            self.assertTrue(person["since"])


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

    def test_duplicates(self):
        """Who has the e-mail of somebody linked; who shares it with an older one."""
        world, _ = self.linked()
        late = world.create("people", **ADA)
        world.sync(code=1)
        self.assertRegex(self.why(world, late)[0]["next"],
                         r"^duplicate: .*belongs to a linked person \(conflict \d+\)$")
        world = self.open()
        twins = [world.create("people", **ADA) for _ in range(2)]
        world.sync(code=1)
        said = sorted((person["state"], person["next"] or "")
                      for person in (self.why(world, twin)[0] for twin in twins))
        self.assertEqual(said[0], ("linked", ""))
        self.assertRegex(said[1][1], "^duplicate: (shares its|its) e-mail or LinkedIn address")

    def test_the_next_sync_creates_it(self):
        world = self.open()
        record = world.create("records", **ADA)
        grace = world.create("people", **GRACE)
        world.sync(f"--only={grace}", code=None)
        said = self.why(world, record)[0]["next"]
        self.assertEqual(said, "the next sync looks for it on people, or creates it there")
        world.sync()
        self.assertEqual(self.why(world, record)[0]["state"], "linked")

    def test_refused(self):
        world = self.open()
        record = world.create("records", **ADA)
        self.refuse(world, "people", "POST")
        world.sync(code=1)
        self.assertRegex(self.why(world, record)[0]["next"],
                         r"^its create on people was refused \(status 422\): see `crmsync ")

    def test_sent(self):
        world = self.open(sync__retry__attempts=1)
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
