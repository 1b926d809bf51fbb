# SPDX-License-Identifier: Apache-2.0
"""D3: writes that were carried out although their answer was lost."""

import json
import unittest

from front import Front, Reply, nothing
from harness import SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
KEYLESS = {"name": Name("Edsger", "", "Dijkstra"), "job": "Professor"}
UNREACHABLE = 69


def reset(call):
    call.forward()
    raise ConnectionResetError


def refuse_connection(_):
    raise ConnectionResetError


# What becomes of a write that the server carries out.
LOST = {"reset": reset,
        "504": lambda call: call.forward()._replace(status=504, body=b"<html>later</html>")}


# What is not carried out, and may be a moment later.
FOR_NOW = {"503": lambda call: Reply(503, b"{}"), "reset": refuse_connection,
           "408": lambda call: Reply(408, b"{}")}


def fail_first(front, lie, n, matches):
    """The first n writes that match fail so; gives those that did."""
    failed = []

    def fail(call):
        if len(failed) >= n or not call.is_write() or not matches(call):
            return None
        failed.append(call)
        return lie(call)

    front.lie = fail
    return failed


class LostAnswers(Case):
    def front(self, side, **overrides):
        """A world whose side can lose its answers; with one attempt a sync is one cycle."""
        settings = {"sync__retry__attempts": 1} | overrides
        world = self.open(**settings)
        front = Front(self, world, side)
        self.settings = {name.replace("__", "."): value for name, value in settings.items()}
        self.settings[f"{side}.base_url"] = front.url
        world.configure(self.settings)
        return world, front

    def lose_first(self, front, way, matches):
        """The first write that matches is carried out, and its answer lost; gives those lost."""
        lost = []

        def lie(call):
            if lost or not call.is_write() or not matches(call):
                return None
            lost.append(call)
            return LOST[way](call)

        front.lie = lie
        return lost

    def named(self, world, side, words):
        """How many of that full name a side has."""
        return sum(view["full"] == words["name"].full() for view in world.view(side))


class Creates(LostAnswers):
    def lost_create(self, side, words, way, **overrides):
        """A create of that person on the side, carried out, its answer lost."""
        world, front = self.front(side, **overrides)
        world.create(other(side), **words)
        lost = self.lose_first(front, way, lambda call: call.method == "POST")
        return world, front, lost

    def settle(self, world, front, n):
        """From here the server answers: one cycle is enough."""
        front.lie = nothing
        world.sync()
        self.assert_mirrored(world, n)
        world.settled()

    def test_next_cycle(self):
        for side in SIDES:
            for words in (ADA, KEYLESS):
                for way in LOST:
                    with self.subTest(side=side, person=words["name"].full(), way=way):
                        world, front, lost = self.lost_create(side, words, way)
                        world.sync(code=UNREACHABLE)
                        self.assertEqual(len(lost), 1)
                        world.clear_log()
                        self.settle(world, front, 1)
                        self.assertEqual(world.writes(), [], "it was found and linked")

    def test_later_page_fails_in_the_next_cycle(self):
        """A list that was not read to its end does not show that nothing was created."""
        for side in SIDES:
            for words in (ADA, KEYLESS):
                with self.subTest(side=side, person=words["name"].full()):
                    world, front, lost = self.lost_create(
                        side, words, "reset", people__items_per_page=2, records__page_size=2)
                    world.sync(code=UNREACHABLE)
                    self.assertEqual(len(lost), 1)
                    for i in range(5):
                        world.create(side, name=Name(f"P{i}", "", "Q"), emails=[f"p{i}@x.com"])
                    front.lie = lambda call: (
                        Reply(503, b"{}") if call.is_list() and call.page() > 1 else None)
                    world.clear_log()
                    world.sync(code=UNREACHABLE)
                    self.assertEqual(self.named(world, side, words), 1)
                    self.settle(world, front, 6)

    def test_another_link_is_written_again(self):
        """A second round of writes in one cycle does not send it again."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.front(side)
                ids = world.create_both(**GRACE)
                world.sync()
                world.edit("records", ids["records"], job="Admiral")
                world.edit("people", ids["people"], linkedin="grace")
                world.create(other(side), **ADA)
                lost = self.lose_first(front, "reset", lambda call: call.method == "POST")
                world.clear_log()
                world.sync(code=UNREACHABLE)
                creates = [change for change in world.changes() if change.id is None]
                self.assertEqual((len(lost), len(creates)), (1, 1))
                self.assertEqual(self.named(world, side, ADA), 1)
                grace = [world.find(end, ids[end]) for end in SIDES]
                self.assertEqual([(view["job"], view["linkedin"]) for view in grace],
                                 [("Admiral", "grace")] * 2, "the other link goes on")
                self.settle(world, front, 2)

    def test_many(self):
        """One of many requests, in a dialect with batches one of many persons."""
        for side in SIDES:
            for way in LOST:
                with self.subTest(side=side, way=way):
                    world, front = self.front(side)
                    for i in range(20):
                        world.create(other(side), name=Name(f"P{i}", "", f"Q{i}"), job=f"Job {i}")
                    self.lose_first(front, way, lambda call: call.method == "POST")
                    world.sync(code=UNREACHABLE)
                    self.settle(world, front, 20)

    def test_every_create(self):
        """All of a crowd in doubt at once: none is sent twice in the cycle, none is lost."""
        for side in SIDES:
            for way in LOST:
                with self.subTest(side=side, way=way):
                    world, front = self.front(side)
                    for i in range(60):
                        world.create(other(side), name=Name(f"P{i}", "", f"Q{i}"),
                                     emails=[f"p{i}@example.com"])
                    front.lie = lambda call, way=way: LOST[way](call) if call.is_write() else None
                    world.clear_log()
                    world.sync(code=UNREACHABLE)
                    creates = [change for change in world.changes() if change.id is None]
                    self.assertLessEqual(len(creates), 60)
                    self.settle(world, front, 60)

    def test_in_the_same_sync(self):
        """D3: a further cycle looks for it, and sends it again if it did not happen."""
        for side in SIDES:
            for words in (ADA, KEYLESS):
                for way, lie in {"carried out": reset, **FOR_NOW}.items():
                    with self.subTest(side=side, person=words["name"].full(), way=way):
                        world, front = self.front(side, sync__retry__attempts=3)
                        world.create_both(**GRACE)
                        world.sync()
                        world.create(other(side), **words)
                        failed = fail_first(front, lie, 1, lambda call: True)
                        world.sync()
                        self.assertEqual(len(failed), 1)
                        self.assert_mirrored(world, 2)
                        world.settled()

    def test_told_of_all_cycles(self):
        """What is printed is the sum of the run's cycles, as JSON and as text."""
        for side in SIDES:
            for words in (("--json",), ()):
                with self.subTest(side=side, words=words):
                    world, front = self.front(side, sync__retry__attempts=3)
                    world.create_both(**GRACE)
                    world.sync()
                    ids = world.create_both(name=Name("Alan", "", "Turing"),
                                            emails=["alan@example.com"])
                    world.sync()
                    world.edit(other(side), ids[other(side)], emails=["turing@example.com"])
                    world.create(other(side), **ADA)
                    lost = self.lose_first(front, "reset",
                                           lambda call: b"turing@example.com" not in call.body)
                    world.clear_log()
                    printed = world.run("sync", *words)
                    self.assertEqual(len(lost), 1)
                    counts = world.box.stats()
                    requests = {name: counts[name]["reads"] + counts[name]["writes"]
                                for name in SIDES}
                    cycles = [json.loads(row[0]) for row in world.rows(
                        "SELECT summary FROM cycle WHERE id > 2 ORDER BY id")]
                    self.assertEqual(len(cycles), 2)
                    if not words:
                        self.assertTrue(printed.startswith("Cycles 3 to 4: done in "), printed)
                        self.assertIn(f"{requests['people']} requests", printed)
                        continue
                    summary = json.loads(printed)
                    self.assertEqual((summary["cycles"], summary["outcome"]), (2, "ok"))
                    self.assertEqual(summary["started_at"], cycles[0]["started_at"])
                    self.assertEqual(summary["ended_at"], cycles[1]["ended_at"])
                    self.assertEqual(summary["requests"], requests)
                    self.assertEqual(summary["updated"][side], 1)
                    for counter in ("created", "updated", "requests_least"):
                        self.assertEqual(summary[counter], {
                            name: sum(cycle[counter][name] for cycle in cycles) for name in SIDES})
                    self.assertEqual(summary["linked"], sum(cycle["linked"] for cycle in cycles))
                    self.assertEqual(summary["created"][side], 1)

    def test_what_was_asked_for_once(self):
        """A person was asked for: one cycle, whatever came of it."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.front(side, sync__retry__attempts=3)
                source = world.create(other(side), **ADA)
                fail_first(front, reset, 1, lambda call: True)
                world.sync("--allow-removals=1", code=UNREACHABLE)
                self.assertEqual(self.named(world, side, ADA), 1)
                self.assertIsNotNone(source)
                self.settle(world, front, 1)

    def test_refused_for_now(self):
        """503 without carrying anything out: all arrive once the server answers."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.front(side)
                world.create_both(**ADA)
                world.sync()
                for i in range(60):
                    world.create(other(side), name=Name(f"P{i}", "", f"Q{i}"),
                                 emails=[f"p{i}@example.com"])
                front.lie = lambda call: Reply(503, b"{}") if call.is_write() else None
                world.clear_log()
                world.sync(code=UNREACHABLE)
                self.assertEqual(world.writes(), [])
                sent = [seen for seen in front.seen
                        if seen[0] != "GET" and not seen[1].endswith("/query")]
                self.assertLessEqual(len(sent), 2 * 60, "no hammering")
                self.settle(world, front, 61)


    def test_refused_for_now_by_an_empty_side(self):
        """Nobody is there who could show that the list is the right one: it has to be empty twice."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front = self.front(side)
                world.create(other(side), name=Name("Ada", "", "Lovelace"),
                             emails=["ada@example.com"])
                front.lie = lambda call: Reply(503, b"{}") if call.is_write() else None
                world.sync(code=UNREACHABLE)
                front.lie = nothing
                world.sync(code=None)
                self.assertEqual(len(world.view(side)), 0)
                self.settle(world, front, 1)


class Updates(LostAnswers):
    def pair(self, side, **overrides):
        world, front = self.front(side, **overrides)
        ids = world.create_both(**ADA)
        world.sync()
        world.settled()
        return world, front, ids

    def test_counted_and_explained(self):
        """P9: what was carried out stands in the history once, and in the summary."""
        for side in SIDES:
            for way in LOST:
                with self.subTest(side=side, way=way):
                    world, front, ids = self.pair(side)
                    world.edit(other(side), ids[other(side)], job="Analyst")
                    lost = self.lose_first(front, way, lambda call: True)
                    summary = world.sync()
                    self.assertEqual(len(lost), 1)
                    self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                    front.lie = nothing
                    again = world.sync()
                    updates = summary["updated"][side] + again["updated"][side]
                    self.assertEqual(updates, 1)
                    rows = world.rows("SELECT old_value, new_value FROM history"
                                      " WHERE field = 'job_title' AND action = 'update'")
                    self.assertEqual(rows, [("Engineer", "Analyst")])
                    world.settled()

    def test_in_the_same_sync(self):
        """D2: what was not carried out is sent again, within bounds, once the target shows that."""
        for side in SIDES:
            for way, lie in FOR_NOW.items():
                with self.subTest(side=side, way=way):
                    world, front, ids = self.pair(side, sync__retry__attempts=3)
                    world.edit(other(side), ids[other(side)], job="Analyst")
                    failures = fail_first(front, lie, 2, lambda call: True)
                    summary = world.sync()
                    self.assertEqual(len(failures), 2)
                    self.assert_counts(summary, updated={side: 1})
                    self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                    world.settled()

    def test_not_for_ever(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.pair(side, sync__retry__attempts=3)
                world.edit(other(side), ids[other(side)], job="Analyst")
                failures = fail_first(front, FOR_NOW["503"], 100, lambda call: True)
                world.sync(code=UNREACHABLE)
                self.assertEqual(len(failures), 3)
                front.lie = nothing
                world.sync()
                self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                world.settled()

    def test_edited_in_between(self):
        """P1: what the target has become since the write that failed is not overwritten."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.pair(side, sync__retry__attempts=3,
                                              sync__conflict="records" if side == "records"
                                              else "people")
                world.edit(other(side), ids[other(side)], job="Analyst")

                def edit_and_fail(call, world=world, side=side, ids=ids):
                    world.edit(side, ids[side], job="Countess")
                    return FOR_NOW["503"](call)

                fail_first(front, edit_and_fail, 1, lambda call: True)
                world.sync()
                world.sync_and_settle()
                self.assertEqual([world.find(end, ids[end])["job"] for end in SIDES],
                                 ["Countess"] * 2)

    def test_other_direction_goes_on(self):
        """P6: a side that cannot be written to holds up nothing towards the other one."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.pair(side)
                world.edit(other(side), ids[other(side)], job="Analyst")
                world.edit(side, ids[side], linkedin="ada")
                front.lie = lambda call: Reply(500, b"{}") if call.is_write() else None
                for _ in range(2):
                    world.sync(code=UNREACHABLE)
                self.assertEqual(world.find(other(side), ids[other(side)])["linkedin"], "ada")
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 1)
                self.assertEqual(world.find(side, ids[side])["job"], "Analyst")
                world.settled()


if __name__ == "__main__":
    unittest.main()
