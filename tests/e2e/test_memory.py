# SPDX-License-Identifier: Apache-2.0
"""E5: many more persons take hardly more memory, from the first contact on."""

import os
import unittest

from daemon import Daemon
from harness import Case

FULL = os.environ.get("E2E_FULL") == "1"
SIZES = (10000, 100000) if FULL else (4000, 16000)
CREATED = 100  # on each side, in either size
GROWTH = 1.25
SECONDS = 300
# What a sanitizer keeps of that which was freed would grow with the work done.
SANITIZER = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"


class Memory(Case):
    def peak(self, persons):
        """KiB, of a daemon that has met so many persons a side and then looked at them again."""
        world = self.open("--persons", str(persons), "--common", str(persons - CREATED),
                          sync__interval=3600)
        world.seconds = SECONDS
        daemon = Daemon(world, environment={"ASAN_OPTIONS": SANITIZER}).wait_ready()
        daemon.wait(lambda: daemon.cycles() > 0, f"{persons} persons are read", SECONDS)
        world.clear_log()
        world.run("sync")
        self.assertEqual(world.writes(), [])
        self.assertEqual(world.status()["totals"]["links"], persons + CREATED)
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
            found = dict(line.split(":", 1) for line in file)
        daemon.stop()
        return int(found["VmHWM"].split()[0])

    def test_stays(self):
        peaks = [self.peak(persons) for persons in SIZES]
        self.assertLessEqual(peaks[1], peaks[0] * GROWTH, f"KiB for {SIZES} persons a side")


if __name__ == "__main__":
    unittest.main()
