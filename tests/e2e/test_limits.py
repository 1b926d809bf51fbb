# SPDX-License-Identifier: Apache-2.0
"""B10 and B11: what is never written, and runs that write less or nothing."""

import json
import unittest

from harness import DIALECT, NO_CHANGE, SIDES, Case, only, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
ALAN = {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"]}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
READ_ONLY = {
    "people": {"createdAt", "updatedAt", "importedAt", "avatarUrl", "id", "@id", "@type"},
    "records": {"created_at", "updated_at", "created_by", "avatar_url", "last_interaction",
                "first_interaction", "strongest_connection_strength", "twitter_follower_count"},
}


class LeftAlone(Case):
    """B10"""

    def rest(self, world, side, person, but):
        """All that the server holds of a person, but for what was to change."""
        for dumped in world.box.dump(side):
            identity = dumped["id"]
            if person in (identity, isinstance(identity, dict) and identity["record_id"]):
                inner = dumped.get("values") or dumped.get("attributes") or dumped
                return {key: value for key, value in inner.items()
                        if key not in but and not key.startswith("@")}
        raise AssertionError(person)

    def rich_person(self, world):
        """Fields that the program does not map, and second elements of those that it does."""
        organizations = [item["@id"] for item in world.box.dump("people", "organizations")[:2]]
        segments = [item["@id"] for item in world.box.dump("people", "segments")[:1]]
        return world.create("people", **ADA, raw={
            "customerId": "C-17", "isTracked": True, "initials": "A.", "dealSize": 12,
            "organizations": organizations, "segments": segments, "externalSource": "webshop",
            "phoneNumbers": [{"phoneNumber": "+12065550100", "phoneType": "mobile"},
                             {"phoneNumber": "+12065550111", "phoneType": "work"}]})

    def test_person(self):
        world = self.open("--stable-nested-ids")
        ids = {"people": self.rich_person(world)}
        ids["records"] = world.create("records", phones=["+12065550100", "+12065550111"], **ADA)
        world.sync()
        world.settled()
        before = self.rest(world, "people", ids["people"], {"jobTitle", "updatedAt"})
        world.edit("records", ids["records"], job="Analyst")
        self.assertEqual(self.only_change(world.sync_and_settle(), "people", ids["people"]),
                         {"jobTitle": "Analyst"})
        after = self.rest(world, "people", ids["people"], {"jobTitle", "updatedAt"})
        self.assertEqual(after, before)

    @only("values")
    def test_phone_types_are_kept(self):
        world = self.open("--stable-nested-ids")
        person = self.rich_person(world)
        record = world.create("records", phones=["+12065550100", "+12065550111"], **ADA)
        world.sync()
        world.edit("records", record, phones=["+12065550100", "+12065550122"])
        world.sync_and_settle()
        phones = {item["phoneNumber"]: item.get("phoneType")
                  for item in world.find("people", person)["raw"]["phoneNumbers"]}
        self.assertEqual(set(phones), {"+12065550100", "+12065550122"})
        self.assertEqual(phones["+12065550100"], "mobile")

    def test_record(self):
        world = self.open("--custom-attributes")
        raw = {"twitter": "@ada", "description": "Countess", "birthday": "1815-12-10"}
        if DIALECT == "attributes":
            raw = {"twitter_url": "https://twitter.com/ada", "notes": "Countess",
                   "last_contacted": "2025-01-01T00:00:00.000Z"}
        ids = world.create_both(**ADA)
        world.edit("records", ids["records"], raw=raw)
        world.sync()
        world.settled()
        before = self.rest(world, "records", ids["records"], {"job_title"})
        world.edit("people", ids["people"], job="Analyst")
        fields = self.only_change(world.sync_and_settle(), "records", ids["records"])
        self.assertEqual(list(fields), ["job_title"])
        self.assertEqual(self.rest(world, "records", ids["records"], {"job_title"}), before)

    def test_read_only_fields_are_never_sent(self):
        world = self.open("--persons", "40", "--common", "20")
        world.clear_log()
        world.sync()
        changes = world.changes()
        self.assertEqual({change.side for change in changes}, set(SIDES))
        for change in changes:
            self.assertFalse(READ_ONLY[change.side] & set(change.fields), change)
        world.settled()


class OneDirection(Case):
    """B11: a direction is a direction."""

    def check(self, target, **overrides):
        source = other(target)
        world = self.open(sync__direction="to_" + target, **overrides)
        ids = world.create_both(**ADA)
        world.create(source, **GRACE)
        world.create(target, **ALAN)
        world.sync()
        self.assertEqual(world.writes(source), [])
        self.assertEqual([len(world.view(side)) for side in (source, target)], [2, 3])
        world.settled()

        world.edit(source, ids[source], job="Analyst")
        world.edit(target, ids[target], linkedin="ada")
        changes = world.sync_and_settle()
        fields = self.only_change(changes, target, ids[target])
        self.assertEqual(list(fields), ["jobTitle" if target == "people" else "job_title"])
        self.assertFalse(world.find(source, ids[source])["linkedin"])
        self.assertEqual(world.find(target, ids[target])["linkedin"], "ada", "no enforcing")

        world.edit(target, ids[target], job="Countess")
        self.assertEqual(world.sync_and_settle(), [], "an edit on the target is left")

    def test_to_people(self):
        self.check("people")

    def test_to_records(self):
        self.check("records")


class NothingCreated(Case):
    def test_create(self):
        for create, created in (("none", ()), ("to_people", ("people",)),
                                ("to_records", ("records",))):
            with self.subTest(create=create):
                world = self.open(sync__create=create)
                world.create("records", **GRACE)
                world.create("people", **ALAN)
                self.assert_counts(world.sync(), created=dict.fromkeys(created, 1))
                self.assertEqual({change.side for change in world.changes()}, set(created))
                world.settled()


class OnlyPlanned(Case):
    """B11: --dry-run and plan write nothing at all, and the next sync does what they said."""

    def waiting(self):
        """A new person and an edit on each side."""
        world = self.open()
        ids = world.create_both(**ADA)
        world.sync()
        world.create("records", **GRACE)
        world.create("people", **ALAN)
        world.edit("records", ids["records"], job="Analyst")
        world.edit("people", ids["people"], linkedin="ada")
        world.clear_log()
        return world, ids

    def check_sync(self, world):
        summary = world.sync()
        each = dict.fromkeys(SIDES, 1)
        self.assert_counts(summary, created=each, updated=each)
        self.assertEqual(sorted((change.side, change.method) for change in world.changes()),
                         [("people", "PATCH"), ("people", "POST"),
                          ("records", "PATCH"), ("records", "POST")])
        self.assert_mirrored(world, 3)
        world.settled()

    def test_dry_run(self):
        world, _ = self.waiting()
        for _ in range(2):
            planned = world.sync("--dry-run", code=2)
            self.assertEqual(world.writes(), [])
        self.check_sync(world)
        for counter in ("created", "updated"):
            self.assertIn(planned[counter], (dict.fromkeys(SIDES, 1), NO_CHANGE))

    def test_dry_run_prints_the_plan(self):
        world, _ = self.waiting()
        text = world.run("sync", "--dry-run", code=2)
        self.assertEqual(world.writes(), [])
        for value in ("Engineer", "Analyst", "job_title"):
            self.assertIn(value, text)
        self.check_sync(world)

    def test_plan(self):
        world, ids = self.waiting()
        lines = [json.loads(line) for line in world.run("plan", "--json", code=2).splitlines()]
        self.assertEqual(world.writes(), [])
        text = json.dumps(lines)
        for word in ("job_title", "Engineer", "Analyst", "linkedin", *ids.values()):
            self.assertIn(word, text)
        self.check_sync(world)
        world.run("plan", code=0)

    def test_plan_of_a_first_contact(self):
        world = self.open()
        world.create("records", **GRACE)
        world.create("people", **ALAN)
        world.clear_log()
        text = world.run("plan", code=2)
        self.assertEqual(world.writes(), [])
        self.assertIn("Hopper", text)
        self.assert_counts(world.sync(), created=dict.fromkeys(SIDES, 1))
        self.assert_mirrored(world, 2)

    def test_nothing_to_do(self):
        world = self.open()
        world.create_both(**ADA)
        world.sync()
        world.clear_log()
        world.sync("--dry-run", code=0)
        world.run("plan", code=0)
        self.assertEqual(world.writes(), [])

    def test_conflicts_do_not_hide_the_plan(self):
        """Exit code 2 says that changes are waiting, whatever else."""
        world = self.open(sync__conflict="manual")
        ids = world.create_both(**ADA)
        world.sync()
        for side in SIDES:
            world.edit(side, ids[side], job=side)
        world.sync(code=1)
        world.edit("records", ids["records"], linkedin="ada")
        world.sync("--dry-run", code=2)
        world.run("plan", code=2)


if __name__ == "__main__":
    unittest.main()
