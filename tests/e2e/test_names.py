# SPDX-License-Identifier: Apache-2.0
"""B9: names of many shapes go there and back and stay what they are."""

import unittest

from harness import DIALECT, SIDES, Case, other
from wire import NAME_PROPERTIES, Name

NAMES = {
    "particles": Name("Jan", "van der", "Berg"),
    "apostrophe and hyphen": Name("Siobhán", "", "O'Neill-Žižek"),
    "two of each": Name("María José", "", "García Márquez"),
    "mononym": Name("", "", "Zéphyrine"),
    "han": Name("小明", "", "王"),
    "han without a blank": Name("", "", "王小明"),
    "right to left": Name("ليلى", "", "حداد"),
    "emoji": Name("Zoë 🦊", "", "Lindqvist"),
    "long": Name("A" * 100, "", "B" * 99),
    "prefix": Name("Ada", "", "Lovelace", "Dr."),
    "prefix and particles": Name("Ludwig", "van", "Beethoven", "Prof."),
    "middle name": Name("Grace", "Brewster", "Hopper"),
}


class Names(Case):
    def dumped_name(self, world, side):
        """Every person's name on that side, as the server holds it."""
        if side == "people":
            return {person["id"]: [person.get(part) for part in NAME_PROPERTIES]
                    for person in world.box.dump(side)}
        return {str(record["id"]): record["values" if DIALECT == "values" else "attributes"]["name"]
                for record in world.box.dump(side)}

    def expected(self, side, name):
        """full_name is data of its own in a record of dialect values: it tells of no prefix."""
        told = name._replace(prefix="") if side == "records" and DIALECT == "values" else name
        return told.full()

    def round_trip(self, side):
        """Created on one side, edited in another field on the other: no name is touched."""
        world = self.open()
        for number, name in enumerate(NAMES.values()):
            world.create(side, name=name, emails=[f"n{number}@example.com"])
        before = self.dumped_name(world, side)
        world.sync()
        self.assertEqual(self.dumped_name(world, side), before)
        names = {view["full"] for view in world.view(other(side))}
        self.assertEqual(names, {self.expected(side, name) for name in NAMES.values()})
        for view in world.view(other(side)):
            world.edit(other(side), view["id"], job="Traveller")
        self.assertEqual({change.side for change in world.sync_and_settle()}, {side})
        self.assertEqual(self.dumped_name(world, side), before)

    def test_from_records(self):
        self.round_trip("records")

    def test_from_people(self):
        self.round_trip("people")

    def linked(self, name):
        world = self.open()
        ids = world.create_both(name=name, emails=["n@example.com"])
        world.sync()
        world.settled()
        return world, ids

    def test_last_name_changed_on_records(self):
        """Given name and prefix are not even sent."""
        cases = (
            (Name("Jan", "van der", "Berg", "Dr."), Name("Jan", "van der", "Bergman", "Dr.")),
            (Name("María José", "", "García Márquez"), Name("María José", "", "Ruiz")),
            (Name("Siobhán", "", "O'Neill-Žižek"), Name("Siobhán", "", "O'Neill")),
            (Name("Ada", "", "Lovelace"), Name("Ada", "", "Byron King")),
        )
        for old, new in cases:
            with self.subTest(old=old, new=new):
                world, ids = self.linked(old)
                world.edit("records", ids["records"], name=new)
                fields = self.only_change(world.sync_and_settle(), "people", ids["people"])
                self.assertLessEqual(set(fields), {"familyName", "additionalName"})
                after = world.find("people", ids["people"])["name"]
                self.assertEqual((after.given, after.prefix), (old.given, old.prefix))
                self.assertEqual(after.full(), new.full())
                self.assertEqual(after.additional, new.additional)

    def test_particle_changed_on_records(self):
        old, new = Name("Jan", "van der", "Berg", "Dr."), Name("Jan", "de", "Vries", "Dr.")
        world, ids = self.linked(old)
        world.edit("records", ids["records"], name=new)
        fields = self.only_change(world.sync_and_settle(), "people", ids["people"])
        self.assertEqual(fields, {"additionalName": "de", "familyName": "Vries"})

    def test_changed_on_people(self):
        old = Name("Jan", "van der", "Berg", "Dr.")
        for new in (Name("Jan", "van der", "Bergman", "Dr."),
                    Name("Johan", "van der", "Berg", "Dr."),
                    Name("Jan", "", "Berg", "Dr."), Name("Jan", "van der", "Berg")):
            with self.subTest(new=new):
                world, ids = self.linked(old)
                world.edit("people", ids["people"], name=new)
                fields = self.only_change(world.sync_and_settle(), "records", ids["records"])
                self.assertEqual(list(fields), ["name"])
                after = world.find("records", ids["records"])
                self.assertEqual(after["full"], new.full())
                if DIALECT == "values":
                    self.assertEqual((after["first"], after["last"]), (new.given, new.last()))

    def test_mononym_gets_a_given_name_on_people(self):
        """The familyName there was ours; now the whole is what a person saw and left."""
        world = self.open()
        record = world.create("records", name=Name("Cher"), emails=["c@example.com"])
        world.sync()
        [person] = world.view("people")
        self.assertEqual(person["name"], Name("", "", "Cher"))
        for given, full in (("Sonny", "Sonny Cher"), ("Sunny", "Sunny Cher"), ("", "Cher")):
            world.edit("people", person["id"], raw={"givenName": given})
            self.only_change(world.sync_and_settle(), "records", record)
            self.assertEqual(world.find("records", record)["full"], full)
            self.assertEqual(world.find("people", person["id"])["name"], Name(given, "", "Cher"))

    def test_initials_stay(self):
        world, ids = self.linked(Name("Jan", "van der", "Berg"))
        world.edit("people", ids["people"], raw={"initials": "J.A."})
        world.edit("records", ids["records"], name=Name("Jan", "van der", "Bergman"))
        world.sync()
        world.settled()
        self.assertEqual(world.find("people", ids["people"])["raw"]["initials"], "J.A.")

    def test_both_sides_keep_their_own_writing(self):
        """Both name the same human; neither side is rewritten by the other's edit elsewhere."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked(Name("Ludwig", "van", "Beethoven", "Prof."))
                before = [self.dumped_name(world, at) for at in SIDES]
                world.edit(side, ids[side], phones=["+12065550100"])
                world.sync_and_settle()
                self.assertEqual([self.dumped_name(world, at) for at in SIDES], before)


if __name__ == "__main__":
    unittest.main()
