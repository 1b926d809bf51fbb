# SPDX-License-Identifier: Apache-2.0
"""Answers to writes that say little, and writes that are accepted and not carried out."""

import json
import unittest

from front import Front, Reply, nothing
from harness import DIALECT, SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
JOBLESS = {word: value for word, value in ADA.items() if word != "job"}
JOB = {"records": "job_title", "people": "jobTitle"}
EMAILS = {"values": "email_addresses", "attributes": "email"}


def id_only(true):
    """The answer with its persons' ids and nothing else of them."""
    document = json.loads(true.body)
    inner = document["data"] if "data" in document else document
    stripped = [{name: part for name, part in person.items() if name in ("id", "@id", "@type")}
                for person in (inner if isinstance(inner, list) else [inner])]
    inner = stripped if isinstance(inner, list) else stripped[0]
    return Reply(true.status, json.dumps({"data": inner} if "data" in document else inner).encode())


# Each says that the write was accepted.
LITTLE = {
    "204": lambda true: Reply(204, b""),
    "empty": lambda true: Reply(200, b""),
    "empty, length absent": lambda true: Reply(200, b"", length="absent"),
    "an object": lambda true: Reply(200, b"{}"),
    "null": lambda true: Reply(201, b"null"),
    "null data": lambda true: Reply(200, b'{"data":null}'),
    "the id": id_only,
}


def each_written(side, document):
    """The fields of each person that a write carries."""
    if side == "people":
        return [document]
    if DIALECT == "values":
        return [document["data"]["values"]]
    return [person["attributes"] for person in document.get("records", [document])]


class Fronted(Case):
    def front(self, side, **overrides):
        world = self.open(**overrides)
        front = Front(self, world, side)
        settings = {name.replace("__", "."): value for name, value in overrides.items()}
        world.configure(settings | {f"{side}.base_url": front.url})
        return world, front


class Little(Fronted):
    def test_updates(self):
        """Read back and settled, in the same cycle: nothing failed."""
        for side in SIDES:
            world, front = self.front(side)
            ids = world.create_both(**ADA)
            world.sync()
            for number, (name, lie) in enumerate(LITTLE.items()):
                with self.subTest(side=side, answer=name):
                    front.lie = lambda call, lie=lie: (
                        lie(call.forward()) if call.is_write() else None)
                    world.edit(other(side), ids[other(side)], job=f"Analyst {number}")
                    summary = world.sync()
                    self.assert_counts(summary, updated={side: 1}, quarantined=0)
                    self.assertEqual(world.find(side, ids[side])["job"], f"Analyst {number}")
                    world.settled()

    def test_creates(self):
        """Read back by the id; without one looked for by the cycle that follows in the same sync."""
        for side in SIDES:
            for name, lie in LITTLE.items():
                with self.subTest(side=side, answer=name):
                    world, front = self.front(side)
                    for i in range(3):
                        world.create(other(side), name=Name(f"P{i}", "", f"Q{i}"), job=f"Job {i}")
                    front.lie = lambda call, lie=lie: (
                        lie(call.forward()) if call.is_write() else None)
                    world.sync()
                    self.assert_mirrored(world, 3)
                    world.settled()


class Ignored(Fronted):
    """The server takes the write and leaves a field as it was."""

    def ignoring(self, side, *names, person=ADA):
        world, front = self.front(side)
        ids = world.create_both(**person)
        world.sync()
        front.lie = self.without(side, names)
        return world, front, ids

    def without(self, side, names):
        def lie(call):
            if not call.is_write():
                return None
            document = json.loads(call.body)
            for fields in each_written(side, document):
                for name in names:
                    fields.pop(name, None)
            return call.forward(json.dumps(document).encode())

        return lie

    def losing(self, carry):
        """The first write is carried out that way, and from then on nothing is answered."""
        written = []

        def lie(call):
            if call.is_write():
                written.append(carry(call))
            return Reply(502, b"") if written else None

        return lie

    def words(self, world):
        return [json.loads(line)["words"]
                for line in world.run("quarantine", "list", "--json").splitlines()]

    def test_field(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.ignoring(side, JOB[side])
                world.edit(other(side), ids[other(side)], job="Analyst", linkedin="ada")
                summary = world.sync(code=1)
                self.assert_counts(summary, quarantined=1, updated={side: 1})
                self.assertEqual(self.words(world),
                                 ["the server accepted job_title and left it as it was"])
                here = world.find(side, ids[side])
                self.assertEqual((here["job"], here["linkedin"]), ("Engineer", "ada"))
                self.assertEqual(world.find(other(side), ids[other(side)])["job"], "Analyst")
                for _ in range(2):
                    world.settled(code=1)
                front.lie = nothing
                world.run("quarantine", "retry")
                world.sync()
                self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                world.settled()

    def test_never_set(self):
        """What never had a value is in no answer of the dialect attributes, not even in the record's own."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.ignoring(side, JOB[side], person=JOBLESS)
                for job in ("Analyst", "Countess"):
                    world.edit(other(side), ids[other(side)], job=job)
                    summary = world.sync(code=1)
                    self.assert_counts(summary, quarantined=1, updated={side: 0})
                    self.assertEqual(self.words(world),
                                     ["the server accepted job_title and left it as it was"])
                    world.settled(code=1)
                    self.assertIsNone(world.find(side, ids[side])["job"])
                    self.assertEqual(world.find(other(side), ids[other(side)])["job"], job)
                front.lie = nothing
                world.run("quarantine", "retry")
                world.sync()
                self.assertEqual(world.find(side, ids[side])["job"], "Countess")
                world.settled()

    def test_never_set_and_taken(self):
        """The answer shows nothing but the id; the record's own shows the value."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.ignoring(side, person=JOBLESS)
                front.lie = lambda call: id_only(call.forward()) if call.is_write() else None
                world.edit(other(side), ids[other(side)], job="Analyst")
                self.assert_counts(world.sync(), updated={side: 1}, quarantined=0)
                self.assert_mirrored(world, 1)
                world.settled()

    def test_answer_lost(self):
        """What became of it only the next sync finds out: of one value it is there, of the other not."""
        for side in SIDES:
            for person in (ADA, JOBLESS):
                with self.subTest(side=side, had=person.get("job")):
                    world, front, ids = self.ignoring(side, JOB[side], person=person)
                    ignore = front.lie
                    front.lie = self.losing(ignore)
                    world.configure({f"{side}.base_url": front.url, "sync.retry.attempts": 1})
                    world.edit(other(side), ids[other(side)], job="Analyst", linkedin="ada")
                    world.sync(code=69)
                    front.lie = ignore
                    world.sync(code=1)
                    self.assertEqual(self.words(world),
                                     ["the server accepted job_title and left it as it was"])
                    here = world.find(side, ids[side])
                    self.assertEqual((here["job"], here["linkedin"]), (person.get("job"), "ada"))
                    self.assertEqual(world.find(other(side), ids[other(side)])["job"], "Analyst")
                    world.settled(code=1)

    def test_create(self):
        """What the new person lacks is not agreed: it is asked for by an update, which tells or carries it."""
        for side in SIDES:
            for heard in (False, True):
                with self.subTest(side=side, updates_carry_it=heard):
                    world, front = self.front(side)
                    ignore = self.without(side, [JOB[side]])
                    front.lie = lambda call: (
                        ignore(call) if call.method == "POST" or not heard else None)
                    here = world.create(other(side), **ADA)
                    self.assert_counts(world.sync(code=0 if heard else 1), created={side: 1},
                                       quarantined=0 if heard else 1)
                    self.assertEqual(self.words(world), [] if heard else [
                        "the server accepted job_title and left it as it was"])
                    self.assertEqual(world.find(other(side), here)["job"], "Engineer")
                    world.settled(code=0 if heard else 1)
                    if heard:
                        self.assert_mirrored(world, 1)

    def test_create_answer_lost(self):
        """Found later, without what it was to have: the one that it was made of keeps that."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.front(side)
                ignore = self.without(side, [JOB[side]])
                front.lie = self.losing(ignore)
                here = world.create(other(side), **ADA)
                world.sync(code=69)
                front.lie = ignore
                world.sync(code=1)
                self.assertEqual(self.words(world),
                                 ["the server accepted job_title and left it as it was"])
                self.assertEqual(len(world.view(side)), 1)
                self.assertEqual(world.find(other(side), here)["job"], "Engineer")
                world.settled(code=1)

    def created_without_job(self, side, n):
        """n persons of the other side, created on one that ignores their jobs."""
        world, front = self.front(side)
        front.lie = self.without(side, [JOB[side]])
        ids = [world.create(other(side), name=Name(f"P{i}", "", f"Q{i}"), job=f"Job {i}",
                            emails=[f"p{i}@example.com"]) for i in range(n)]
        world.sync(code=1)
        return world, ids

    def test_create_then_removed(self):
        """What was never taken keeps nobody: who was removed is not made again, and nobody goes for it."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.created_without_job(side, 2)
                [gone] = [one for one in world.view(side) if one["emails"] == ["p0@example.com"]]
                world.box.post("delete", side=side, id=gone["id"])
                world.sync(code=1)
                world.settled(code=1)
                self.assertEqual([one["emails"] for one in world.view(side)], [["p1@example.com"]])
                self.assertEqual(world.find(other(side), ids[0])["job"], "Job 0")

    def test_creates_hold_up_nothing(self):
        """Of most persons something is refused: that is no change of most persons."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.created_without_job(side, 120)
                world.edit(other(side), ids[0], linkedin="ada")
                self.assert_counts(world.sync(code=1), updated={side: 1}, quarantined=120)
                world.settled(code=1)

    def test_lifted_by_another_edit(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.ignoring(side, JOB[side])
                world.edit(other(side), ids[other(side)], job="Analyst")
                world.sync(code=1)
                front.lie = nothing
                world.settled(code=1)
                world.edit(other(side), ids[other(side)], job="Countess")
                world.sync()
                self.assert_mirrored(world, 1)
                world.settled()

    def test_list(self):
        """None of the elements came."""
        for side in SIDES:
            with self.subTest(side=side):
                world, _, ids = self.ignoring(
                    side, "emailAddresses" if side == "people" else EMAILS[DIALECT])
                world.edit(other(side), ids[other(side)], job="Analyst",
                           emails=["countess@example.com"])
                world.sync(code=1)
                self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                self.assertEqual(self.words(world),
                                 ["the server accepted emails and left it as it was"])
                world.settled(code=1)


if __name__ == "__main__":
    unittest.main()
