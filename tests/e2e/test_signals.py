# SPDX-License-Identifier: Apache-2.0
"""TERM and INT at any moment of a sync: exit 0, nothing lost and nothing twice."""

import contextlib
import os
import signal
import subprocess
import time
import unittest

from harness import SIDES, Case, dying_with_us
from wire import Name

EACH = 12
DELAY_MS = 60
MATCHED = 1500
END_SECONDS = 20


class Signals(Case):
    def waiting(self):
        """Strangers on both sides and one pair that differs, on servers that take their time."""
        world = self.open()
        for i in range(EACH):
            world.create("records", name=Name(f"R{i}", "", f"S{i}"), emails=[f"r{i}@example.com"])
            world.create("people", name=Name(f"P{i}", "", f"T{i}"), emails=[f"p{i}@example.com"])
        world.create_both(name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        for side in SIDES:
            world.box.post("fault", side=side, action="delay", count=100000, delay_ms=DELAY_MS,
                           match={})
        return world

    def wait_for_request(self, world):
        """From its first request on the program listens to signals."""
        deadline = time.monotonic() + END_SECONDS
        while not world.box.log():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.005)

    def wait_for_matching(self, world):
        deadline = time.monotonic() + END_SECONDS
        phase = "scan"
        while phase not in ("match", "merge", None):
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)
            with contextlib.suppress(FileNotFoundError):
                status = world.status()
                if status["state"] != "starting":
                    phase = status["cycle"] and status["cycle"]["phase"]

    def interrupted(self, world, number, after, wait):
        """A sync that gets the signal so many seconds after what is waited for: its exit code."""
        world.clear_log()
        command = [os.environ["CRMSYNC"], "-c", world.path("sync.conf"), "sync", "--json"]
        with subprocess.Popen(dying_with_us(command), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                wait(world)
                time.sleep(after)
                process.send_signal(number)
                stdout, stderr = process.communicate(timeout=END_SECONDS)
            finally:
                process.kill()
        world.runs.append((("sync", number.name, str(after)), process.returncode, stdout, stderr))
        return process.returncode

    def check(self, number, after):
        world = self.waiting()
        self.assertEqual(self.interrupted(world, number, after, self.wait_for_request), 0)
        self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
        world.box.post("fault/clear")
        world.sync()
        self.assert_mirrored(world, 2 * EACH + 1)
        world.settled()

    def test_moments(self):
        for i in range(24):
            number = (signal.SIGTERM, signal.SIGINT)[i % 2]
            with self.subTest(signal=number.name, i=i):
                self.check(number, 0.01 * i)

    def test_matching(self):
        """What the state was doing for everybody is given up, and found again."""
        world = self.open("--persons", str(MATCHED), "--common", str(MATCHED))
        for i in range(6):
            world.forget_state()
            with contextlib.suppress(FileNotFoundError):
                os.unlink(world.path("status.json"))
            with self.subTest(i=i):
                self.assertEqual(self.interrupted(world, signal.SIGTERM, 0.02 * i,
                                                  self.wait_for_matching), 0)
                self.assertNotIn(b"crmsync:", world.runs[-1][3])
                self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
                self.assertEqual(world.sync()["outcome"], "ok")
                self.assertEqual(world.status()["totals"]["links"], MATCHED)
                self.assertEqual(world.writes(), [])


if __name__ == "__main__":
    unittest.main()
