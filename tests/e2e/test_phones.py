# SPDX-License-Identifier: Apache-2.0
"""Phones of people that are no numbers: records take none, and get the rest of the person."""

import json
import unittest

from harness import DIALECT, Case
from wire import Name

NO_NUMBER = "ask reception"
NUMBER = "+14155550101"
OTHER = "+14155550102"
ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"]}
HOLDS_ONE = DIALECT == "attributes"


class Phones(Case):
    def phones(self, world, side):
        person, = world.view(side)
        return person["phones"]

    def people_with(self, *phones, **words):
        return self.world.create("people", phones=list(phones), **ADA, **words)

    def setUp(self):
        super().setUp()
        self.world = self.open()

    def settled(self):
        """What is left out is said each time; nothing else happens."""
        summary = self.world.settled()
        self.assertEqual(summary["left_out"], 1)

    def test_create(self):
        person = self.people_with(NO_NUMBER, NUMBER)
        summary = self.world.sync()
        self.assert_counts(summary, created={"records": 1}, quarantined=0)
        self.assertEqual(self.phones(self.world, "records"), [NUMBER])
        self.assertEqual(self.phones(self.world, "people"), [NO_NUMBER, NUMBER])
        self.settled()
        self.assertIn(b"phone numbers left out", self.world.runs[-1][3])
        self.assertNotIn(NO_NUMBER.encode(), self.world.runs[-1][3])
        lines = self.world.run("why", "--json", person, "phones").splitlines()
        self.assertIn("left out", [json.loads(line).get("next") for line in lines])

    def test_create_without_any_number(self):
        self.people_with(NO_NUMBER)
        self.world.sync()
        self.assertEqual(self.phones(self.world, "records"), [])
        self.settled()

    def test_added_later(self):
        person = self.people_with(NUMBER)
        self.world.sync()
        self.world.edit("people", person, phones=[NUMBER, NO_NUMBER], job="Engineer")
        self.world.sync()
        self.assertEqual(self.phones(self.world, "records"), [NUMBER])
        self.assertEqual(self.world.view("records")[0]["job"], "Engineer")
        self.settled()

    def test_removed(self):
        person = self.people_with(NO_NUMBER, NUMBER)
        self.world.sync()
        self.world.edit("people", person, phones=[NUMBER])
        self.world.sync()
        self.assertEqual(self.phones(self.world, "records"), [NUMBER])
        self.world.settled()

    def test_record_is_edited(self):
        """People's list is written whole: what the record cannot hold stays where it was."""
        self.people_with(NO_NUMBER, NUMBER)
        self.world.sync()
        record, = self.world.view("records")
        self.world.edit("records", record["id"],
                        phones=[OTHER] if HOLDS_ONE else [NUMBER, OTHER])
        self.world.sync()
        self.assertEqual(self.phones(self.world, "people"),
                         [NO_NUMBER, OTHER] if HOLDS_ONE else [NO_NUMBER, NUMBER, OTHER])
        self.settled()

    def test_linked_at_first_contact(self):
        self.people_with(NO_NUMBER, NUMBER)
        self.world.create("records", phones=[NUMBER], **ADA)
        self.world.sync()
        for _ in range(2):
            self.assertEqual(self.phones(self.world, "people"), [NO_NUMBER, NUMBER])
            self.assertEqual(self.phones(self.world, "records"), [NUMBER])
            self.settled()
            self.world.forget_state()
            self.world.sync()


if __name__ == "__main__":
    unittest.main()
