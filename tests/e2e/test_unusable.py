# SPDX-License-Identifier: Apache-2.0
"""D7: persons in well-formed answers without what every person has: nothing is written from them."""

import json
import unittest

from front import Front, nothing
from harness import DIALECT, SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
WAITING = 1
MALFORMED = 65


def values_of(raw):
    return raw["values" if DIALECT == "values" else "attributes"]


def only_id(raw):
    for key in [key for key in raw if key not in ("id", "@id", "@type")]:
        del raw[key]


def all_null(members):
    members.update(dict.fromkeys(members.keys() - {"id", "@id", "@type"}))


# What becomes of a person, and what is said of it.
PEOPLE = {
    "nothing but its id": (only_id, "familyName is missing or empty"),
    "every key null": (all_null, "familyName is missing or empty"),
    "no familyName": (lambda raw: raw.pop("familyName"), "familyName is missing or empty"),
    "an empty one": (lambda raw: raw.update(familyName=""), "familyName is missing or empty"),
    "an address that is null": (lambda raw: raw.update(emailAddresses=[{"email": None}]),
                                "emailAddresses has an element without a value"),
    "an address that is none": (lambda raw: raw.update(emailAddresses=[None]),
                                "emailAddresses has an element that is no object"),
}
VALUES = {
    "every value null": (lambda raw: all_null(values_of(raw)), "is not an array"),
    "a name of nulls": (
        lambda raw: values_of(raw).update(
            name=[{"first_name": None, "last_name": None, "full_name": None}]),
        "name has an element without a value"),
    "an address without a value": (lambda raw: values_of(raw).update(email_addresses=[{}]),
                                   "email_addresses has an element without a value"),
}
ATTRIBUTES = {
    "every attribute null": (lambda raw: all_null(values_of(raw)),
                             "attributes holds nothing but nulls"),
    "a list for a text": (lambda raw: values_of(raw).update(email=["x@example.com"]),
                          "email is not a string"),
    "an empty list for a text": (lambda raw: values_of(raw).update(job_title=[]),
                                 "job_title is not a string"),
}
UNUSABLE = {"people": PEOPLE, "records": VALUES if DIALECT == "values" else ATTRIBUTES}
NOUN = {"people": "person", "records": "record"}


def id_of(raw):
    return raw["id"]["record_id"] if isinstance(raw["id"], dict) else str(raw["id"])


def persons(document):
    """Of a list, or of an answer with one."""
    list_ = document.get("data", document.get("member", document.get("hydra:member", document)))
    return list_ if isinstance(list_, list) else [list_]


def spoiling(person, spoil):
    """Wherever that person is read."""
    def lie(call):
        true = call.forward()
        if not call.is_read() or "/people" not in call.path() or "/attributes" in call.path():
            return true
        document = json.loads(true.body)
        for raw in persons(document):
            if "id" in raw and id_of(raw) == person:
                spoil(raw)
        return true._replace(body=json.dumps(document).encode())

    return lie


class Unusable(Case):
    def linked(self, side):
        world = self.open()
        front = Front(self, world, side)
        world.configure({f"{side}.base_url": front.url})
        ids = world.create_both(**ADA), world.create_both(**GRACE)
        world.sync()
        world.settled()
        return world, front, *ids

    def quarantined(self, world, side, ids):
        """The one row, of that person: why."""
        for verb in (("list",), ("show", str(ids[side]))):
            [row] = [json.loads(line) for line in
                     world.run("quarantine", *verb, "--json").splitlines()]
            self.assertEqual((row["action"], row["side"]), ("read", side))
            self.assertEqual([str(row[f"{end}_id"]) for end in SIDES],
                             [str(ids[end]) for end in SIDES])
        self.assertNotIn("Lovelace", row["words"])
        self.assertIn(f"mended on the {side} side", row["words"])
        return row["words"]

    def check(self, side, spoil, said):
        world, front, ada, grace = self.linked(side)
        front.lie = spoiling(str(ada[side]), spoil)
        world.edit(side, grace[side], job="Admiral")
        world.edit(other(side), ada[other(side)], job="Analyst")
        world.clear_log()
        world.sync(code=WAITING)
        err = world.runs[-1][3].decode()
        self.assertIn("a person cannot be read, and is in quarantine", err)
        self.assertIn(f"{NOUN[side]} {ada[side]}: ", err)
        self.assertIn(said, err)
        self.assertNotIn("Lovelace", err)
        words = self.quarantined(world, side, ada)
        self.assertIn(f"{NOUN[side]} {ada[side]}: ", words)
        self.assertIn(said, words)
        self.assertEqual(world.find(other(side), grace[other(side)])["job"], "Admiral",
                         "others go on")
        self.assertEqual(world.writes(side), [])
        self.assertEqual(len(world.writes(other(side))), 1, "nothing is written from it")
        front.lie = nothing
        world.sync()
        self.assertEqual(world.find(side, ada[side])["job"], "Analyst")
        self.assert_mirrored(world, 2)
        world.settled()

    def test_one_of_a_list(self):
        for side in SIDES:
            for name, (spoil, said) in UNUSABLE[side].items():
                with self.subTest(side=side, answer=name):
                    self.check(side, spoil, said)

    def test_the_only_one_of_a_list(self):
        """It is not a side that lists nobody."""
        for side in SIDES:
            for name, (spoil, said) in UNUSABLE[side].items():
                with self.subTest(side=side, answer=name):
                    world = self.open()
                    front = Front(self, world, side)
                    world.configure({f"{side}.base_url": front.url})
                    ids = world.create_both(**ADA)
                    world.sync()
                    front.lie = spoiling(str(ids[side]), spoil)
                    world.clear_log()
                    world.sync(code=WAITING)
                    self.assertIn(said, world.runs[-1][3].decode())
                    self.assertEqual(world.writes(), [])
                    front.lie = nothing
                    world.sync()
                    self.assert_mirrored(world, 1)
                    world.settled()

    def test_reading_before_a_write(self):
        """The list is as it should be; the person's own answer is not."""
        for side in SIDES:
            for name, (spoil, said) in UNUSABLE[side].items():
                with self.subTest(side=side, answer=name):
                    world, front, ada, grace = self.linked(side)
                    lie = spoiling(str(ada[side]), spoil)
                    front.lie = lambda call, lie=lie: None if call.is_list() else lie(call)
                    world.edit(other(side), ada[other(side)], job="Analyst")
                    for job in ("Admiral", "Commodore"):
                        world.edit(other(side), grace[other(side)], job=job)
                        world.clear_log()
                        self.assertEqual(world.sync(code=WAITING)["outcome"], "ok")
                        self.assertEqual(len(world.writes()), 1)
                        self.assertEqual(world.find(side, grace[side])["job"], job)
                        self.assertIn(said, self.quarantined(world, side, ada))
                    front.lie = nothing
                    world.sync()
                    self.assertEqual(world.find(side, ada[side])["job"], "Analyst")
                    self.assert_mirrored(world, 2)
                    world.settled()

    def test_answer_to_a_write(self):
        """One that holds less than the person is no error: the person is read."""
        def part(raw):
            if "familyName" in raw:
                only_id(raw)
            else:
                values_of(raw).clear()

        for side in SIDES:
            for create in (True, False):
                with self.subTest(side=side, create=create):
                    world, front, ada, _ = self.linked(side)

                    def lie(call):
                        if not call.is_write():
                            return None
                        true = call.forward()
                        document = json.loads(true.body)
                        for raw in persons(document):
                            part(raw)
                        return true._replace(body=json.dumps(document).encode())

                    front.lie = lie
                    if create:
                        world.create(other(side), name=Name("Edsger", "", "Dijkstra"))
                    else:
                        world.edit(other(side), ada[other(side)], job="Analyst")
                    world.sync()
                    self.assert_mirrored(world, 3 if create else 2)
                    world.settled()


if __name__ == "__main__":
    unittest.main()
