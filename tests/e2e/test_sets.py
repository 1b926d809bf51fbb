# SPDX-License-Identifier: Apache-2.0
"""B4, and B8 as far as the servers show it: sets merge element by element."""

import unittest

from harness import DIALECT, SIDES, Case, only, other
from wire import Name

NAME = Name("Ada", "", "Lovelace")


class Sets(Case):
    def linked(self, *options, on_people=None, **words):
        """One person on both sides; on_people: what only that side holds."""
        overrides = {}
        if DIALECT == "values" and "--custom-attributes" in options:
            overrides = {"references__tags__enabled": True, "references__tags__records": "tags"}
        world = self.open(*options, **overrides)
        ids = world.create_both(name=NAME, **words)
        if on_people:
            world.edit("people", ids["people"], **on_people)
        world.sync()
        world.settled()
        return world, ids

    def check(self, world, ids, word, expected):
        """Both sides hold these elements afterwards; the writes name this field only."""
        changes = world.sync_and_settle()
        for side in SIDES:
            self.assertEqual(sorted(world.find(side, ids[side])[word]), sorted(expected), side)
        self.assertEqual([len(change.fields) for change in changes], [1] * len(changes))
        self.assertEqual(len({change.side for change in changes}), len(changes))
        return {change.side: change for change in changes}


class Tags(Sets):
    def tagged(self, *tags):
        return self.linked("--custom-attributes", emails=["ada@example.com"], tags=list(tags))

    def test_added_here_and_removed_there(self):
        for adds in SIDES:
            with self.subTest(adds=adds):
                world, ids = self.tagged("Customer", "Press")
                world.edit(adds, ids[adds], tags=["Customer", "Press", "VIP"])
                world.edit(other(adds), ids[other(adds)], tags=["Customer"])
                changes = self.check(world, ids, "tags", ["Customer", "VIP"])
                self.assertEqual(set(changes), set(SIDES))

    def test_first_and_last(self):
        world, ids = self.tagged()
        for side in SIDES:
            world.edit(side, ids[side], tags=["Partner"])
            self.assertEqual(set(self.check(world, ids, "tags", ["Partner"])), {other(side)})
            world.edit(side, ids[side], tags=[])
            self.assertEqual(set(self.check(world, ids, "tags", [])), {other(side)})

    def test_another_order_is_no_edit(self):
        world, ids = self.tagged("Customer", "Press", "VIP")
        for side in SIDES:
            world.edit(side, ids[side], tags=["VIP", "Customer", "Press"])
            self.assertEqual(world.sync_and_settle(), [])

    def test_the_same_on_both_sides(self):
        world, ids = self.tagged("Customer")
        for side in SIDES:
            world.edit(side, ids[side], tags=["Partner"])
        self.assertEqual(self.check(world, ids, "tags", ["Partner"]), {})


@only("values")
class Emails(Sets):
    A, B, C = "a@example.com", "b@example.com", "c@example.com"

    def test_added(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked(emails=[self.A])
                world.edit(side, ids[side], emails=[self.A, self.B])
                changes = self.check(world, ids, "emails", [self.A, self.B])
                self.assertEqual(set(changes), {other(side)})

    def test_removed(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked(emails=[self.A, self.B])
                world.edit(side, ids[side], emails=[self.A])
                [change] = self.check(world, ids, "emails", [self.A]).values()
                self.assertEqual(change.method, "PATCH" if side == "records" else "PUT",
                                 "a PATCH of the records side only ever adds")

    def test_primary_changed(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked(emails=[self.A, self.B])
                world.edit(side, ids[side], emails=[self.B, self.A])
                self.check(world, ids, "emails", [self.A, self.B])
                for where in SIDES:
                    self.assertEqual(world.find(where, ids[where])["emails"][0], self.B, where)

    def test_added_here_and_removed_there(self):
        for adds in SIDES:
            with self.subTest(adds=adds):
                world, ids = self.linked(emails=[self.A, self.B])
                world.edit(adds, ids[adds], emails=[self.A, self.B, self.C])
                world.edit(other(adds), ids[other(adds)], emails=[self.A])
                self.check(world, ids, "emails", [self.A, self.C])

    def test_replaced_wholly(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked(emails=[self.A])
                world.edit(side, ids[side], emails=[self.C])
                self.check(world, ids, "emails", [self.C])

    def test_phones(self):
        numbers = ["+12065550100", "+12065550111"]
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked(phones=numbers[:1])
                world.edit(side, ids[side], phones=numbers)
                self.check(world, ids, "phones", numbers)
                world.edit(side, ids[side], phones=numbers[1:])
                self.check(world, ids, "phones", numbers[1:])


@only("attributes")
class FirstEmail(Sets):
    """A record holds one address: the first of the person's; the others are left as they are."""

    A, B, C = "a@example.com", "b@example.com", "c@example.com"

    def person_has_two(self):
        return self.linked(emails=[self.A], on_people={"emails": [self.A, self.B]})

    def emails(self, world, ids):
        return [world.find(side, ids[side])["emails"] for side in SIDES]

    def test_second_one_is_no_concern(self):
        world, ids = self.person_has_two()
        world.edit("people", ids["people"], emails=[self.A, self.B, self.C])
        self.assertEqual(world.sync_and_settle(), [])
        self.assertEqual(self.emails(world, ids), [[self.A], [self.A, self.B, self.C]])

    def test_changed_on_records(self):
        world, ids = self.person_has_two()
        world.edit("records", ids["records"], emails=[self.C])
        fields = self.only_change(world.sync_and_settle(), "people", ids["people"])
        self.assertEqual(list(fields), ["emailAddresses"])
        self.assertEqual(self.emails(world, ids), [[self.C], [self.C, self.B]])

    def test_primary_changed_on_people(self):
        world, ids = self.person_has_two()
        world.edit("people", ids["people"], emails=[self.B, self.A])
        fields = self.only_change(world.sync_and_settle(), "records", ids["records"])
        self.assertEqual(fields, {"email": self.B})
        self.assertEqual(self.emails(world, ids), [[self.B], [self.B, self.A]])

    def test_primary_removed_on_people(self):
        world, ids = self.person_has_two()
        world.edit("people", ids["people"], emails=[self.B])
        fields = self.only_change(world.sync_and_settle(), "records", ids["records"])
        self.assertEqual(fields, {"email": self.B})

    def test_cleared_on_people(self):
        world, ids = self.linked(emails=[self.A])
        world.edit("people", ids["people"], emails=[])
        fields = self.only_change(world.sync_and_settle(), "records", ids["records"])
        self.assertEqual(fields, {"email": None})


if __name__ == "__main__":
    unittest.main()
