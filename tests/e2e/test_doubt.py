# SPDX-License-Identifier: Apache-2.0
"""What a side leaves in doubt: no duplicate, nobody back from the dead, and all others go on.

Creates of unknown outcome beside lists that are not whole, persons whom no list shows, answers that
hold somebody else, removals that cannot be carried out.
"""

import json
import unittest

from front import Reply, nothing
from harness import DIALECT, SIDES, only, other
from test_lost_answers import UNREACHABLE, LostAnswers
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"]}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
KEYLESS = {"name": Name("Edsger", "", "Dijkstra"), "job": "Professor"}
NEWCOMER = {"name": Name("Nora", "", "Newcomer"), "emails": ["nora@example.com"]}
DELETING = {"sync__on_removed": {"people": "delete"}}


def nth_person(n):
    return {"name": Name(f"P{n}", "", "Q"), "emails": [f"p{n}@example.com"]}


def is_create(call):
    return call.is_write() and call.method == "POST"


def refusing(call):
    """Every write is answered 503, and not carried out."""
    return Reply(503, b"{}") if call.is_write() else None


def edited(reply, change):
    """The answer with its document changed in place."""
    document = json.loads(reply.body)
    change(document)
    return reply._replace(body=json.dumps(document).encode())


def members(document):
    return document["member" if "member" in document else "data"]


def id_of(raw):
    """As the world's ids are."""
    if isinstance(raw["id"], dict):
        return raw["id"]["record_id"]
    return str(raw["id"])


def with_an_unreadable_one(call):
    """The list's first page holds one more, who says not who he is."""
    def add(document):
        if members(document):
            members(document).append(dict(members(document)[0], id=None) | {"@id": None})

    if not call.is_list() or call.page() > 1:
        return None
    return edited(call.forward(), add)


def without(person):
    """Lists as if that person were not there, with a total that agrees."""
    def leave_out(document):
        list_ = members(document)
        n_before = len(list_)
        list_[:] = [raw for raw in list_ if id_of(raw) != str(person)]
        n_hidden = n_before - len(list_)
        if "totalItems" in document:
            document["totalItems"] -= n_hidden
        elif "total" in document.get("meta", {}):
            document["meta"]["total"] -= n_hidden

    return lambda call: edited(call.forward(), leave_out) if call.is_list() else None


class Doubt(LostAnswers):
    def known(self, side, *, persons=(GRACE,), **overrides):
        """A side that can lie, and some persons whom both know: their ids."""
        world, front = self.front(side, **overrides)
        ids = [world.create_both(**words) for words in persons]
        world.sync()
        world.settled()
        return world, front, ids

    def lost(self, side, **overrides):
        """Edsger was created on the side and nobody said so: both his ids."""
        world, front, _ = self.known(side, **overrides)
        person = {other(side): world.create(other(side), **KEYLESS)}
        lost = self.lose_first(front, "reset", is_create)
        world.sync(code=UNREACHABLE)
        self.assertEqual(len(lost), 1)
        front.lie = nothing
        [person[side]] = [view["id"] for view in world.view(side)
                          if view["full"] == KEYLESS["name"].full()]
        return world, front, person

    def ambiguous(self, world):
        """Who is in doubt, as pairs of ids."""
        rows = [json.loads(line) for line in
                world.run("conflicts", "list", "--json").splitlines()]
        return [{side: str(row[f"{side}_id"]) for side in SIDES if row.get(f"{side}_id")}
                for row in rows if row["kind"] == "ambiguous"]

    def assert_once(self, world, words=KEYLESS):
        self.assertEqual([self.named(world, side, words) for side in SIDES], [1, 1])

    def delete(self, world, side, person):
        world.box.post("delete", side=side, id=person)


class LostAndEdited(Doubt):
    """A create that was carried out unnoticed; then somebody edits the person."""

    def test_beside_an_unreadable_record(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, person = self.lost(side, people__marker=False)
                world.edit(side, person[side], job="Emeritus")
                front.lie = with_an_unreadable_one
                world.clear_log()
                world.sync(code=None)
                self.assertEqual(world.writes(), [])
                pair = {end: str(person[end]) for end in SIDES}
                self.assertEqual(self.ambiguous(world), [pair])
                front.lie = nothing
                world.sync(code=1)
                self.assert_once(world)
                self.assertEqual(self.ambiguous(world), [pair])
                world.settled(code=1)

    def test_ambiguous_anyway(self):
        """His new address is on two people: who he may be is asked nevertheless."""
        for side in SIDES:
            with self.subTest(side=side):
                world, _, person = self.lost(side, people__marker=False)
                world.edit(side, person[side], emails=["team@example.com"], job="Emeritus")
                for end, given in (("people", "Anna"), (other(side), "Berta")):
                    world.create(end, name=Name(given, "", "Other"), emails=["team@example.com"])
                world.sync(code=1)
                self.assert_once(world)
                self.assertIn({end: str(person[end]) for end in SIDES}, self.ambiguous(world))
                world.settled(code=1)
                self.assert_once(world)

    def strip(self, value):
        """Without the job title, wherever it is."""
        if isinstance(value, dict):
            for name in ("jobTitle", "job_title"):
                value.pop(name, None)
            value = list(value.values())
        for inner in value if isinstance(value, list) else ():
            self.strip(inner)

    def test_reading_back_fails(self):
        """The answer to the create says too little, and the person's own says nothing."""
        world, front, _ = self.known("records")
        world.create("people", **KEYLESS)
        asked = []

        def lie(call):
            if is_create(call):
                return edited(call.forward(), self.strip)
            if call.is_read() and not call.is_list():
                asked.append(call)
                return Reply(503, b"{}")
            return None

        front.lie = lie
        world.sync(code=None)
        self.assertNotEqual(asked, [])
        front.lie = nothing
        [created] = [view["id"] for view in world.view("records")
                     if view["full"] == KEYLESS["name"].full()]
        world.edit("records", created, job="Emeritus")
        for _ in range(2):
            world.sync(code=None)
            self.assert_once(world)


class Refused(Doubt):
    def test_deleted_before_he_was_created_across(self):
        """His user deletes who could not be created yet: that was all there was of him."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, _ = self.known(side)
                person = world.create(other(side), **KEYLESS)
                front.lie = refusing
                world.sync(code=UNREACHABLE)
                front.lie = nothing
                self.delete(world, other(side), person)
                self.assert_counts(world.sync(), created={}, removed={})
                world.settled()
                self.assertEqual([self.named(world, end, KEYLESS) for end in SIDES], [0, 0])

    def test_forbidden_removals_beside_much_else(self):
        n, n_created = 49, 60  # more than are under way at once
        rate = 25 if DIALECT == "attributes" else 1000  # with batches: they wait to be filled
        persons = [nth_person(i) for i in range(n + 2)]
        world, front, ids = self.known("records", persons=persons, records__writes_per_second=rate,
                                       sync__max_changed_percent=100, **DELETING)
        for pair in ids[:n]:
            world.edit("people", pair["people"], job="Clerk")
        for pair in ids[n:]:
            world.box.post("archive", id=pair["people"], archived=True)
        for i in range(n_created):
            world.create("people", name=Name(f"N{i}", "", "Z"), emails=[f"n{i}@example.com"])
        forbidden = {"status_code": 403, "code": "forbidden", "message": "no"}
        front.lie = lambda call: (Reply(403, json.dumps(forbidden).encode())
                                  if call.method == "DELETE" else None)
        summary = world.sync(code=None)
        self.assert_counts(summary, created={"records": n_created}, updated={"records": n},
                           removed={})
        views = world.view("records")
        self.assertEqual(len(views), n + 2 + n_created)
        self.assertEqual(sum(view["job"] == "Clerk" for view in views), n)


class NotShown(Doubt):
    """Lists that are not what they seem."""

    def test_somebody_whom_lists_never_show(self):
        for side in SIDES:
            with self.subTest(side=side):
                persons = [nth_person(i) for i in range(4)]
                world, front, ids = self.known(side, persons=persons, **DELETING)
                front.lie = without(ids[0][side])
                world.create(other(side), **KEYLESS)
                self.delete(world, side, ids[1][side])
                for _ in range(2):
                    self.assert_counts(world.sync(code=None), created={}, removed={})
                self.assert_counts(world.sync(code=None), created={side: 1},
                                   removed={other(side): 1})
                self.assert_once(world)
                self.assert_once(world, persons[0])
                front.lie = nothing
                world.sync()
                world.settled()
                self.assert_once(world, persons[0])

    def unsettled(self):
        """A create on the records side that never arrived, without anybody knowing that."""
        world, front, _ = self.known("records")
        world.create("people", **KEYLESS)

        def drop(call):
            if is_create(call):
                raise ConnectionResetError

        front.lie = drop
        world.sync(code=UNREACHABLE)
        self.assertEqual(self.named(world, "records", KEYLESS), 0)
        return world, front

    @only("values")
    def test_unreadable_beside_an_unsettled_create(self):
        world, front = self.unsettled()
        world.create("records", **NEWCOMER)
        front.lie = with_an_unreadable_one
        self.assert_counts(world.sync(code=None), created={"people": 1})
        self.assert_once(world, NEWCOMER)
        self.assertEqual(self.named(world, "records", KEYLESS), 0, "still in doubt")
        front.lie = nothing
        world.sync()
        self.assert_mirrored(world, 3)
        world.settled()

    @only("values")
    def test_added_between_two_readings(self):
        world, front = self.unsettled()
        added = []

        def lie(call):
            if call.is_list() and b'"desc"' in call.body and not added:
                added.append(world.create("records", **NEWCOMER))

        front.lie = lie
        summary = world.sync()
        self.assertEqual(len(added), 1, "the list was read in both orders")
        self.assertEqual(summary["outcome"], "ok")
        self.assert_once(world)
        front.lie = nothing
        world.sync()
        self.assert_mirrored(world, 3)
        world.settled()


class Removals(Doubt):
    def test_archived_then_purged(self):
        """The record could not be deleted while the person was archived; now there is none."""
        world, front, ids = self.known("records", persons=(GRACE, ADA), **DELETING)
        world.box.post("archive", id=ids[0]["people"], archived=True)
        front.lie = refusing
        self.assert_counts(world.sync(code=UNREACHABLE), removed={})
        self.delete(world, "people", ids[0]["people"])
        front.lie = nothing
        self.assert_counts(world.sync(), removed={"records": 1})
        self.assertEqual([self.named(world, side, GRACE) for side in SIDES], [0, 0])
        world.settled()
        self.assert_mirrored(world, 1)

    @only("attributes")
    def test_archived_then_purged_with_tags(self):
        rule = {"sync__on_removed": {"people": "tag"}, "sync__archived_tag": "left"}
        world, front, ids = self.known("records", persons=(GRACE, ADA), **rule)
        world.box.post("archive", id=ids[0]["people"], archived=True)
        front.lie = refusing
        world.sync(code=UNREACHABLE)
        self.delete(world, "people", ids[0]["people"])
        front.lie = nothing
        world.sync()
        self.assertEqual(world.find("records", ids[0]["records"])["tags"], ["left"])
        world.settled()

    def test_held_once(self):
        """The guard holds them in every round of the merge; they are no more for that."""
        persons = [nth_person(i) for i in range(10)]
        world, _, ids = self.known("people", persons=persons)
        for pair in ids[:5]:
            self.delete(world, "records", pair["records"])
        self.assertEqual(world.sync(code=75)["guarded"], 5)
        world.edit("records", ids[9]["records"], job="Admiral")
        world.edit("people", ids[9]["people"], linkedin="grace")
        summary = world.sync(code=75)
        self.assert_counts(summary, guarded=5, updated=dict.fromkeys(SIDES, 1))


class SomebodyElse(Doubt):
    """Whoever asks for Grace is answered with Ada: they were merged, perhaps."""

    def merged(self, side):
        world, front, (grace, ada) = self.known(side, persons=(GRACE, ADA), **DELETING)
        [raw] = [raw for raw in world.box.dump(side) if id_of(raw) == str(ada[side])]
        body = json.dumps(raw if side == "people" else {"data": raw}).encode()
        front.lie = lambda call: (
            Reply(200, body) if call.is_read() and call.path().endswith(f"/{grace[side]}")
            else None)
        return world, front, grace

    def test_no_longer_listed(self):
        """She is gone; the edit wins, and she is created anew."""
        for side in SIDES:
            with self.subTest(side=side):
                world, _, grace = self.merged(side)
                world.edit(other(side), grace[other(side)], job="Admiral")
                self.delete(world, side, grace[side])
                self.assert_counts(world.sync(), created={side: 1}, removed={})
                self.assert_mirrored(world, 2)
                world.settled()

    def test_no_longer_listed_and_not_edited(self):
        """She is gone, and so she goes on the other side."""
        for side in SIDES:
            with self.subTest(side=side):
                world, _, grace = self.merged(side)
                self.delete(world, side, grace[side])
                self.assert_counts(world.sync(), removed={other(side): 1})
                world.settled()
                self.assert_once(world, ADA)

    def test_still_listed(self):
        """Nothing is written to her, and that is said."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, grace = self.merged(side)
                world.edit(other(side), grace[other(side)], job="Admiral")
                world.clear_log()
                summary = world.sync(code=None)
                self.assertEqual(world.writes(), [])
                self.assertEqual((summary["outcome"], summary["failure"]),
                                 ("partial", {"side": side, "code": "malformed"}))
                self.assertIn(b"another person", world.runs[-1][3])
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 2)
                world.settled()


if __name__ == "__main__":
    unittest.main()
