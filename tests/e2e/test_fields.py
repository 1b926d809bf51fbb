# SPDX-License-Identifier: Apache-2.0
"""F4: custom attributes of each type through the field table; maps of values; one-way fields."""

import unittest
from typing import NamedTuple

from harness import DIALECT, SIDES, Case, only, other
from wire import LOCATION, Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"]}
BOB = {"name": Name("Bob", "", "Babbage"), "emails": ["bob@example.com"]}
TIMES = ("2026-03-01T09:30:00.000000000Z", "2025-12-24T18:00:00.000000000Z",
         "2024-02-29T23:59:59.000000000Z")


class Spelling(NamedTuple):
    """One value as each side takes and shows it."""
    records: object
    people: object

    def of(self, side):
        return getattr(self, side)


class Kind(NamedTuple):
    """A row of the table, and three values for it."""
    type: str
    records: str
    people: str
    values: tuple
    empty: object = None  # what clears it on the people side

    def name_on(self, side):
        return self.records if side == "records" else self.people

    def row(self, **more):
        return {"field": self.people, "type": self.type, "records": self.records,
                "people": self.people} | more


def same(*values):
    return tuple(Spelling(value, value) for value in values)


def day(text):
    return Spelling(text, text + "T00:00:00+00:00")


def moment(text):
    records = text if DIALECT == "values" else text[:23] + "Z"
    return Spelling(records, text[:19] + "+00:00")


def place(street, city, country):
    records = dict.fromkeys(LOCATION) | {"line_1": street, "locality": city,
                                         "country_code": country}
    return Spelling(records, {"street": street, "city": city, "country": country})


KINDS = (
    Kind("text", "homepage", "note", same("First line\nand another", "Ünïcode ☂", "\"quoted\"")),
    Kind("select", "stage", "stage", same("Lead", "Won", "Qualified")),
    Kind("select", "lifecycle", "lifecycle", same("New", "Dormant", "Active")),
    Kind("text_set", "interests", "interests",
         same(["Chess"], ["Opera", "Rowing"], ["Chess", "Sailing"]), []),
    Kind("number", "lead_score", "leadScore", same(12.5, -0.0625, 100000)),
    Kind("integer", "team_size", "teamSize", same(3, 0, 2000000000)),
    Kind("number", "budget", "budget", same(1999.99, 0, 250000)),
    Kind("boolean", "is_tracked", "isTracked", same(True, False, True)),
    Kind("date", "birthday", "birthday",
         (day("1990-05-17"), day("1969-12-31"), day("2000-02-29"))),
    Kind("timestamp", "last_contacted", "lastContacted", tuple(moment(time) for time in TIMES)),
    Kind("integer", "satisfaction", "satisfaction", same(4, 0, 5)),
    Kind("text", "website", "website", same("example.com", "www.example.org", "example.net")),
    Kind("text", "customer_id", "customerId", same("C-1", "0042", "C-3")),
    Kind("location", "office", "office",
         (place("Dam 1", "Amsterdam", "NL"), place("1 Main St", "Springfield", "US"),
          place("Rue 2", "Paris", "FR"))),
)
ROWS = [kind.row() for kind in KINDS]
KEYS = {"select": "option", "status": "status", "currency": "currency_value", "domain": "domain"}


def id_of(side, one):
    return one["id"]["record_id"] if side == "records" and DIALECT == "values" else one["id"]


def shown_by_records(record, slug):
    """What a record holds, as a plain value."""
    if DIALECT == "attributes":
        return record["attributes"].get(slug)
    values = []
    for value in record["values"][slug]:
        if value["attribute_type"] == "location":
            values.append({part: value[part] for part in LOCATION})
            continue
        content = value[KEYS.get(value["attribute_type"], "value")]
        values.append(content["title"] if isinstance(content, dict) else content)
    if slug in ("interests", "tags"):
        return values
    return values[0] if values else None


def plain(value):
    """Sets in an order of ours, without what a server adds of its own; nothing is None."""
    if isinstance(value, list):
        value = sorted(value)
    if isinstance(value, dict):
        value = {name: item for name, item in value.items() if not name.startswith("@") and item}
    return None if value in ([], {}, "") else value


class Fields(Case):
    def shown(self, world, side, person, kind):
        [one] = [one for one in world.box.dump(side) if id_of(side, one) == person]
        return plain(one.get(kind.people) if side == "people" else
                     shown_by_records(one, kind.records))

    def assert_held(self, world, ids, kind, value):
        for side in SIDES:
            expected = None if value is None else plain(value.of(side))
            self.assertEqual(self.shown(world, side, ids[side], kind), expected,
                             f"{kind.people} on {side}")

    def set_on(self, world, side, person, kind, value):
        raw = kind.empty if side == "people" else None
        if value is not None:
            raw = value.of(side)
        world.edit(side, person, raw={kind.name_on(side): raw})


class EveryType(Fields):
    def linked(self, side, *options):
        """A person with all fields on one side, carried to the other."""
        world = self.open("--custom-attributes", *options, fields=ROWS, sync__flap_limit=100)
        raw = {kind.name_on(side): kind.values[0].of(side) for kind in KINDS}
        ids = {side: world.create(side, raw=raw, **ADA)}
        world.sync()
        ids[other(side)] = world.view(other(side))[0]["id"]
        return world, ids

    def test_created_across(self):
        for side in SIDES:
            for rewrite in ((), ("--rewrite",)):
                with self.subTest(side=side, rewrite=rewrite):
                    world, ids = self.linked(side, *rewrite)
                    for kind in KINDS:
                        self.assert_held(world, ids, kind, kind.values[0])
                    world.settled()

    def test_edited_back_and_cleared(self):
        for side in SIDES:
            world, ids = self.linked(side)
            steps = [(other(side), 1), (side, 2), (other(side), None), (side, 0), (side, None)]
            for kind in KINDS:
                for at, number in steps:
                    with self.subTest(side=side, kind=kind.people, at=at, value=number):
                        value = None if number is None else kind.values[number]
                        self.set_on(world, at, ids[at], kind, value)
                        changes = world.sync_and_settle()
                        to = other(at)
                        self.assertEqual([(c.side, c.id, list(c.fields)) for c in changes],
                                         [(to, ids[to], [kind.name_on(to)])])
                        self.assert_held(world, ids, kind, value)


if __name__ == "__main__":
    unittest.main()
