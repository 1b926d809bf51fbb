# SPDX-License-Identifier: Apache-2.0
"""D10: the clock jumps an hour either way in the middle of a cycle: nothing is lost, no tight loop."""

import calendar
import os
import resource
import subprocess
import time
import unittest

import faults
from daemon import Daemon
from harness import DIALECT, SIDES, Case, dying_with_us
from wire import Name

HOUR = 3600
EACH = 15
JUMPS = (HOUR, -HOUR)


def library():
    """tests/fault/clock.c, beside the other one."""
    return os.path.join(os.path.dirname(faults.library()), "clock.so")


class Clock(Case):
    def world_with_work(self, fault=None, **overrides):
        """Strangers on both sides, one pair that differs, servers that take their time."""
        world = self.open(**overrides)
        for i in range(EACH):
            world.create("records", name=Name(f"R{i}", "", f"S{i}"), emails=[f"r{i}@example.com"])
            world.create("people", name=Name(f"P{i}", "", f"T{i}"), emails=[f"p{i}@example.com"])
        world.create_both(name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        if fault:
            world.box.post("fault", **fault)  # the first that matches acts
        for side in SIDES:
            world.box.post("fault", side=side, action="delay", count=100000, delay_ms=20, match={})
        self.set_clock(world, 0)
        return world

    def set_clock(self, world, seconds):
        """Off by so many seconds from now on."""
        with open(world.path("clock.new"), "w", encoding="utf-8") as file:
            file.write(f"{seconds} 0\n")
        os.rename(world.path("clock.new"), world.path("clock"))

    def environment(self, world):
        options = os.environ.get("ASAN_OPTIONS")
        return {"LD_PRELOAD": library(), "CLOCK_FILE": world.path("clock"),
                "ASAN_OPTIONS": f"{options}:{faults.SANITIZER}" if options else faults.SANITIZER}

    def sync_with_jump(self, world, jump, nth):
        """A sync whose clock jumps once it has sent nth requests; the processor time that it took."""
        world.clear_log()
        command = dying_with_us([os.environ["CRMSYNC"], "-c", world.path("sync.conf"), "sync"])
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE,
                              env=os.environ | self.environment(world)) as process:
            try:
                deadline = time.monotonic() + 20
                while len(world.box.log()) < nth and process.poll() is None:
                    self.assertLess(time.monotonic(), deadline)
                self.set_clock(world, jump)
                stdout, stderr = process.communicate(timeout=30)
            finally:
                process.kill()
        world.runs.append((("sync", str(jump), str(nth)), process.returncode, stdout, stderr))
        self.assertEqual(process.returncode, 0)
        off = calendar.timegm(time.strptime(world.status()["updated_at"][:19],
                                            "%Y-%m-%dT%H:%M:%S")) - time.time()
        self.assertLess(abs(off - jump), 60, "the clock has jumped")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def check_after(self, world):
        self.assert_mirrored(world, 2 * EACH + 1)
        world.settled()

    def test_one_shot(self):
        undisturbed = self.world_with_work()
        usual = self.sync_with_jump(undisturbed, 0, 0)
        n_requests = len(undisturbed.box.log())
        for jump in JUMPS:
            for nth in (1, 4, 8, 14):
                with self.subTest(jump=jump, nth=nth):
                    world = self.world_with_work()
                    took = self.sync_with_jump(world, jump, nth)
                    self.assertLessEqual(len(world.box.log()), n_requests + 2)
                    self.assertLess(took, usual * 2 + 0.5)
                    self.check_after(world)

    def test_while_it_waits(self):
        """Pauses and repetitions end at their time, not an hour later, nor earlier."""
        for jump in JUMPS:
            for what in ({"status": 429, "headers": {"Retry-After": "2"}}, {"status": 503}):
                with self.subTest(jump=jump, what=what):
                    fault = {"side": "people", "action": "status", "count": 1,
                             "match": {"method": "GET", "path_prefix": "/people?"}} | what
                    world = self.world_with_work(fault, sync__retry__base=2, sync__retry__cap=2)
                    began = time.monotonic()
                    nth = 3 if DIALECT == "attributes" else 4
                    self.sync_with_jump(world, jump, nth)
                    self.assertLess(time.monotonic() - began, 12)
                    people = [request for request in world.box.log()
                              if request["side"] == "people" and
                              request["target"].startswith("/people?page=1")]
                    self.assertEqual([request["status"] for request in people[:2]],
                                     [what["status"], 200])
                    if what["status"] == 429:
                        self.assertGreaterEqual(people[1]["t"] - people[0]["t"], 2000)
                    self.check_after(world)

    def test_daemon(self):
        """It goes on at its interval, and edits travel in either hour."""
        for jump in JUMPS:
            with self.subTest(jump=jump):
                world = self.world_with_work(sync__interval=0.3)
                daemon = Daemon(world, environment=self.environment(world)).wait_ready()
                daemon.wait(lambda: len(world.box.log()) > 6, "it is at work")
                self.set_clock(world, jump)
                daemon.wait(lambda: len(world.view("people")) == 2 * EACH + 1, "all of them")
                for off in (0, jump):
                    first = daemon.cycles()
                    self.set_clock(world, off)
                    time.sleep(2)
                    self.assertIn(daemon.cycles() - first, range(2, 9))
                    world.create("records", name=Name(f"New{off}", "", "One"),
                                 emails=[f"new{off}@example.com"])
                    n = len(world.view("records"))
                    daemon.wait(lambda: len(world.view("people")) == n, "a new person")
                self.set_clock(world, 0)
                daemon.stop()
                self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
                world.settled()


if __name__ == "__main__":
    unittest.main()
