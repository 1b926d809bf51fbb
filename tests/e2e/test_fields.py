# SPDX-License-Identifier: Apache-2.0
"""F4: custom attributes of each type through the field table; maps of values; one-way fields."""

import json
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
    records = text if DIALECT == "values" else text + "T00:00:00.000Z"
    return Spelling(records, text + "T00:00:00+00:00")


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
# What --custom-attributes does not bring to the records side.
OPTIONS = {"stage": "Lead|Qualified|Won|Lost", "interests": "Chess|Opera|Rowing|Sailing",
           "lifecycle": "New|Active|Dormant"}
ATTRIBUTES = {
    "values": {"interests": "select:multi", "lifecycle": "status", "team_size": "number",
               "homepage": "text", "office": "location"},
    "attributes": {"customer_id": "text", "external_source": "text", "stage": "select",
                   "lead_score": "number", "is_tracked": "checkbox", "budget": "number",
                   "birthday": "date", "satisfaction": "number", "website": "text",
                   "interests": "multi_select", "lifecycle": "select", "team_size": "number",
                   "homepage": "text", "office": "location"},
}[DIALECT]
CUSTOM = ["--custom-attributes"]
for slug, kind_of_it in ATTRIBUTES.items():
    CUSTOM += ["--attribute", f"{slug}:{kind_of_it}" +
               (f"={OPTIONS[slug]}" if slug in OPTIONS else "")]
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
        world = self.open(*CUSTOM, *options, fields=ROWS, sync__flap_limit=100)
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
        """All fields at once: one write a step, and nothing else in it."""
        for side in SIDES:
            world, ids = self.linked(side)
            for at, number in ((other(side), 1), (side, 2), (other(side), None), (side, 0),
                               (side, None)):
                with self.subTest(side=side, at=at, value=number):
                    values = [None if number is None else kind.values[number] for kind in KINDS]
                    for kind, value in zip(KINDS, values):
                        self.set_on(world, at, ids[at], kind, value)
                    [change] = world.sync_and_settle()
                    self.assertEqual((change.side, change.id), (other(at), ids[other(at)]))
                    self.assertEqual(sorted(change.fields),
                                     sorted(kind.name_on(other(at)) for kind in KINDS))
                    for kind, value in zip(KINDS, values):
                        self.assert_held(world, ids, kind, value)

    def test_one_field_alone(self):
        world, ids = self.linked("records")
        for number, kind in enumerate(KINDS):
            at = SIDES[number % 2]
            with self.subTest(kind=kind.people, at=at):
                self.set_on(world, at, ids[at], kind, kind.values[1])
                world.clear_log()
                world.sync()
                changes = [(change.side, change.id, list(change.fields))
                           for change in world.changes()]
                self.assertEqual(changes, [(other(at), ids[other(at)],
                                            [kind.name_on(other(at))])])
                self.assert_held(world, ids, kind, kind.values[1])
        world.settled()

    def test_state_lost(self):
        """Nothing is written although a side keeps less of a time than the other."""
        for side in SIDES:
            world, ids = self.linked(side)
            world.edit("records", ids["records"],
                       raw={"last_contacted": "2026-03-01T09:30:00.987654321Z"})
            world.sync()
            world.forget_state()
            world.settled()


class NotHeld(Fields):
    """Values that the other side cannot hold: its words, and nothing is lost or held up."""

    CASES = (
        ("people", "select", "stage", "stage", "Nonsense", "Nonsense"),
        ("people", "select", "lifecycle", "lifecycle", "Nope", "Nope"),
        ("people", "text_set", "interests", "interests", ["Chess", "Golf"], "Golf"),
        ("people", "date", "birthday", "note", "in spring", "xpected a date"),
        ("people", "boolean", "is_tracked", "customerId", "perhaps", "true or false"),
        ("records", "integer", "team_size", "teamSize", 12.5, '"int", "float" given'),
        ("records", "integer", "team_size", "dealSize", 0.5, '"int", "float" given'),
    )
    if DIALECT == "values":  # the document of the other dialect knows no such limits
        CASES += (
            ("people", "number", "lead_score", "leadScore", 0.123456, "decimals"),
            ("people", "integer", "satisfaction", "satisfaction", 7, "0 to 5"),
        )

    PAGE = Kind("text", "homepage", "homepage", ())

    def test_refused_until_mended(self):
        for side, kind, records, people, bad, words in self.CASES:
            with self.subTest(kind=kind, people=people, bad=bad):
                row = Kind(kind, records, people, (), [] if kind == "text_set" else None)
                world = self.open(*CUSTOM, fields=[row.row(), self.PAGE.row()])
                ada, bob = world.create_both(**ADA), world.create_both(**BOB)
                world.sync()
                world.edit(side, ada[side], raw={row.name_on(side): bad, "homepage": "ada"})
                world.edit(side, bob[side], raw={"homepage": "bob"})
                self.check(world, side, row, (ada, bob), (bad, words))

    def check(self, world, side, row, persons, refused):
        ada, bob = persons
        bad, words = refused
        to = other(side)
        self.assert_counts(world.sync(code=1), updated={to: 1}, quarantined=1)
        self.assertEqual(self.shown(world, to, bob[to], self.PAGE), "bob")
        self.assertIsNone(self.shown(world, to, ada[to], row))
        self.assertEqual(self.shown(world, side, ada[side], row), plain(bad), "nothing is lost")
        self.assertIn(words, world.run("quarantine", "show", ada[side]))
        world.settled(code=1)
        self.set_on(world, side, ada[side], row, None)
        world.sync_and_settle()
        self.assertEqual(world.run("quarantine", "list"), "")
        self.assertEqual(self.shown(world, to, ada[to], self.PAGE), "ada")


class Among(Fields):
    """D5: one person whom a server refuses, among many: alone, and in a batch, which is halved."""

    MANY = 60
    STAGE = Kind("select", "stage", "stage", ())

    def refused_one(self, world):
        [row] = [json.loads(line)
                 for line in world.run("quarantine", "list", "--json").splitlines()]
        self.assertIn("Nonsense", row["words"])

    def test_created(self):
        world = self.open(*CUSTOM, fields=[self.STAGE.row()], sync__create="to_records")
        for n in range(self.MANY):
            world.create("people", name=Name(f"G{n}", "", "Many"), emails=[f"g{n}@example.com"],
                         raw={"stage": "Nonsense" if n == 17 else "Lead"})
        summary = world.sync(code=1)
        self.assert_counts(summary, created={"records": self.MANY - 1}, quarantined=1)
        self.refused_one(world)
        if DIALECT == "attributes":
            self.assertLess(len(world.writes("records")), 2 + 2 * 7, "halved, not taken apart")
        world.settled(code=1)
        bad = [view["id"] for view in world.view("people") if view["raw"]["stage"] == "Nonsense"]
        world.edit("people", bad[0], raw={"stage": "Won"})
        world.sync()
        self.assert_mirrored(world, self.MANY)
        world.settled()

    def test_updated(self):
        world = self.open(*CUSTOM, fields=[self.STAGE.row()], sync__max_changed_percent=100)
        ids = [world.create_both(name=Name(f"G{n}", "", "Many"), emails=[f"g{n}@example.com"])
               for n in range(self.MANY)]
        world.sync()
        for n, pair in enumerate(ids):
            world.edit("people", pair["people"], raw={"stage": "Nonsense" if n == 17 else "Lead"})
        world.clear_log()
        self.assert_counts(world.sync(code=1), updated={"records": self.MANY - 1}, quarantined=1)
        self.refused_one(world)
        if DIALECT == "attributes":
            self.assertLess(len(world.writes("records")), 2 + 2 * 7, "halved, not taken apart")
        world.settled(code=1)


class Maps(Fields):
    ROWS = (
        ("select", "stage", "stage", (("Lead", "new"), ("Won", "klant")),
         (Spelling("Lead", "new"), Spelling("Won", "klant"), Spelling("Lost", "Lost"))),
        ("text_set", "interests", "interests", (("Chess", "schaken"), ("Rowing", "roeien")),
         (Spelling(["Chess", "Opera"], ["schaken", "Opera"]), Spelling(["Rowing"], ["roeien"]),
          Spelling(["Rowing", "Chess"], ["roeien", "schaken"]))),
        ("boolean", "is_tracked", "customerId", (("true", "yes"), ("false", "no")),
         (Spelling(True, "yes"), Spelling(False, "no"), Spelling(True, "yes"))),
        ("integer", "satisfaction", "note", (("5", "excellent"), ("0", "none")),
         (Spelling(5, "excellent"), Spelling(0, "none"), Spelling(5, "excellent"))),
        ("select", "lifecycle", "dealSize", (("New", "1"), ("Active", "2"), ("Dormant", "0")),
         (Spelling("Active", 2), Spelling("Dormant", 0), Spelling("New", 1))),
    )

    def test_both_ways(self):
        kinds = [Kind(kind, records, people, values, [] if kind == "text_set" else None)
                 for kind, records, people, _, values in self.ROWS]
        rows = [kind.row(values=[list(pair) for pair in row[3]])
                for kind, row in zip(kinds, self.ROWS)]
        for side in SIDES:
            world = self.open(*CUSTOM, fields=rows)
            raw = {kind.name_on(side): kind.values[0].of(side) for kind in kinds}
            ids = {side: world.create(side, raw=raw, **ADA)}
            world.sync()
            ids[other(side)] = world.view(other(side))[0]["id"]
            for at, number in ((side, 0), (other(side), 1), (side, 2), (other(side), None)):
                with self.subTest(side=side, at=at, value=number):
                    values = [None if number is None else kind.values[number] for kind in kinds]
                    for kind, value in zip(kinds, values):
                        self.set_on(world, at, ids[at], kind, value)
                    world.sync_and_settle()
                    for kind, value in zip(kinds, values):
                        self.assert_held(world, ids, kind, value)

    def test_two_of_records_are_one_of_people(self):
        """One-way: what is read back is the first of them; that is no difference."""
        row = Kind("select", "stage", "note", ()).row(
            direction="to_people", values=[["Lead", "open"], ["Qualified", "open"]])
        world = self.open(*CUSTOM, fields=[row])
        record = world.create("records", raw={"stage": "Qualified"}, **ADA)
        world.sync()
        self.assertEqual([one["note"] for one in world.box.dump("people")], ["open"])
        world.settled()
        world.edit("records", record, raw={"stage": "Lead"})
        world.settled()
        world.edit("records", record, raw={"stage": "Qualified"})
        world.sync()
        world.forget_state()
        world.settled()

    def test_tags(self):
        overrides = {}
        if DIALECT == "values":
            overrides = {"references__tags__enabled": True, "references__tags__records": "tags"}
        world = self.open(*CUSTOM, fields=[
            {"field": "tags", "values": [["VIP", "Press"], ["Customer", "Partner"]]}], **overrides)
        ids = {"records": world.create("records", tags=["VIP", "Supplier"], **ADA)}
        world.sync()
        [person] = world.view("people")
        self.assertEqual(person["tags"], ["Press", "Supplier"])
        world.edit("people", person["id"], tags=["Partner", "Press"])
        world.sync_and_settle()
        self.assertEqual(world.find("records", ids["records"])["tags"], ["Customer", "VIP"])


class OneWay(Fields):
    KINDS = (Kind("text", "homepage", "note", same("first", "second", "third")),
             Kind("text_set", "interests", "interests",
                  same(["Chess"], ["Opera", "Chess"], ["Rowing", "Chess"]), []),
             Kind("boolean", "is_tracked", "isTracked", same(True, False, False)))

    def linked(self, source, enforce):
        direction = "to_people" if source == "records" else "to_records"
        rows = [kind.row(direction=direction, enforce=enforce) for kind in self.KINDS]
        world = self.open(*CUSTOM, fields=rows)
        raw = {kind.name_on(source): kind.values[0].of(source) for kind in self.KINDS}
        ids = {source: world.create(source, raw=raw, **ADA)}
        world.sync()
        ids[other(source)] = world.view(other(source))[0]["id"]
        for kind in self.KINDS:
            self.assert_held(world, ids, kind, kind.values[0])
        return world, ids

    def edit_target(self, world, ids, target, number):
        for kind in self.KINDS:
            self.set_on(world, target, ids[target], kind,
                        None if number is None else kind.values[number])
        return world.sync_and_settle()

    def test_put_back(self):
        for source in SIDES:
            for number in (1, None):
                with self.subTest(source=source, number=number):
                    world, ids = self.linked(source, True)
                    target = other(source)
                    [change] = self.edit_target(world, ids, target, number)
                    self.assertEqual((change.side, change.id), (target, ids[target]))
                    for kind in self.KINDS:
                        self.assert_held(world, ids, kind, kind.values[0])

    def test_left(self):
        for source in SIDES:
            with self.subTest(source=source):
                world, ids = self.linked(source, False)
                target = other(source)
                self.assertEqual(self.edit_target(world, ids, target, 1), [])
                for kind in self.KINDS:
                    self.assertEqual(self.shown(world, target, ids[target], kind),
                                     plain(kind.values[1].of(target)))
                    self.assertEqual(self.shown(world, source, ids[source], kind),
                                     plain(kind.values[0].of(source)))
                    self.set_on(world, source, ids[source], kind, kind.values[2])
                world.sync_and_settle()
                for kind in self.KINDS:
                    if kind.type != "text_set":  # its own elements stay beside ours
                        self.assert_held(world, ids, kind, kind.values[2])


class Properties(Fields):
    """What the documents name, and the default table does not."""

    def test_two_way(self):
        kinds = (Kind("text", "customer_id", "initials", same("A.B.", "A.", "A.L.")),
                 Kind("select", "stage", "honorificPrefix", same("Lead", "Won", "Lost")),
                 Kind("text", "external_source", "externalSource", same("fair", "web", "shop")),
                 Kind("number", "lead_score", "customerId",
                      (Spelling(12.5, "12.5"), Spelling(7, "7"), Spelling(0, "0"))),
                 Kind("boolean", "is_tracked", "isTracked", same(True, False, True)),
                 Kind("integer", "team_size", "dealSize", same(12, 0, 2000000000)))
        for side in SIDES:
            world = self.open(*CUSTOM, fields=[kind.row() for kind in kinds],
                              people__marker=False)
            raw = {kind.name_on(side): kind.values[0].of(side) for kind in kinds}
            ids = {side: world.create(side, raw=raw, **ADA)}
            world.sync()
            ids[other(side)] = world.view(other(side))[0]["id"]
            for at, number in ((side, 0), (other(side), 1), (side, 2), (other(side), None)):
                with self.subTest(side=side, at=at, value=number):
                    values = [None if number is None else kind.values[number] for kind in kinds]
                    for kind, value in zip(kinds, values):
                        self.set_on(world, at, ids[at], kind, value)
                    world.sync_and_settle()
                    for kind, value in zip(kinds, values):
                        self.assert_held(world, ids, kind, value)

    def test_prefix_of_its_own(self):
        """The name leaves alone the part that another row carries."""
        row = Kind("text", "customer_id", "honorificPrefix", ()).row()
        world = self.open(*CUSTOM, fields=[row])
        person = world.create("people", **(ADA | {"name": Name("Ada", "", "Lovelace", "Dr.")}))
        world.sync_and_settle()
        [record] = world.view("records")
        self.assertEqual(record["full"], "Ada Lovelace")
        world.edit("records", record["id"], name=Name("Ada", "", "King", "Prof."))
        world.sync_and_settle()
        name = world.find("people", person)["name"]
        self.assertEqual((name.prefix, name.family), ("Dr.", "King"))

    def picture(self, world, number):
        """The IRI of a new one."""
        return "/media_objects/" + world.box.post(
            "create", side="people", object="media_objects",
            set={"contentUrl": f"/media/{number}.png"})["id"]

    def test_read_only_flows_out(self):
        rows = [{"field": "deals", "type": "integer", "records": "team_size",
                 "people": "totalDeals", "direction": "to_records"},
                {"field": "since", "type": "timestamp", "records": "last_contacted",
                 "people": "createdAt", "direction": "to_records", "enforce": True},
                {"field": "picture", "type": "url", "records": "homepage", "people": "avatarUrl",
                 "direction": "to_records"},
                {"field": "imported", "type": "date", "records": "birthday",
                 "people": "importedAt", "direction": "to_records"},
                {"field": "record", "type": "text", "records": "record_id",
                 "people": "customerId", "direction": "to_people"},
                {"field": "made", "type": "date", "records": "created_at", "people": "birthday",
                 "direction": "to_people"}]
        world = self.open(*CUSTOM, fields=rows)
        person = world.create("people", **ADA)
        world.box.post("edit", side="people", id=person, actor="system", set={
            "totalDeals": 3, "avatar": self.picture(world, 0),
            "importedAt": "2024-05-06T07:08:09+00:00"})
        world.sync()
        world.sync_and_settle()  # what the create's answer said of the new record itself
        [record] = world.box.dump("records")
        [shown] = world.box.dump("people")
        self.assertEqual([shown_by_records(record, slug)
                          for slug in ("team_size", "homepage", "birthday")],
                         [3, shown["avatarUrl"], day("2024-05-06").records])
        self.assertEqual(shown_by_records(record, "last_contacted")[:19], shown["createdAt"][:19])
        self.assertEqual(shown["customerId"], id_of("records", record))
        self.assertEqual(shown["birthday"][:10], record["created_at"][:10])
        world.edit("people", person, raw={"totalDeals": 4})
        world.sync_and_settle()
        [record] = world.box.dump("records")
        self.assertEqual(shown_by_records(record, "team_size"), 4)
        world.edit("records", id_of("records", record), raw={"last_contacted": TIMES[1]})
        world.sync_and_settle()
        [record] = world.box.dump("records")
        self.assertEqual(shown_by_records(record, "last_contacted")[:19], shown["createdAt"][:19])

    def test_written_and_never_shown(self):
        row = {"field": "avatar", "type": "text", "records": "homepage", "people": "avatar",
               "direction": "to_people"}
        world = self.open(*CUSTOM, fields=[row])
        pictures = [self.picture(world, n) for n in range(2)]
        record = world.create("records", raw={"homepage": pictures[0]}, **ADA)
        [change] = world.sync_and_settle()
        self.assertEqual(change.fields["avatar"], pictures[0])
        world.edit("records", record, raw={"homepage": pictures[1]})
        [change] = world.sync_and_settle()
        self.assertEqual(change.fields, {"avatar": pictures[1]})
        world.edit("records", record, raw={"homepage": None})
        [change] = world.sync_and_settle()
        self.assertEqual(change.fields, {"avatar": None})


class Rows(Fields):
    """Rows that come, change and go."""

    SCORE = Kind("integer", "team_size", "teamSize", same(5, 6, 7))
    NOTE = Kind("text", "homepage", "note", same("this", "that", "other"))

    def test_new_rows_are_first_contact(self):
        world = self.open(*CUSTOM)
        ids = [world.create_both(**ADA), world.create_both(**BOB)]
        world.sync()
        self.set_on(world, "people", ids[0]["people"], self.SCORE, self.SCORE.values[0])
        self.set_on(world, "records", ids[1]["records"], self.NOTE, self.NOTE.values[0])
        for person, number in ((ids[0], 0), (ids[1], 1)):
            for at in SIDES:
                self.set_on(world, at, person[at], Kind("text", "customer_id", "customerId", ()),
                            Spelling("A", "B") if number else Spelling("C", "C"))
        world.settled()
        rows = [self.SCORE.row(), self.NOTE.row(),
                Kind("text", "customer_id", "customerId", ()).row()]
        world.configure({"fields": rows})
        changes = world.sync_and_settle()
        self.assertEqual(sorted((change.side, change.id, sorted(change.fields))
                                for change in changes),
                         [("people", ids[1]["people"], ["customerId", "note"]),
                          ("records", ids[0]["records"], ["team_size"])])
        self.assert_held(world, ids[0], self.SCORE, self.SCORE.values[0])
        self.assert_held(world, ids[1], self.NOTE, self.NOTE.values[0])
        # Another type for the same two, another map, fewer rows: still nothing to write.
        for rows in ([self.SCORE.row(type="number"), self.NOTE.row(values=[["a", "b"]])],
                     [self.NOTE.row(type="url")], []):
            world.configure({"fields": rows})
            world.settled()

    def test_printed_in_the_syntax_of_the_file(self):
        rows = [kind.row() for kind in KINDS[:-1]] + [
            KINDS[-1].row(conflict="people"),
            {"field": "job_title", "enforce": True, "direction": "to_people",
             "values": [["CEO", "Chief \"E\""], ["é", "日本"]]},
            {"field": "linkedin", "enabled": False}]
        world = self.open(*CUSTOM, fields=rows)
        printed = world.run("check", "--print-fields")
        with open(world.path("sync.conf"), encoding="utf-8") as file:
            others = [line for line in file if not line.startswith("fields")]
        with open(world.path("sync.conf"), "w", encoding="utf-8") as file:
            file.write("".join(others) + printed)
        self.assertEqual(world.run("check", "--print-fields"), printed)
        for kind in KINDS:
            self.assertIn(f'field = "{kind.people}"; type = "{kind.type}"', printed)


if __name__ == "__main__":
    unittest.main()
