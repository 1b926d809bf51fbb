# SPDX-License-Identifier: Apache-2.0
"""Values that stand in each other's way: unique e-mails that move, keys that many share, and
conflicts and quarantines that are over once there is nothing left to write."""

import json
import unittest

from harness import SIDES, Case, only, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"]}
BOB = {"name": Name("Bob", "", "Jones"), "emails": ["bob@example.com"]}
SHARED = "shared@example.com"


class Moves(Case):
    """An e-mail goes from one linked person to another; the server lets only one have it."""

    def pair(self, ada, bob):
        world = self.open()
        ids = [world.create_both(**ADA | {"emails": ada}),
               world.create_both(**BOB | {"emails": bob})]
        world.sync()
        world.settled()
        return world, ids

    def sync_until_settled(self, world):
        """Two cycles at most, P3; neither may end with anything waiting."""
        for _ in range(2):
            summary = world.sync()
            self.assertEqual((summary["quarantined"], summary["conflicts"]), (0, 0))
        self.assert_mirrored(world, 2)
        world.settled()

    def move(self, world, side, giver, taker):
        """giver, taker: a person's ids and what e-mails it has then."""
        for ids, emails in (giver, taker):
            world.edit(side, ids[side], emails=emails)
        self.sync_until_settled(world)
        for ids, emails in (giver, taker):
            self.assertEqual(sorted(world.find(other(side), ids[other(side)])["emails"]),
                             sorted(emails))

    @only("values")
    def test_second_email(self):
        """In either order of the two persons, and back again."""
        for side in SIDES:
            for first in (0, 1):
                with self.subTest(side=side, first=first):
                    own = [["ada@example.com"], ["bob@example.com"]]
                    start = [list(emails) for emails in own]
                    start[first].append(SHARED)
                    world, ids = self.pair(*start)
                    for giver in (first, 1 - first):
                        taker = 1 - giver
                        self.move(world, side, (ids[giver], own[giver]),
                                  (ids[taker], [*own[taker], SHARED]))

    def test_only_email(self):
        """One takes the other's, who has got a new one."""
        for side in SIDES:
            for giver in (0, 1):
                with self.subTest(side=side, giver=giver):
                    world, ids = self.pair(["ada@example.com"], ["bob@example.com"])
                    old = ["ada@example.com", "bob@example.com"][giver]
                    self.move(world, side, (ids[giver], ["new@example.com"]),
                              (ids[1 - giver], [old]))

    @only("values")
    def test_swap(self):
        """Two have each other's: neither can be written first as it is."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.pair(["ada@example.com"], ["bob@example.com"])
                world.edit(side, ids[0][side], emails=["on.the.way@example.com"])
                world.edit(side, ids[1][side], emails=["ada@example.com"])
                world.edit(side, ids[0][side], emails=["bob@example.com"])
                self.sync_until_settled(world)
                for person, emails in zip(ids, (["bob@example.com"], ["ada@example.com"])):
                    for each in SIDES:
                        self.assertEqual(world.find(each, person[each])["emails"], emails)

    def test_chain(self):
        """Each of several takes the e-mail of the next, whose last one goes away."""
        world = self.open()
        ids = [world.create_both(name=Name(f"P{i}", "", "Jones"),
                                 emails=[f"p{i}@example.com", f"s{i}@example.com"])
               for i in range(4)]
        world.sync()
        for i, both in enumerate(ids):
            taken = [f"s{i + 1}@example.com"] if i < 3 else []
            world.edit("people", both["people"], emails=[f"p{i}@example.com", *taken])
        for _ in range(2):
            world.sync()
        self.assert_mirrored(world, 4)
        world.settled()

    @only("attributes")
    def test_single_email_cleared(self):
        """The one e-mail of a record goes: the person's next one comes in its place."""
        world = self.open()
        ids = world.create_both(name=Name("Ada", "", "Lovelace"), emails=["a@example.com"])
        world.edit("people", ids["people"], emails=["a@example.com", "b@example.com"])
        world.sync()
        world.settled()
        world.edit("records", ids["records"], emails=[])
        planned = world.run("sync", "--dry-run", code=2)
        self.assertIn("1 to update", planned)
        world.sync()
        self.assertEqual(world.find("people", ids["people"])["emails"], ["b@example.com"])
        self.assertEqual(world.find("records", ids["records"])["emails"], ["b@example.com"])
        world.settled()
        world.forget_state()
        world.sync_and_settle()
        self.assertEqual(world.find("people", ids["people"])["emails"], ["b@example.com"])

    @only("attributes")
    def test_last_email_cleared(self):
        """B5: with no other e-mail it is gone on both sides."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open()
                ids = world.create_both(**ADA)
                world.sync()
                world.settled()
                world.edit(side, ids[side], emails=[])
                world.sync_and_settle()
                self.assertEqual([world.find(end, ids[end])["emails"] for end in SIDES], [[], []])


class Over(Case):
    """What was waiting is over once the sides agree, with nothing left to write."""

    def refuse_writes(self, world, side, method, path):
        """422 for the next write of that kind, in a batch as well."""
        world.box.post("fault", side=side, action="status", status=422, count=1000,
                       content_type="application/problem+json",
                       body=json.dumps({"title": "An error", "detail": "this is refused"}),
                       match={"method": method, "path_prefix": path})

    def test_quarantine_of_a_create(self):
        """The person that was refused is made by hand."""
        world = self.open()
        world.create("records", **ADA)
        self.refuse_writes(world, "people", "POST", "/people")
        self.assertEqual(world.sync(code=1)["quarantined"], 1)
        world.box.post("fault/clear")
        world.create("people", **ADA)
        summary = world.sync()
        self.assertEqual((summary["linked"], summary["quarantined"]), (1, 0))
        self.assertEqual(world.run("quarantine", "list"), "")
        self.assert_mirrored(world, 1)
        world.settled()

    def test_quarantine_of_an_update(self):
        """The edit that was refused is made by hand."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open()
                ids = world.create_both(job="Engineer", **ADA)
                world.sync()
                world.edit(other(side), ids[other(side)], job="Analyst")
                path = "/people" if side == "people" else "/v2/objects/people/records/"
                self.refuse_writes(world, side, "PATCH", path)
                self.assertEqual(world.sync(code=1)["quarantined"], 1)
                world.box.post("fault/clear")
                world.edit(side, ids[side], job="Analyst")
                self.assertEqual(world.sync()["quarantined"], 0)
                world.settled()

    def test_quarantine_of_an_edit_that_is_taken_back(self):
        for side in SIDES:
            with self.subTest(edited=side):
                world = self.open()
                ids = world.create_both(**ADA, job="Engineer")
                world.sync()
                target = other(side)
                world.edit(side, ids[side], job="Analyst")
                for method in ("PATCH", "PUT"):
                    self.refuse_writes(world, target, method, "/")
                self.assertEqual(world.sync(code=1)["quarantined"], 1)
                world.box.post("fault/clear")
                world.edit(side, ids[side], job="Engineer")
                self.assertEqual(world.sync()["quarantined"], 0)
                world.settled()

    def test_quarantine_of_a_create_whose_source_is_gone(self):
        world = self.open()
        record = world.create("records", **ADA)
        self.refuse_writes(world, "people", "POST", "/people")
        self.assertEqual(world.sync(code=1)["quarantined"], 1)
        world.box.post("delete", side="records", id=record)
        self.assertEqual(world.sync()["quarantined"], 0)

    def test_conflict(self):
        """Both sides go back to what was, or to the same new value."""
        for end in ("Engineer", "Countess"):
            with self.subTest(end=end):
                world = self.open(sync__conflict="manual")
                ids = world.create_both(job="Engineer", **ADA)
                world.sync()
                world.settled()
                world.edit("records", ids["records"], job="Analyst")
                world.edit("people", ids["people"], job="Admiral")
                self.assertEqual(world.sync(code=1)["conflicts"], 1)
                for side in SIDES:
                    world.edit(side, ids[side], job=end)
                self.assertEqual(world.sync()["conflicts"], 0)
                self.assertEqual(world.run("conflicts", "list"), "")
                world.settled()


class SharedByMany(Case):
    """One key in the hands of many: reported once or a few times, and nothing is guessed."""

    MANY = 400

    def check(self, given):
        """given: the first names on the people side."""
        world = self.open()
        names = {"records": "N", "people": given}
        for side in SIDES:
            for i in range(self.MANY):
                world.create(side, name=Name(f"{names[side]}{i}", "", f"S{i}"), linkedin="office")
        world.clear_log()
        world.seconds = 60
        summary = world.sync(code=1)
        self.assertGreaterEqual(summary["conflicts"], 1)
        self.assertLessEqual(summary["conflicts"], 2 * self.MANY, "not each with each")
        self.assert_counts(summary, created={}, updated={}, linked=0)
        self.assertEqual(world.writes(), [])
        rows = world.run("conflicts", "list", "--json").splitlines()
        self.assertEqual(len(rows), summary["conflicts"])
        self.assertEqual({side: len(world.view(side)) for side in SIDES},
                         dict.fromkeys(SIDES, self.MANY))
        world.settled(code=1)

    def test_same_names(self):
        self.check("N")

    def test_other_names(self):
        self.check("M")

    def test_others_go_on(self):
        """P6"""
        world = self.open()
        for side in SIDES:
            for i in range(self.MANY // 4):
                world.create(side, name=Name(f"N{i}", "", f"S{i}"), linkedin="office")
        world.create("records", **ADA)
        world.create("people", **BOB)
        world.create_both(name=Name("Grace", "", "Hopper"), emails=["grace@example.com"])
        summary = world.sync(code=1)
        self.assert_counts(summary, created={"records": 1, "people": 1}, linked=1)
        world.settled(code=1)


if __name__ == "__main__":
    unittest.main()
