# SPDX-License-Identifier: Apache-2.0
"""D7: answers to writes, to the readings before them and to /tags, that make no sense."""

import unittest

from front import Front, Reply, nothing
from harness import SIDES, Case, only, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
KEYLESS = {"name": Name("Edsger", "", "Dijkstra"), "job": "Professor"}
HTML = b"<!DOCTYPE html><html><body>Bad gateway, Ada Lovelace</body></html>"

NOTHING = b'{"else":"instead of carrying it out"}'

# These say that the write was accepted, and nothing else.
SILENT = ("empty", "an empty object", "null")

# What comes instead of the true answer.
GARBAGE = {
    "HTML": lambda true: Reply(200, HTML, "text/html"),
    "HTML that says it is JSON": lambda true: Reply(200, HTML),
    "cut": lambda true: Reply(200, true.body[:-20]),
    "cut, length absent": lambda true: Reply(200, true.body[:-20], length="absent"),
    "empty": lambda true: Reply(200, b""),
    "an empty object": lambda true: Reply(200, b"{}"),
    "null": lambda true: Reply(200, b"null"),
    "bytes behind the end": lambda true: Reply(200, true.body + b"x"),
    "invalid UTF-8": lambda true: Reply(200, true.body.replace(b"e", b"\xff")),
    "deep": lambda true: Reply(200, b'{"data":' + b"[" * 10000),
    "status 500": lambda true: Reply(500, HTML, "text/html"),
}


class Answers(Case):
    def front(self, side, **overrides):
        world = self.open(**overrides)
        front = Front(self, world, side)
        settings = {name.replace("__", "."): value for name, value in overrides.items()}
        world.configure(settings | {f"{side}.base_url": front.url})
        return world, front

    def sync_somehow(self, world):
        """A sync that may end well or badly, but neither crashes nor says who is concerned."""
        try:
            world.run("sync", "--json")
        except AssertionError:
            self.assertIn(world.runs[-1][1], (1, 65, 69))
        self.assertNotIn(b"Lovelace", world.runs[-1][3])
        self.assertNotIn(b"example.com", world.runs[-1][3])


class ToWrites(Answers):
    def check_create(self, side, name, carried_out, words):
        world, front = self.front(side, sync__retry__attempts=2)
        world.create(other(side), **words)

        def lie(call):
            if not call.is_write():
                return None
            true = call.forward() if carried_out else Reply(200, NOTHING)
            return GARBAGE[name](true)

        front.lie = lie
        self.sync_somehow(world)
        self.assertLessEqual(len(world.view(side)), 1)
        front.lie = nothing
        for _ in range(2):
            self.sync_somehow(world)
        self.assert_mirrored(world, 1)
        world.settled()

    def create(self, side, words):
        for name in GARBAGE:
            for carried_out in (True, False):
                with self.subTest(side=side, answer=name, carried_out=carried_out):
                    self.check_create(side, name, carried_out, words)

    def test_create_on_records(self):
        self.create("records", ADA)

    def test_create_on_people(self):
        self.create("people", ADA)

    def test_create_without_keys(self):
        for side in SIDES:
            for name in ("HTML", "an empty object", "status 500"):
                with self.subTest(side=side, answer=name):
                    self.check_create(side, name, True, KEYLESS)

    def check_update(self, side, name, carried_out):
        world, front = self.front(side, sync__retry__attempts=2)
        ids = world.create_both(**ADA)
        world.create_both(**GRACE)
        world.sync()
        world.edit(other(side), ids[other(side)], job="Analyst")

        def lie(call):
            if not call.is_write():
                return None
            true = call.forward() if carried_out else Reply(200, NOTHING)
            return GARBAGE[name](true)

        front.lie = lie
        self.sync_somehow(world)
        self.assertEqual(world.find(other(side), ids[other(side)])["job"], "Analyst")
        front.lie = nothing
        if name in SILENT and not carried_out:
            self.assertEqual(world.sync(code=1)["quarantined"], 1)
            world.run("quarantine", "retry")
        self.sync_somehow(world)
        self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
        self.assert_mirrored(world, 2)
        world.settled()

    def test_update(self):
        for side in SIDES:
            for name in GARBAGE:
                for carried_out in (True, False):
                    with self.subTest(side=side, answer=name, carried_out=carried_out):
                        self.check_update(side, name, carried_out)


    def test_answer_of_another_person(self):
        """An update whose answer holds somebody else was not shown to be done."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.front(side, sync__retry__attempts=2)
                ids = world.create_both(**ADA)
                bystander = world.create_both(**GRACE)
                world.sync()
                before = world.find(other(side), bystander[other(side)])
                world.edit(other(side), ids[other(side)], job="Analyst")
                stranger = str(ids[side]).encode(), str(bystander[side]).encode()

                def lie(call, stranger=stranger):
                    if not call.is_write():
                        return None
                    true = call.forward()
                    return true._replace(body=true.body.replace(*stranger))

                front.lie = lie
                self.sync_somehow(world)
                front.lie = nothing
                for _ in range(2):
                    self.sync_somehow(world)
                self.assert_mirrored(world, 2)
                self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                self.assertEqual(world.find(other(side), bystander[other(side)]), before)
                world.settled()

    def test_answer_of_nobody_known(self):
        """200 with an id that was never seen, for an update that did not happen."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.front(side, sync__retry__attempts=2)
                ids = world.create_both(**ADA)
                world.create_both(**GRACE)
                world.sync()
                world.edit(other(side), ids[other(side)], job="Analyst")
                front.lie = lambda call: (
                    Reply(200, b'{"id":17,"x":"y"}') if call.is_write() else None)
                self.sync_somehow(world)
                front.lie = nothing
                if side == "records":  # where an id there is none of anybody's
                    self.assertEqual(world.sync(code=1)["quarantined"], 1)
                    world.run("quarantine", "retry")
                for _ in range(2):
                    self.sync_somehow(world)
                self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                self.assert_mirrored(world, 2)
                world.settled()


class ToReadings(Answers):
    def test_reading_before_a_write(self):
        """Without knowing what is there nothing is written over it."""
        for side in SIDES:
            world, front = self.front(side, sync__retry__attempts=2)
            ids = world.create_both(**ADA)
            world.create_both(**GRACE)
            world.sync()
            for number, (name, lie) in enumerate(GARBAGE.items()):
                with self.subTest(side=side, answer=name):
                    world.edit(other(side), ids[other(side)], job=f"Analyst {number}")
                    front.lie = lambda call, lie=lie: (
                        lie(call.forward()) if call.is_read() and not call.is_list() and
                        call.path() != "/tags" else None)
                    world.clear_log()
                    self.sync_somehow(world)
                    self.assertNotEqual(world.runs[-1][1], 0)
                    self.assertEqual(world.writes(), [])
            front.lie = nothing
            world.sync_and_settle()
            self.assert_mirrored(world, 2)

    @only("attributes")
    def test_tags(self):
        world, front = self.front("people", sync__retry__attempts=2)
        world.box.post("create", side="people", object="tags", set={"title": "vip"})
        record = world.create("records", tags=["vip"], **ADA)
        for name, lie in GARBAGE.items():
            with self.subTest(answer=name):
                front.lie = lambda call, lie=lie: (
                    lie(call.forward()) if call.path() == "/tags" else None)
                world.clear_log()
                self.sync_somehow(world)
                self.assertIn(b"tags", world.runs[-1][3], "that they are left alone")
                self.assertEqual(world.writes("records"), [])
        self.assertEqual(world.find("records", record)["tags"], ["vip"])
        front.lie = nothing
        world.sync()
        world.sync()
        self.assert_mirrored(world, 1)
        world.settled()


if __name__ == "__main__":
    unittest.main()
