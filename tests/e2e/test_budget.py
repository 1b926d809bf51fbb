# SPDX-License-Identifier: Apache-2.0
"""A side whose list takes longer than the interval allows: it is read in slices."""

import json
import re
import signal
import unittest

from daemon import Daemon
from harness import Case
from wire import Name

# Two persons a page, and a rate that leaves a few pages to each cycle.
SLOW = {"people__items_per_page": 2, "people__requests_per_minute": 600, "sync__interval": 0.5,
        "people__max_in_flight": 1}
PAIRS = 40


def list_pages(world, order="asc"):
    """The numbers of the pages of people's list that were asked for."""
    found = (re.match(rf"/people\?page=(\d+)&.*={order}$", request["target"])
             for request in world.box.log() if request["side"] == "people")
    return [int(match.group(1)) for match in found if match]


def last_turn(status):
    return status["freshness"]["people"]["last_complete_scan_at"]


class Budget(Case):
    def populated(self, pairs=PAIRS, *options, **overrides):
        world = self.open(*options, **(SLOW | overrides))
        self.ids = [self.pair(world, n) for n in range(pairs)]
        return world

    def pair(self, world, n):
        """From long ago, one after the other, so that new ones come behind them."""
        return {side: world.create(side, at=f"2025-01-01T{n // 60:02}:{n % 60:02}:00Z",
                                   name=Name(f"G{n}", "", f"F{n}"), emails=[f"p{n}@example.com"],
                                   job="Analyst")
                for side in ("records", "people")}

    def linked(self, *options, pairs=PAIRS, **overrides):
        """All of them are linked before the daemon starts, and both sides known."""
        world = self.populated(pairs, *options, **overrides)
        world.sync()
        world.clear_log()
        return world

    def slow_down(self, world, delay_ms):
        world.box.post("fault", side="people", action="delay", count=100000, delay_ms=delay_ms,
                       match={"method": "GET"})

    def job(self, world, side, person):
        return world.find(side, person)["job"]


class Slices(Budget):
    def test_an_edit_overtakes_a_turn(self):
        """What changes on the fast side doesn't wait for the list of the slow one."""
        world = self.linked()
        self.slow_down(world, 150)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(list_pages(world)) >= 2, "a turn is under way")
        before = last_turn(daemon.status())
        world.edit("records", self.ids[0]["records"], job="Countess")
        daemon.wait(lambda: self.job(world, "people", self.ids[0]["people"]) == "Countess",
                    "the edit arrives")
        status = daemon.status()
        self.assertEqual(last_turn(status), before, "while the turn is under way")
        self.assertEqual(status["last_cycle"]["kind"], "incremental")
        daemon.stop()

    def test_the_slow_side(self):
        """What changes there arrives with its turn, and the status says how old what is known is."""
        world = self.linked()
        daemon = Daemon(world).wait_ready()
        before = last_turn(daemon.wait_cycle())
        middle = self.ids[PAIRS // 2]
        world.edit("people", middle["people"], job="Countess")
        daemon.wait(lambda: self.job(world, "records", middle["records"]) == "Countess",
                    "the edit arrives")
        status = daemon.wait_status(lambda now: last_turn(now) != before, "the turn's end")
        fresh = status["freshness"]
        self.assertGreater(fresh["people"]["turn_seconds"], fresh["records"]["turn_seconds"])
        self.assertLessEqual(fresh["people"]["oldest_unread_seconds"],
                             2 * fresh["people"]["turn_seconds"] + 5)
        daemon.wait_status(lambda now: now["health"] == "ok", "health")
        daemon.stop()
        world.settled()

    def test_a_new_one_is_seen_at_once(self):
        """The newest page is read in every cycle."""
        world = self.linked()
        self.slow_down(world, 150)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(list_pages(world)) >= 2, "a turn is under way")
        before = last_turn(daemon.status())
        world.create("people", name=Name("New", "", "Comer"), emails=["new@example.com"])
        daemon.wait(lambda: len(world.view("records")) == PAIRS + 1, "the new one arrives")
        self.assertEqual(last_turn(daemon.status()), before, "while the turn is under way")
        daemon.stop()

    def test_a_removed_one_is_found(self):
        world = self.linked(sync__on_removed={"people": "delete"})
        daemon = Daemon(world).wait_ready()
        daemon.wait_cycle()
        gone = self.ids[7]
        world.box.post("delete", side="people", id=gone["people"])
        daemon.wait(lambda: len(world.view("records")) == PAIRS - 1, "the record is deleted")
        daemon.stop()
        self.assertNotIn(gone["records"], [view["id"] for view in world.view("records")])
        world.settled()


class Killed(Budget):
    def test_position(self):
        """A restart goes on where the killed one stood: no page but the one in flight twice."""
        world = self.populated()
        self.slow_down(world, 60)
        pages = PAIRS // 2
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(list_pages(world)) >= 5, "some pages")
        daemon.send(signal.SIGKILL)
        daemon.process.wait()
        seen = list_pages(world)
        again = Daemon(world).wait_ready()
        again.wait(lambda: pages in list_pages(world), "the last page")
        again.wait_status(last_turn, "the turn's end")
        again.stop()
        later = list_pages(world)[len(seen):]
        first_turn = later[:later.index(pages) + 1]
        self.assertGreaterEqual(first_turn[0], seen[-1], "the page that was in flight, or the next")
        self.assertEqual(first_turn, list(range(first_turn[0], pages + 1)))


class FieldTable(Budget):
    def test_another_one(self):
        """A turn begins anew; who was not read yet is not asked for one by one."""
        world = self.linked()
        changed = [{"field": "linkedin", "enabled": False}]
        world.configure({name.replace("__", "."): value for name, value in SLOW.items()}
                        | {"fields": changed})
        for n in range(0, PAIRS, 2):
            world.edit("records", self.ids[n]["records"], job="Countess")
        self.slow_down(world, 50)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: all(self.job(world, "people", self.ids[n]["people"]) == "Countess"
                                for n in range(0, PAIRS, 2)), "the edits arrive")
        daemon.stop()
        alone = [request for request in world.box.log() if request["side"] == "people" and
                 request["method"] == "GET" and request["target"].startswith("/people/")]
        self.assertLess(len(alone), PAIRS // 8)
        first = list_pages(world)[:PAIRS // 2]
        self.assertEqual(first, list(range(1, PAIRS // 2 + 1)), "the whole list comes first")


class Matches(Budget):
    def one_of_old(self, rule):
        """On people there is one whom nobody on records answers to, and who is known."""
        world = self.populated(sync__create="to_people", sync__on_removed={"people": rule})
        old = world.create("people", at="2025-01-01T00:00:00Z", name=Name("Ada", "", "Byron"),
                           emails=["ada@example.com"], job="Boss")
        world.sync()
        world.clear_log()
        return world, old

    def test_who_is_gone(self):
        """The death of somebody who went before the record came is not the record's."""
        for rule in ("delete", "unlink"):
            with self.subTest(rule):
                world, old = self.one_of_old(rule)
                world.box.post("delete", side="people", id=old)
                new = world.create("records", name=Name("Ada", "", "Byron"),
                                   emails=["ada@example.com"])
                daemon = Daemon(world).wait_ready()
                daemon.wait(lambda: len(world.view("people")) == PAIRS + 1, "it is created")
                daemon.wait_cycle(daemon.cycles())
                daemon.stop()
                self.assertIsNone(world.find("records", new).get("job"))
                self.assert_mirrored(world, PAIRS + 1)

    def test_who_is_there(self):
        """It is read, and linked: by the cycle after next, not by the turn's end."""
        world, old = self.one_of_old("unlink")
        self.slow_down(world, 150)
        world.create("records", name=Name("Ada", "", "Byron"), emails=["ada@example.com"])
        daemon = Daemon(world).wait_ready()
        before = last_turn(daemon.wait_cycle())
        daemon.wait_status(lambda now: now["totals"]["links"] == PAIRS + 1, "the two are linked")
        self.assertEqual(last_turn(daemon.status()), before, "while the turn is under way")
        daemon.wait_cycle(daemon.cycles())
        daemon.stop()
        alone = [request for request in world.box.log()
                 if request["target"].startswith(f"/people/{old}")]
        self.assertGreater(len(alone), 0)
        self.assert_mirrored(world, PAIRS + 1)


class Creates(Budget):
    def test_both_sides_at_once(self):
        """The people person stands in the middle of the list: only by asking for it is it found."""
        world = self.linked()
        self.slow_down(world, 150)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(list_pages(world)) >= 4, "a turn is past the first pages")
        world.create("people", at="2025-01-01T00:00:30Z", name=Name("Ada", "", "Lovelace"),
                     emails=["ada@example.com"], job="Analyst")
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"],
                     job="Countess")
        daemon.wait(lambda: any("email" in request["target"] and "ada" in request["target"]
                                for request in world.box.log()), "it is asked for")
        daemon.wait_cycle(daemon.cycles())
        daemon.stop()
        self.assertEqual(world.writes("people"), world.writes("people")[:1])
        self.assertNotIn("POST", [request["method"] for request in world.writes("people")])
        self.assert_mirrored(world, PAIRS + 1)

    def test_without_an_email(self):
        """By the LinkedIn id, where that is all there is to ask by: it is found and not doubled."""
        world = self.linked()
        self.slow_down(world, 150)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(list_pages(world)) >= 4, "a turn is past the first pages")
        ada = {"name": Name("Ada", "", "Lovelace"), "linkedin": "ada-lovelace"}
        world.create("people", at="2025-01-01T00:00:30Z", job="Analyst", **ada)
        world.create("records", job="Countess", **ada)
        daemon.wait(lambda: any("identifiers%5B%5D=ada-lovelace" in request["target"]
                                for request in world.box.log()), "it is asked for")
        daemon.wait_cycle(daemon.cycles())
        daemon.stop()
        self.assertNotIn("POST", [request["method"] for request in world.writes("people")])
        self.assert_mirrored(world, PAIRS + 1)

    def test_flood(self):
        """However many there are to create, the list has its share."""
        pairs, new = 60, 70
        world = self.linked(pairs=pairs, people__requests_per_minute=300)
        for n in range(new):
            world.create("records", name=Name(f"N{n}", "", "New"), emails=[f"n{n}@example.com"])
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(world.view("people")) == pairs + new, "all are created")
        first = daemon.wait_cycle()["last_cycle"]["id"]
        daemon.wait_cycle(first)
        daemon.stop()
        people = [request for request in world.box.log() if request["side"] == "people"]
        self.assertGreaterEqual(len(list_pages(world)), 0.30 * len(people))
        lookups = [request for request in people if "emailAddresses" in request["target"]]
        self.assertLessEqual(len(lookups), 2 * (new // 30 + 1), "many in one request")
        self.assert_mirrored(world, pairs + new)


    def test_an_empty_list(self):
        """While the slow side shows nobody at all, it does not answer that a person is new."""
        world = self.linked()
        self.fault_empty(world)
        for side in ("records", "people"):
            world.create(side, name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        daemon = Daemon(world).wait_ready()
        status = daemon.wait_cycle(daemon.wait_cycle()["last_cycle"]["id"])
        self.assertEqual(status["last_cycle"]["outcome"], "guarded")
        self.assertEqual(world.writes("people"), [])
        world.box.post("fault/clear")
        daemon.wait_status(lambda now: now["totals"]["links"] == PAIRS + 1, "the two are linked")
        daemon.stop()
        self.assert_mirrored(world, PAIRS + 1)

    def test_an_import_on_both_sides(self):
        """More come at once than the newest pages hold, and nobody can be asked for."""
        pairs, new = 60, 45
        world = self.linked(pairs=pairs)
        for n in range(new):
            for side in ("records", "people"):
                world.create(side, at=f"2025-02-01T00:{n:02}:00Z", name=Name(f"H{n}", "", f"K{n}"),
                             job=f"Job{n}")
        daemon = Daemon(world).wait_ready()
        daemon.wait_status(lambda now: now["totals"]["links"] == pairs + new, "all are linked")
        world.create("records", name=Name("Late", "", "Comer"), job="Last")
        daemon.wait(lambda: len(world.view("people")) == pairs + new + 1, "the gap is closed")
        daemon.wait_cycle(daemon.cycles())
        daemon.stop()
        self.assertEqual([request["method"] for request in world.writes("people")], ["POST"])
        self.assert_mirrored(world, pairs + new + 1)

    def fault_empty(self, world):
        world.box.post("fault", side="people", action="raw", status=200, count=100000,
                       match={"method": "GET", "path_prefix": "/people?"},
                       content_type="application/ld+json",
                       body=json.dumps({"@context": "/contexts/Person", "@id": "/people",
                                        "@type": "Collection", "totalItems": 0, "member": []}))


class Quick(Budget):
    def test_quick(self):
        """No more is read than by a daemon's cycle, and repeated often enough it is all."""
        world = self.linked(people__requests_per_minute=60, sync__interval=1)
        world.edit("records", self.ids[3]["records"], job="Countess")
        world.edit("people", self.ids[20]["people"], job="Duchess")
        summary = world.sync("--quick")
        self.assertEqual(summary["kind"], "incremental")
        self.assertLess(summary["requests"]["people"], PAIRS // 2)
        self.assertEqual(self.job(world, "people", self.ids[3]["people"]), "Countess")
        for _ in range(PAIRS):
            if self.job(world, "records", self.ids[20]["records"]) == "Duchess":
                break
            world.sync("--quick")
        self.assertEqual(self.job(world, "records", self.ids[20]["records"]), "Duchess")
        world.configure({"people.items_per_page": 2})
        self.assertEqual(world.sync()["kind"], "full")
        world.settled()

    def test_short_lists(self):
        """What fits is read whole."""
        world = self.linked(pairs=3)
        self.assertEqual(world.sync("--quick")["kind"], "full")
        world.run("sync", "--quick=1", code=64)


if __name__ == "__main__":
    unittest.main()
