# SPDX-License-Identifier: Apache-2.0
"""Saved plans: exactly what was reviewed is done; and a sync of some persons only."""

import json
import os
import unittest

from harness import SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
BOB = {"name": Name("Bob", "", "Jones"), "emails": ["bob@example.com"], "job": "Clerk"}
EVE = {"name": Name("Eve", "", "Moneypenny"), "emails": ["eve@example.com"]}


class Planned(Case):
    def two(self, **overrides):
        """Ada and Bob on both sides, linked and settled."""
        world = self.open("--stable-nested-ids", **overrides)
        ids = [world.create_both(**ADA), world.create_both(**BOB)]
        world.sync()
        world.settled()
        world.clear_log()
        return world, ids

    def plan(self, world, *words):
        """Saves a plan: its steps."""
        world.run("plan", f"--out={world.path('plan')}", *words, code=2)
        self.assertEqual(world.writes(), [], "a plan writes nothing")
        with open(world.path("plan"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual(lines[-1]["end_of_plan"], len(lines) - 2)
        return lines[1:-1]

    def apply(self, world, *words, code=0):
        summary = world.sync(f"--plan={world.path('plan')}", *words, code=code)
        said = world.runs[-1][3].decode().splitlines(keepends=True)
        return summary, "".join(line for line in said if line.startswith("crmsync: "))

    def jobs(self, world, ids):
        return {side: world.find(side, ids[side])["job"] for side in SIDES}


class Plans(Planned):
    def test_applied(self):
        """Updates both ways and creates; 0600; nothing is left."""
        world, (ada, bob) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        world.edit("people", bob["people"], job="Chief")
        for side in SIDES:
            world.create(side, **EVE | {"name": Name(side.title(), "", "Moneypenny"),
                                        "emails": [f"eve@{side}.example.com"]})
        steps = self.plan(world)
        self.assertEqual(os.stat(world.path("plan")).st_mode & 0o777, 0o600)
        self.assertEqual(sorted((step["action"], step["side"]) for step in steps),
                         [("create", "people"), ("create", "records"),
                          ("update", "people"), ("update", "records")])
        [update] = [step for step in steps if step["id"] == ada["people"]]
        [field] = update["fields"]
        self.assertEqual((field["field"], field["old"], field["new"]),
                         ("job_title", "Engineer", "Analyst"))
        self.assertIn("ada", json.dumps(update).lower(), "for a person to read")
        world.clear_log()
        summary, said = self.apply(world)
        self.assertEqual(said, "")
        self.assert_counts(summary, created={"records": 1, "people": 1},
                           updated={"records": 1, "people": 1})
        self.assert_mirrored(world, 4)
        world.settled()

    def test_nothing_else(self):
        """What came after the plan waits for the next sync."""
        world, (ada, bob) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        self.plan(world)
        world.edit("records", bob["records"], job="Chief")
        world.create("people", **EVE)
        world.clear_log()
        summary, said = self.apply(world)
        self.assertEqual(said, "")
        self.assert_counts(summary, created={}, updated={"people": 1})
        self.assertEqual([change.id for change in world.changes()], [ada["people"]])
        self.assertEqual(self.jobs(world, bob)["people"], "Clerk")
        world.sync()
        self.assert_mirrored(world, 3)
        world.settled()

    def check_changed(self, side, job):
        """Ada's job is edited once more after the plan; Bob's step is taken all the same."""
        world, (ada, bob) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        world.edit("records", bob["records"], job="Chief")
        self.assertEqual(len(self.plan(world)), 2)
        world.edit(side, ada[side], job=job)
        world.clear_log()
        summary, said = self.apply(world, code=1)
        self.assert_counts(summary, updated={"people": 1})
        self.assertEqual([change.id for change in world.changes()], [bob["people"]])
        self.assertIn(f"no longer so: update on people {ada['people']}\n", said)
        self.assertIn("steps of the plan that were not taken: 1", said)
        self.assertNotIn("Lovelace", said)
        world.sync()
        world.settled()
        return self.jobs(world, ada)

    def test_source_changed(self):
        self.assertEqual(self.check_changed("records", "Countess"),
                         dict.fromkeys(SIDES, "Countess"))

    def test_target_changed(self):
        jobs = self.check_changed("people", "Admiral")
        self.assertEqual(len(set(jobs.values())), 1)

    def test_done_meanwhile(self):
        world, (ada, _) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        self.plan(world)
        world.sync()
        world.clear_log()
        _, said = self.apply(world, code=1)
        self.assertIn("no longer so", said)
        self.assertEqual(world.writes(), [])

    def test_both_sides(self):
        """One link with an edit on each side: both steps are taken, one after the other."""
        world, (ada, _) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        world.edit("people", ada["people"], name=Name("Augusta", "", "Lovelace"))
        self.assertEqual(len(self.plan(world)), 2)
        world.clear_log()
        summary, said = self.apply(world)
        self.assertEqual(said, "")
        self.assert_counts(summary, updated={"records": 1, "people": 1})
        self.assert_mirrored(world, 2)
        world.settled()

    def test_removal(self):
        """A removal is a step like any other: taken as reviewed, and not beside the plan."""
        for edited in (False, True):
            with self.subTest(edited=edited):
                world, (ada, bob) = self.two()
                world.create_both(**EVE)
                world.sync()
                world.box.post("delete", side="records", id=ada["records"])
                [step] = self.plan(world)
                self.assertEqual((step["action"], step["side"], step["id"]),
                                 ("remove", "people", ada["people"]))
                world.box.post("delete", side="records", id=bob["records"])
                if edited:
                    world.edit("people", ada["people"], job="Countess")
                world.clear_log()
                summary, said = self.apply(world, code=1 if edited else 0)
                self.assert_counts(summary, removed={} if edited else {"people": 1})
                self.assertEqual("no longer so" in said, edited)
                archived = [view["id"] for view in world.view("people")
                            if view["raw"].get("archivedAt")]
                self.assertEqual(archived, [] if edited else [ada["people"]])

    def test_refused(self):
        world, (ada, _) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        self.plan(world)
        world.box.post("fault", side="people", action="status", status=422, count=10,
                       content_type="application/problem+json",
                       body=json.dumps({"title": "An error", "detail": "blocked"}),
                       match={"method": "PATCH", "path_prefix": "/people"})
        summary, said = self.apply(world, code=1)
        self.assertEqual(summary["quarantined"], 1)
        self.assertIn("refused", said)

    def test_dry_run(self):
        world, (ada, bob) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        self.plan(world)
        world.edit("records", bob["records"], job="Chief")
        world.clear_log()
        shown = world.run("sync", "--dry-run", f"--plan={world.path('plan')}", code=2)
        self.assertIn(ada["people"], shown)
        self.assertNotIn(bob["people"], shown)
        self.assertEqual(world.writes(), [])

    def test_empty(self):
        world, (ada, _) = self.two()
        world.run("plan", f"--out={world.path('plan')}")
        world.edit("records", ada["records"], job="Analyst")
        world.clear_log()
        self.apply(world)
        self.assertEqual(world.writes(), [])

    def test_whom_it_takes_for_whom(self):
        """Before the first sync; those who are linked already are not named again."""
        world = self.open()
        ids = world.create_both(name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        lines = world.run("plan").splitlines()
        self.assertIn(f"link by email: Ada Lovelace ({ids['records']}), "
                      f"Ada Lovelace (people {ids['people']})", lines)
        world.sync()
        self.assertEqual([line for line in world.run("plan").splitlines() if "link" in line], [])

    def test_json_too(self):
        world, (ada, _) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        lines = world.run("plan", "--json", f"--out={world.path('plan')}", code=2).splitlines()
        self.assertEqual([json.loads(line)["id"] for line in lines], [ada["people"]])
        self.apply(world)


class Files(Planned):
    """No plan, a damaged or a foreign one: nothing is read or sent."""

    def refused(self, world, code):
        world.clear_log()
        self.assertEqual(world.run("sync", f"--plan={world.path('plan')}", code=code), "")
        error = world.runs[-1][3].decode()
        self.assertRegex(error, r"\Acrmsync: .*\n\Z")
        self.assertEqual(world.box.log(), [])
        return error

    def write(self, world, text):
        with open(world.path("plan"), "w", encoding="utf-8") as file:
            file.write(text)

    def test_damaged(self):
        world, (ada, bob) = self.two()
        for ids in (ada, bob):
            world.edit("records", ids["records"], job="Analyst")
        self.plan(world)
        with open(world.path("plan"), encoding="utf-8") as file:
            plan = file.read()
        lines = plan.splitlines(keepends=True)
        for text in (plan[:-1], plan[:-40], "".join(lines[:-1]), "".join(lines[:1] + lines[2:]),
                     plan.replace("Analyst", "Countess"), plan + "{}\n", "", "no plan\n", "{}\n",
                     lines[0], "[1]\n", lines[0] + "null\n", "\0" * 100):
            with self.subTest(text=text[-60:]):
                self.write(world, text)
                self.refused(world, 65)
        self.write(world, plan)
        self.apply(world)
        world.settled()

    def test_foreign(self):
        world, (ada, _) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        self.plan(world)
        address = world.box.urls["people"].replace("127.0.0.1", "localhost")
        world.configure({"people.base_url": address})
        self.assertIn("other systems", self.refused(world, 78))
        world.configure({"records.object": "humans"})
        self.assertIn("other systems", self.refused(world, 78))

    def test_not_there(self):
        world, _ = self.two()
        self.assertIn("cannot read", self.refused(world, 64))
        self.assertIn("cannot save", self.cannot_save(world, "nowhere/plan"))

    def cannot_save(self, world, name):
        world.run("plan", f"--out={world.path(name)}", code=73)
        return world.runs[-1][3].decode()

    def test_failed_cycle(self):
        """A plan that could not see everything is not saved."""
        world, (ada, _) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        world.box.post("fault", side="people", action="status", status=401, count=100)
        world.run("plan", f"--out={world.path('plan')}", code=77)
        self.assertFalse(os.path.exists(world.path("plan")))
        self.assertFalse(os.path.exists(world.path("plan.tmp")))


class Only(Planned):
    def check(self, name):
        """name: which of Ada's ids is given."""
        world, (ada, bob) = self.two()
        [link] = [json.loads(line)["number"]
                  for line in world.run("links", "show", ada["people"], "--json").splitlines()
                  if "number" in json.loads(line)]
        word = {"link": str(link)}.get(name) or ada[name]
        for ids in (ada, bob):
            world.edit("records", ids["records"], job="Analyst")
        world.create("people", **EVE)
        world.clear_log()
        for words in (["plan"], ["sync", "--dry-run"]):
            shown = world.run(*words, f"--only={word}", code=2)
            self.assertIn(ada["people"], shown)
            self.assertNotIn(bob["people"], shown)
            self.assertNotIn("Moneypenny", shown)
        self.assertEqual(world.writes(), [])
        world.sync(f"--only={word}")
        self.assertEqual([change.id for change in world.changes()], [ada["people"]])
        world.sync(f"--only={bob['records']},{ada['people']}")
        self.assertEqual(self.jobs(world, bob), dict.fromkeys(SIDES, "Analyst"))
        self.assertEqual(len(world.view("records")), 2)
        world.sync()
        self.assert_mirrored(world, 3)
        world.settled()

    def test_record(self):
        self.check("records")

    def test_person(self):
        self.check("people")

    def test_link(self):
        self.check("link")

    def test_new(self):
        """Somebody whom no sync has seen before."""
        for side in SIDES:
            with self.subTest(side=side):
                world, _ = self.two()
                eve = world.create(side, **EVE)
                world.create(side, name=Name("Moneypenny", "", "Miss"),
                             emails=["penny@example.com"])
                self.assert_counts(world.sync(f"--only={eve}"), created={other(side): 1})
                self.assertEqual(len(world.view(other(side))), 3)

    def test_unknown(self):
        world, (ada, _) = self.two()
        world.edit("records", ada["records"], job="Analyst")
        world.clear_log()
        for words in (["sync"], ["sync", "--dry-run"], ["plan"]):
            world.run(*words, f"--only={ada['records']},nobody", code=64)
            error = world.runs[-1][3].decode()
            self.assertRegex(error, r"crmsync: --only: nobody has the id nobody ")
            self.assertEqual("plan ended" in error, words != ["sync"], "no cycle's number is used")
            self.assertEqual("cycle ended" in error, words == ["sync"])
            self.assertEqual(world.writes(), [])
        world.sync()
        world.settled()

    def test_with_a_plan(self):
        """Those steps of the plan that are these persons'."""
        world, (ada, bob) = self.two()
        for ids in (ada, bob):
            world.edit("records", ids["records"], job="Analyst")
        self.plan(world)
        world.clear_log()
        _, said = self.apply(world, f"--only={bob['people']}", code=1)
        self.assertEqual([change.id for change in world.changes()], [bob["people"]])
        self.assertIn(ada["people"], said)


class Usage(Planned):
    def test_mistakes(self):
        world = self.open()
        for words in ("sync --only", "sync --only=", "sync --only=a,", "sync --only=,a",
                      "sync --only=a,,b", "sync --allow-removals=x", "sync --allow-removals=-1",
                      "sync --allow-removals=99999999999", "sync --allow-changes=",
                      "sync --allow-changes=1.5", "sync --out=x", "sync --plan=",
                      "plan --plan=x", "plan --out=", "plan --dry-run", "plan --allow-changes=1",
                      "sync now", "sync --plan"):
            with self.subTest(words=words):
                self.assertEqual(world.run(*words.split(), code=64), "")
        self.assertEqual(world.box.log(), [])


if __name__ == "__main__":
    unittest.main()
