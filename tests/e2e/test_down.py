# SPDX-License-Identifier: Apache-2.0
"""D2: a side that nobody answers for, or too slowly: bounded attempts, slow probes, and then all is done."""

import threading
import time
import unittest

from daemon import Daemon
from front import Front, Reply, nothing
from harness import SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
ALAN = {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"], "job": "Logician"}


class Slow(Case):
    """Half of a body, and then nothing, or hardly anything."""

    def behind(self, side, **overrides):
        world = self.open("--persons", "12", "--common", "6")
        front = Front(self, world, side)
        world.configure({name.replace("__", "."): value for name, value in overrides.items()} |
                        {f"{side}.base_url": front.url})
        return world, front

    def body_of(self, body, how):
        yield body[:len(body) // 2]
        for i in range(len(body) // 2, len(body)):
            time.sleep({"stalls": 3, "drips": 0.05}[how])
            yield body[i:i + 1]

    def check(self, side, how, times):
        world, front = self.behind(side, records__timeout=0.7, people__timeout=0.7,
                                   sync__retry__attempts=4)
        left = [times]

        def lie(call):
            if not call.is_list() or left[0] == 0:
                return None
            left[0] -= 1
            true = call.forward()
            return Reply(200, self.body_of(true.body, how), length="own",
                         headers=(("Content-Length", str(len(true.body))),))

        front.lie = lie
        world.clear_log()
        began = time.monotonic()
        world.run("sync", code=0 if times < 4 else 69)
        self.assertLess(time.monotonic() - began, 10)
        if times >= 4:
            self.assertEqual(world.writes(), [])
            front.lie = nothing
            world.sync()
        self.assertEqual(len(world.view(side)), len(world.view(other(side))))
        world.settled()

    def test_body(self):
        for side in SIDES:
            for how in ("stalls", "drips"):
                for times in (2, 1000):
                    with self.subTest(side=side, how=how, times=times):
                        self.check(side, how, times)


class Down(Case):
    def test_nobody_there(self):
        """Connections are refused for a while: the sync waits for it, within bounds."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open()
                front = Front(self, world, side)
                front.stop()
                world.create(other(side), **ADA)
                world.configure({f"{side}.base_url": front.url, "sync.retry.base": 0.4,
                                 "sync.retry.cap": 0.4, "sync.retry.attempts": 30})
                later = threading.Timer(1, lambda: Front(self, world, side, front.port))
                later.start()
                began = time.monotonic()
                summary = world.sync()
                later.join()
                self.assertGreater(time.monotonic() - began, 0.9)
                self.assertLessEqual(summary["retries"], 30)
                self.assert_mirrored(world, 1)
                world.settled()

    def test_never_there(self):
        """One line, bounded in time, nothing written; the next one does it."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open()
                front = Front(self, world, side)
                front.stop()
                world.create(other(side), **ADA)
                world.configure({f"{side}.base_url": front.url})
                began = time.monotonic()
                world.run("sync", code=69)
                self.assertLess(time.monotonic() - began, 5)
                self.assertRegex(world.runs[-1][3].decode(), rf"(?m)^crmsync: {side}\b")
                self.assertEqual(world.writes(), [])
                Front(self, world, side, front.port)
                world.sync()
                self.assert_mirrored(world, 1)

    def test_probes_are_slow(self):
        """The daemon leaves a dead side alone but for a probe, and is back soon when that is."""
        for side in SIDES:
            for fault in ({"action": "reset_before"}, {"action": "status", "status": 503}):
                with self.subTest(side=side, fault=fault):
                    world = self.open(sync__interval=0.05, sync__retry__base=0.05,
                                      sync__retry__cap=0.5)
                    world.create("records", **ADA)
                    daemon = Daemon(world).wait_ready()
                    daemon.wait(lambda: len(world.view("people")) == 1, "Ada has come across")
                    world.box.post("fault", side=side, count=1000000, match={}, **fault)
                    daemon.wait_status(lambda now: not now["sides"][side]["reachable"], "down")
                    world.create("records", **ALAN)
                    time.sleep(2)
                    world.clear_log()
                    time.sleep(4)
                    tried = [request["t"] for request in world.box.log()
                             if request["side"] == side]
                    # Half of the cap at least between two of them.
                    self.assertLessEqual(len(tried), 4 / 0.25 + 1)
                    self.assertGreater(len(tried), 2)
                    for one, next_one in zip(tried, tried[1:]):
                        self.assertGreaterEqual(next_one - one, 240)
                    world.box.post("fault/clear")
                    daemon.wait(lambda: len(world.view("people")) == 2, "Alan has come across",
                                seconds=10)
                    daemon.wait_status(lambda now: now["health"] == "ok", "health")
                    daemon.stop()
                    world.settled()


if __name__ == "__main__":
    unittest.main()
