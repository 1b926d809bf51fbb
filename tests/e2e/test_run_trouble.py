# SPDX-License-Identifier: Apache-2.0
"""The daemon where the machine makes trouble: clocks that jump, sleep, a full disk, kills."""

import contextlib
import os
import signal
import subprocess
import time
import unittest

import faults
from daemon import Daemon
from harness import SIDES, Case
from wire import Name

HOUR = 3600
KILLS = 12
SANITIZER = os.environ.get("ASAN_OPTIONS", "") + ":" + faults.SANITIZER


class Trouble(Case):
    def person(self, world, i, side="records"):
        return world.create(side, name=Name(f"N{i}", "", f"S{i}"), emails=[f"n{i}@example.com"])


class Clocks(Trouble):
    def started(self, **overrides):
        world = self.open(**overrides)
        self.path = world.path("clock")
        self.set_clock(world)
        beside = os.path.join(os.path.dirname(faults.library()), "clock.so")
        daemon = Daemon(world, environment={
            "LD_PRELOAD": beside, "CLOCK_FILE": self.path,
            "ASAN_OPTIONS": SANITIZER})
        return world, daemon.wait_ready()

    def set_clock(self, world, wall=0, slept=0):
        with open(world.path("clock.new"), "w", encoding="utf-8") as file:
            file.write(f"{wall} {slept}")
        os.rename(world.path("clock.new"), self.path)

    def test_wall_clock_jumps(self):
        """D10: neither a stall nor a burst; edits travel as before."""
        world, daemon = self.started(sync__interval=0.2)
        self.person(world, 0)
        daemon.wait(lambda: len(world.view("people")) == 1, "the first person")
        for i, wall in enumerate((HOUR, -HOUR, 30 * 24 * HOUR, 0), start=1):
            self.set_clock(world, wall=wall)
            before, began = daemon.cycles(), time.monotonic()
            self.person(world, i, SIDES[i % 2])
            for side in SIDES:
                daemon.wait(lambda side=side, n=i + 1: len(world.view(side)) == n, f"person {i}")
            daemon.wait_cycle(before + 5)
            took = time.monotonic() - began
            self.assertLessEqual(daemon.cycles() - before, took / 0.2 + 2)
            idle = daemon.wait_status(lambda now: now["state"] == "idle", "idle")
            self.assertGreaterEqual(idle["next_cycle_at"], idle["updated_at"])
            self.assertEqual(idle["health"], "ok", idle["reasons"])
        daemon.stop()
        self.assert_mirrored(world, 5)

    def test_within_a_cycle(self):
        world, daemon = self.started(sync__interval=HOUR)
        for i in range(6):
            self.person(world, i)
            self.person(world, i + 100, "people")
        for side in SIDES:
            world.box.post("fault", side=side, action="delay", count=100, delay_ms=60, match={})
        for wall in (HOUR, -HOUR):
            last = daemon.cycles()
            daemon.send(signal.SIGUSR1)
            daemon.wait_status(lambda now: now["cycle"], "a cycle")
            self.set_clock(world, wall=wall)
            daemon.wait_cycle(last)
        daemon.stop()
        self.assert_mirrored(world, 12)
        world.settled()

    def test_sleep(self):
        """A machine that wakes up after its time is due syncs at once, and once."""
        world, daemon = self.started(sync__interval=HOUR)
        daemon.send(signal.SIGUSR1)
        first = daemon.wait_cycle()["last_cycle"]["id"]
        self.set_clock(world, wall=9 * HOUR, slept=9 * HOUR)
        daemon.wait_cycle(first)
        daemon.wait_status(lambda now: now["state"] == "idle", "idle")
        seen = set()
        daemon.wait(lambda: seen.add(daemon.status()["updated_at"]) or len(seen) >= 4, "seconds")
        self.assertEqual(daemon.cycles(), first + 1)
        daemon.stop()


class Disks(Trouble):
    def small_disk(self, world):
        """A folder of its own file system, of a few megabytes."""
        folder = world.path("disk")
        os.mkdir(folder)
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder],
                stderr=subprocess.DEVNULL, check=False).returncode != 0:
            self.skipTest("needs root and mount")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        return folder

    def test_full_disk(self):
        """Nothing is written to a side meanwhile; with room again it goes on by itself."""
        world = self.open()
        folder = self.small_disk(world)
        world.configure({"sync.interval": 0.05, "state.path": folder + "/state.db"})
        self.person(world, 0)
        daemon = Daemon(world).wait_ready()
        daemon.wait_status(lambda now: now["totals"]["links"] == 1, "linked")
        with open(folder + "/filler", "wb", buffering=0) as filler, contextlib.suppress(OSError):
            while True:
                filler.write(b"x" * 4096)
        daemon.wait_log("cycle failed")
        world.clear_log()
        self.person(world, 1)
        daemon.send(signal.SIGUSR1)
        daemon.wait_log("cycle failed", 2)
        status = daemon.wait_status(lambda now: now["health"] == "failing"
                                    and now["state"] == "backing_off", "failing")
        self.assertTrue(any("state" in reason for reason in status["reasons"]), status["reasons"])
        self.assertEqual(world.writes(), [])
        os.unlink(folder + "/filler")
        daemon.send(signal.SIGUSR1)
        daemon.wait_status(lambda now: now["totals"]["links"] == 2 and now["health"] == "ok",
                           "room again")
        daemon.stop()
        self.assert_mirrored(world, 2)

    def test_broken_disk(self):
        """What cannot be written once more: a new process has to look at it."""
        world = self.open(sync__interval=0.05)
        self.person(world, 0)
        world.sync()
        n = len(faults.run(world, "sync").calls)
        daemon = Daemon(world, environment={
            "LD_PRELOAD": faults.library(), "FAULT_FILE": "state.db", "FAULT_HOW": "EIO",
            "FAULT_AT": str(3 * n), "ASAN_OPTIONS": SANITIZER})
        daemon.ended(code=74)
        self.assertTrue(daemon.lines("cycle failed"), daemon.tail())
        world.sync()
        world.settled()


class Kills(Trouble):
    def test_at_any_moment(self):
        """D4: killed again and again while both sides change; nobody is lost or doubled."""
        world = self.open(sync__interval=0.02)
        for i in range(KILLS):
            self.person(world, i, SIDES[i % 2])
            daemon = Daemon(world).wait_ready()
            seen = daemon.status()["updated_at"]
            for _ in range(i):
                seen = daemon.wait_status(lambda now, seen=seen: now["updated_at"] != seen,
                                          "another writing")["updated_at"]
            daemon.send(signal.SIGKILL)
            daemon.process.wait()
        self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
        world.sync()
        self.assert_mirrored(world, KILLS)
        world.settled()


if __name__ == "__main__":
    unittest.main()
