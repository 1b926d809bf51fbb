# SPDX-License-Identifier: Apache-2.0
"""D1, D2: servers that say later, and servers in trouble that recover."""

import calendar
import email.utils
import os
import time
import unittest
from unittest import mock

from harness import DIALECT, SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
HTML = "<!DOCTYPE html><html><body>Bad gateway</body></html>"


class Later(Case):
    """D1: nothing is asked of a side before the time that it named."""

    LIST = {"records": "/v2/objects/people/records", "people": "/people?"}
    WRITE = {"records": "/v2/objects/people/records", "people": "/people"}

    # What a server may say -> how long that is at least.
    TIMES = (("1", 1000), ("in four seconds", 2000), ("in four seconds, Unix", 2000),
             (None, 100), ("soon", 100), ("-5", 100), ("0", 100), ("99999999999999999999", 100))

    def waiting(self, side, method, told, path, nth=1, count=1):
        """A new person that waits for a side whose next requests are refused."""
        world = self.open(sync__retry__base=0.2, sync__retry__cap=1)
        world.create(other(side), **ADA)
        world.create_both(**GRACE)
        world.clear_log()
        if told == "in four seconds":
            told = email.utils.formatdate(time.time() + 4, usegmt=True)
        if told == "in four seconds, Unix":
            told = str(int(time.time()) + 4)
        world.box.post("fault", side=side, action="status", status=429, count=count,
                       headers={"Retry-After": told} if told is not None else {},
                       match={"method": method, "path_prefix": path, "nth": nth})
        return world

    def check(self, world, side, least_ms):
        summary = world.sync()
        log = [request for request in world.box.log() if request["side"] == side]
        refused = [request for request in log if request["status"] == 429]
        self.assertTrue(refused, "the fault acted")
        for request in refused:
            early = [later["target"] for later in log
                     if later["n"] > request["n"] and later["t"] < request["t"] + least_ms]
            self.assertEqual(early, [], "before its time")
        self.assertEqual(summary["outcome"], "ok")
        self.assert_mirrored(world, 2)
        world.settled()

    def test_lists(self):
        method = {"records": "POST" if DIALECT == "values" else "GET", "people": "GET"}
        for side in SIDES:
            for told, least_ms in self.TIMES:
                with self.subTest(side=side, told=told):
                    world = self.waiting(side, method[side], told, self.LIST[side])
                    self.check(world, side, least_ms)

    def test_writes(self):
        for side in SIDES:
            path = self.WRITE[side]
            # In the dialect values the list is read by POST as well: twice, then comes the write.
            nth = 3 if side == "records" and DIALECT == "values" else 1
            for told, least_ms in self.TIMES[:4]:
                with self.subTest(side=side, told=told):
                    world = self.waiting(side, "POST", told, path, nth=nth)
                    self.check(world, side, least_ms)

    def test_several_times(self):
        for side in SIDES:
            with self.subTest(side=side):
                method = "POST" if side == "records" and DIALECT == "values" else "GET"
                world = self.waiting(side, method, "1", self.LIST[side], count=3)
                self.check(world, side, 1000)

    def test_other_time_zones(self):
        """Dates are of one zone, wherever the program runs: half a day ahead of it, or behind."""
        for zone in ("EAST-14", "WEST+5:45"):
            with self.subTest(zone=zone), mock.patch.dict(os.environ, TZ=zone):
                world = self.waiting("people", "GET", "in four seconds", self.LIST["people"])
                began = time.monotonic()
                self.check(world, "people", 2000)
                self.assertLess(time.monotonic() - began, 20)
                written = world.status()["updated_at"]
                self.assertTrue(written.endswith("Z"), written)
                age = time.time() - calendar.timegm(time.strptime(written[:19],
                                                                  "%Y-%m-%dT%H:%M:%S"))
                self.assertLess(abs(age), 60)

    def test_longer_than_it_may_take(self):
        """Beyond the deadline there is nothing to wait for: said at once, and who is to come back when."""
        for side in SIDES:
            method = "POST" if side == "records" and DIALECT == "values" else "GET"
            for status, code in ((429, 75), (503, 69)):
                with self.subTest(side=side, status=status):
                    world = self.waiting(side, method, None, self.LIST[side])
                    world.box.post("fault/clear")
                    world.box.post("fault", side=side, action="status", status=status, count=100,
                                   headers={"Retry-After": "3000"}, match={})
                    began = time.monotonic()
                    world.run("sync", code=code)
                    self.assertLess(time.monotonic() - began, 10)
                    asked = [request for request in world.box.log() if request["side"] == side]
                    # What was under way together.
                    self.assertLess(max(request["t"] for request in asked) -
                                    min(request["t"] for request in asked), 500, asked)
                    self.assertRegex(world.runs[-1][3].decode(), rf"(?m)^crmsync: {side}\b")
                    self.assertEqual(world.writes(), [])
                    facts = world.status()
                    self.assertTrue(any(reason.startswith(f"{side} asked to be left alone until ")
                                        for reason in facts["reasons"]), facts["reasons"])
                    world.run("status", code=2)
                    world.box.post("fault/clear")
                    world.sync()
                    self.assert_mirrored(world, 2)


ATTEMPTS = 3
LISTS = 3  # persons, and what they refer to


class Trouble(Case):
    """D2: readings are repeated within bounds, and done once the server recovers."""

    FAULTS = (
        *({"action": "status", "status": status} for status in (500, 502, 503, 504, 408)),
        {"action": "status", "status": 502, "body": HTML, "content_type": "text/html"},
        {"action": "reset_before"}, {"action": "reset_after"},
        {"action": "cut_body", "length": "right"}, {"action": "cut_body", "length": "chunked"},
        {"action": "cut_body", "length": "absent"}, {"action": "timeout"})

    def check(self, side, fault, nth):
        world = self.open("--persons", "12", "--common", "6", records__page_size=5,
                          people__items_per_page=5, records__timeout=0.7, people__timeout=0.7)
        path = "/people?" if side == "people" else "/v2/objects/people/records/query"
        match = {"path_prefix": path, "nth": nth}
        if side == "records" and DIALECT == "attributes":
            # Not the reading of who has which company.
            match = {"path_prefix": f"/v2/objects/people/records?page={nth}&pageSize=5", "nth": 1}
        world.box.post("fault", side=side, count=2, match=match, **fault)
        world.clear_log()
        summary = world.sync()
        self.assertEqual(world.box.stats()[side]["faults"], 2)
        self.assertEqual(summary["outcome"], "ok")
        self.assertGreaterEqual(summary["retries"], 2)
        self.assertEqual(len(world.view(side)), len(world.view(other(side))))
        world.settled()

    def test_first_page(self):
        for side in SIDES:
            for fault in self.FAULTS:
                with self.subTest(side=side, fault=fault):
                    self.check(side, fault, 1)

    def test_later_page(self):
        for side in SIDES:
            for fault in self.FAULTS[-6:]:
                with self.subTest(side=side, fault=fault):
                    self.check(side, fault, 2)

    def test_for_ever(self):
        """Repeated within bounds, then given up with a clear line."""
        for side in SIDES:
            for fault in self.FAULTS[:1] + self.FAULTS[6:7]:
                with self.subTest(side=side, fault=fault):
                    world = self.open(sync__retry__attempts=ATTEMPTS)
                    world.create("records", **ADA)
                    world.box.post("fault", side=side, count=10000, match={}, **fault)
                    world.clear_log()
                    world.run("sync", code=69)
                    self.assertRegex(world.runs[-1][3].decode(), rf"(?m)^crmsync: {side}\b")
                    self.assertLessEqual(world.box.stats()[side]["faults"], ATTEMPTS * LISTS)
                    self.assertEqual(world.writes(), [])
                    world.box.post("fault/clear")
                    world.sync()
                    self.assert_mirrored(world, 1)


if __name__ == "__main__":
    unittest.main()
