# SPDX-License-Identifier: Apache-2.0
"""No request before its time: the limits as the servers see them, by the times in their log.

The servers refuse what is too much: a 429 here would be one that the program provoked.
"""

import os
import signal
import subprocess
import time
import unittest

from daemon import Daemon
from harness import DIALECT, SIDES, Case, dying_with_us
from wire import Name, is_write

SECOND, MINUTE = 1000, 60000
READS, WRITES = 100, 25
# Of what takes eight seconds where the machine has nothing else to do.
SLOWEST_SECONDS = 60


def most_within(times, span):
    """The most that any span of the log holds, wherever it begins."""
    most, first = 0, 0
    for i, at in enumerate(times):
        while at - times[first] >= span:
            first += 1
        most = max(most, i - first + 1)
    return most


class Rates(Case):
    def assert_kept(self, world, kinds):
        """kinds: (what, the side, which of its requests, how many, in how many milliseconds)."""
        log = world.box.log()
        self.assertNotIn(429, {request["status"] for request in log})
        for what, side, mine, most, span in kinds:
            times = [request["t"] for request in log if request["side"] == side and mine(request)]
            self.assertLessEqual(most_within(times, span), most, what)
            self.assertGreater(len(times), most, f"{what}: enough to show it")

    def test_records(self):
        """100 reads and 25 writes in any second, and not much less than that."""
        world = self.open("--records-reads-per-second", str(READS),
                          "--records-writes-per-second", str(WRITES),
                          "--persons", "250", "--common", "250",
                          records__reads_per_second=READS, records__writes_per_second=WRITES,
                          records__page_size=1, records__batch_size=1)
        for i in range(2 * WRITES + 10):
            world.create("people", name=Name(f"P{i}", "", f"T{i}"), emails=[f"p{i}@example.com"])
        world.clear_log()
        world.seconds = 2 * SLOWEST_SECONDS
        began = time.monotonic()
        world.sync()
        took = time.monotonic() - began
        self.assert_kept(world, (
            ("reads", "records", lambda request: not is_write(request), READS, SECOND),
            ("writes", "records", is_write, WRITES, SECOND)))
        self.assertLess(took, SLOWEST_SECONDS)

    def killed(self, world, when):
        """A sync that ends by SIGKILL once `when` says so."""
        command = dying_with_us([os.environ["CRMSYNC"], "-c", world.path("sync.conf"), "sync"])
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            try:
                while process.poll() is None and not when():
                    time.sleep(0.005)
            finally:
                process.send_signal(signal.SIGKILL)

    def test_people(self):
        """So many in any 60 seconds, readings and writes together, over the death of the program."""
        per_minute = 40
        world = self.open("--people-per-minute", str(per_minute),
                          people__requests_per_minute=per_minute)
        world.seconds = 120
        world.configure({"people.requests_per_minute": per_minute, "sync.retry.deadline": 200})
        for i in range(per_minute + 5):
            world.create("records", name=Name(f"R{i}", "", f"S{i}"), emails=[f"r{i}@example.com"])
        world.clear_log()
        for n in (10, 25):
            self.killed(world, lambda n=n: len([
                request for request in world.box.log() if request["side"] == "people"]) >= n)
        world.sync()
        self.assert_kept(world, (
            ("all", "people", lambda request: True, per_minute, MINUTE),))
        self.assert_mirrored(world, per_minute + 5)

    def test_what_is_learned(self):
        """A 429 lets the rate fall, for the next process too."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open("--persons", "3", sync__retry__deadline=60,
                                  people__requests_per_minute=1000,
                                  records__reads_per_second=1000)
                configured = {"records": 6000000, "people": 1000}[side]
                world.box.post("fault", side=side, action="status", status=429, count=1,
                               headers={"Retry-After": "1"}, match={"nth": 1})
                world.sync()
                rates = [world.status()["sides"][side]["rate"]["allowed_per_minute"]]
                world.sync()
                rates.append(world.status()["sides"][side]["rate"]["allowed_per_minute"])
                column = "both" if side == "people" else "max(reads, writes)"
                learned = world.rows(f"SELECT {column} FROM learned WHERE side = ?",
                                     SIDES.index(side))
                self.assertIn(learned[0][0], (750, 45000, 4500000))
                if side == "people":
                    self.assertEqual(rates, [configured * 3 // 4] * 2)

    def test_pause_outlives_the_daemon(self):
        """What a side said to one process is kept to by the next one."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open("--persons", "3", sync__interval=0.1)
                daemon = Daemon(world).wait_ready()
                daemon.wait_cycle()
                world.clear_log()
                world.box.post("fault", side=side, action="status", status=429, count=1,
                               headers={"Retry-After": "6"}, match={"nth": 1})
                refused = daemon.wait(lambda world=world, side=side: [
                    request for request in world.box.log() if request["side"] == side and
                    request["status"] == 429], "429")[0]
                daemon.wait(lambda world=world, side=side:
                            world.status()["sides"][side]["backoff_until"], "it is paused")
                daemon.send(signal.SIGKILL)
                daemon.process.wait()
                again = Daemon(world).wait_ready()
                cycle = again.cycles()
                again.wait_cycle(cycle)
                later = [request["t"] - refused["t"] for request in world.box.log()
                         if request["side"] == side and request["t"] > refused["t"] + 300]
                again.stop()
                self.assertTrue(later)
                self.assertGreaterEqual(min(later), 6000)


if __name__ == "__main__":
    unittest.main()
