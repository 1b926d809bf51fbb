# SPDX-License-Identifier: Apache-2.0
"""D6: a side that refuses the token: one clear line, no hammering, and back to work with another one."""

import os
import time
import unittest

from daemon import Daemon
from harness import DIALECT, SIDES, Case, other
from wire import Name, is_write

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}
ALAN = {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"], "job": "Logician"}
# What a side of so many pages in flight may hear before it is left alone.
IN_FLIGHT = 20
CAP = 0.4


class Refused(Case):
    def token(self, world, side, text):
        """Replaced whole, as an editor or a secret manager does."""
        path = world.path(f"{side}.token")
        with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w",
                  encoding="utf-8") as file:
            file.write(text + "\n")
        os.replace(path + ".new", path)

    def good_token(self, world, side):
        self.token(world, side, f"sandbox-{side}-token")

    def refuse(self, world, side, status=401, **match):
        world.box.post("fault", side=side, action="status", status=status, count=1000000,
                       match=match)

    def refused(self, world, side):
        return [request for request in world.box.log()
                if request["side"] == side and request["status"] in (401, 403)]


class OneShot(Refused):
    def check(self, world, side, most):
        world.clear_log()
        world.run("sync", code=77)
        stderr = world.runs[-1][3].decode()
        said = [line for line in stderr.splitlines() if line.startswith("crmsync: ")]
        self.assertEqual(len(said), 1, stderr)
        self.assertIn(side, said[0])
        self.assertIn("token", said[0])
        refused = self.refused(world, side)
        self.assertGreater(len(refused), 0)
        self.assertLessEqual(len(refused), most, "no hammering")
        self.assertNotIn("sandbox-", stderr)

    def linked(self, **overrides):
        world = self.open(records__page_size=1, people__items_per_page=1, **overrides)
        ids = [world.create_both(**words) for words in (ADA, GRACE)]
        world.sync()
        for side in SIDES:
            world.edit(side, ids[SIDES.index(side)][side], job="Countess")
        world.create("records", **ALAN)
        return world

    def mended(self, world):
        world.box.post("fault/clear")
        for side in SIDES:
            self.good_token(world, side)
        world.sync()
        self.assert_mirrored(world, 3)
        world.settled()

    def test_wrong_token(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.linked()
                self.token(world, side, "another-token")
                self.check(world, side, IN_FLIGHT)
                self.assertEqual(world.writes(), [])
                self.mended(world)

    def test_lists(self):
        for side in SIDES:
            for status in (401, 403):
                with self.subTest(side=side, status=status):
                    world = self.linked()
                    path = {"records": "/v2/objects/people/records", "people": "/people?"}[side]
                    self.refuse(world, side, status, path_prefix=path)
                    self.check(world, side, IN_FLIGHT)
                    self.assertEqual(world.writes(), [])
                    self.mended(world)

    def test_in_the_middle(self):
        """The token is taken back between two pages, or before the first write."""
        for side in SIDES:
            for nth in (2, 3, 4):
                with self.subTest(side=side, nth=nth):
                    world = self.linked()
                    self.refuse(world, side, nth=nth)
                    self.check(world, side, IN_FLIGHT)
                    self.mended(world)

    def test_writes(self):
        """Reading is allowed, writing is not: the other side gets its writes all the same."""
        method = {"records": "PUT" if DIALECT == "values" else "PATCH", "people": "PATCH"}
        for side in SIDES:
            for status in (401, 403):
                with self.subTest(side=side, status=status):
                    world = self.linked()
                    for name in {method[side], "PATCH"}:
                        self.refuse(world, side, status, method=name)
                    if side == "people":
                        self.refuse(world, side, status, method="POST")
                    self.check(world, side, IN_FLIGHT)
                    self.assertEqual(len(world.writes(other(side))), 2 if side == "records" else 1)
                    self.mended(world)


class Running(Refused):
    def started(self, **overrides):
        settings = {"sync__interval": 0.05, "sync__retry__cap": CAP} | overrides
        world = self.open(**settings)
        world.create("records", **GRACE)
        return world

    def wait_refused(self, daemon, world, side):
        daemon.wait(lambda: self.refused(world, side), "refused")

    def check_gentle(self, world, side, seconds):
        """Probes only, fewer and fewer; and no write to either side."""
        time.sleep(CAP)
        world.clear_log()
        time.sleep(seconds)
        refused = [request for request in world.box.log() if request["side"] == side]
        self.assertLessEqual(len(refused), 1 + seconds / CAP / 2, [
            (request["t"], request["target"]) for request in refused])
        self.assertEqual(world.writes(), [])

    def test_recovers_when_the_file_changes(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.started(sync__retry__cap=3600)
                self.token(world, side, "another-token")
                daemon = Daemon(world).wait_ready()
                self.wait_refused(daemon, world, side)
                daemon.wait_status(lambda now: now["health"] == "failing", "failing")
                count = len(self.refused(world, side))
                time.sleep(1)
                self.assertEqual(len(self.refused(world, side)), count, "no probe before its time")
                self.good_token(world, side)
                daemon.wait(lambda: len(world.view("people")) == 1, "Grace has come across")
                daemon.wait_status(lambda now: now["health"] == "ok", "health")
                daemon.stop()
                self.assertEqual(len(daemon.lines("took the new token")), 1)
                self.assertNotIn("sandbox-", daemon.stderr())
                world.settled()

    def test_probes_are_gentle(self):
        for side in SIDES:
            for status in (401, 403):
                with self.subTest(side=side, status=status):
                    world = self.started()
                    daemon = Daemon(world).wait_ready()
                    daemon.wait(lambda: len(world.view("people")) == 1, "Grace has come across")
                    world.clear_log()
                    self.refuse(world, side, status)
                    # What is no list may be forbidden five times before it counts.
                    daemon.wait(lambda side=side, world=world:
                                world.status()["health"] == "failing" and
                                len(self.refused(world, side)) >= 1, "refused")
                    time.sleep(2)
                    world.create("records", **ALAN)
                    self.check_gentle(world, side, 3)
                    # The server takes the same token again: a probe finds out.
                    world.box.post("fault/clear")
                    daemon.wait(lambda: len(world.view("people")) == 2, "Alan has come across")
                    daemon.stop()
                    world.settled()

    def test_bad_token_file(self):
        """What is put there meanwhile and is no token changes nothing."""
        world = self.started(sync__retry__cap=3600)
        self.token(world, "people", "another-token")
        daemon = Daemon(world).wait_ready()
        self.wait_refused(daemon, world, "people")
        os.unlink(world.path("people.token"))
        daemon.wait_log("there is no new token")
        time.sleep(2.5)
        self.assertEqual(len(daemon.lines("there is no new token")), 1, "said once")
        self.token(world, "people", "two\nlines")
        time.sleep(1.2)
        self.good_token(world, "people")
        daemon.wait(lambda: len(world.view("people")) == 1, "Grace has come across")
        daemon.stop()
        world.settled()

    def test_writes_forbidden(self):
        """Reading goes on; writes are left alone but for a probe."""
        world = self.started(sync__retry__cap=1.5)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(world.view("people")) == 1, "Grace has come across")
        self.refuse(world, "people", 403, method="POST")
        for i in range(8):
            world.create("records", name=Name(f"R{i}", "", f"S{i}"), emails=[f"r{i}@example.com"])
        daemon.wait_status(lambda now: now["sides"]["people"]["writes_refused"] and
                           now["cycle"] is None, "refused, and nothing is under way")
        world.clear_log()
        time.sleep(4)
        writes = [request for request in world.box.log() if is_write(request)]
        self.assertLessEqual(len(writes), 4)
        self.assertGreater(len(world.box.log()), 4, "the lists are read")
        world.box.post("fault/clear")
        daemon.wait(lambda: len(world.view("people")) == 9, "all have come across")
        daemon.stop()
        world.settled()


if __name__ == "__main__":
    unittest.main()
