# SPDX-License-Identifier: Apache-2.0
"""HUP with another configuration forgets nothing that a side said: no request before its time."""

import calendar
import signal
import time
import unittest

from daemon import Daemon
from harness import SIDES, Case
from wire import Name

GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}
ALAN = {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"], "job": "Logician"}
PAUSE = 4
HOUR = 3600
# What was under way when the side said so may still arrive.
IN_FLIGHT_MS = 300
# The status file's times have milliseconds, and are of another clock than the sandbox's.
SLACK = 0.05


def unix(text):
    """Seconds of an RFC 3339 time in UTC with milliseconds."""
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float(text[19:-1])


class Reload(Case):
    def opened(self, **overrides):
        self.settings = {"sync.interval": 0.05, "sync.shutdown_grace": 0.1,
                         "people.requests_per_minute": 100000} | {
                             name.replace("__", "."): value for name, value in overrides.items()}
        self.n_reloads = 0
        world = self.open()
        world.configure(self.settings)
        world.create("records", **GRACE)
        return world

    def started(self, **overrides):
        """A daemon that is well, and has carried somebody across."""
        world = self.opened(**overrides)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(world.view("people")) == 1, "Grace has come across")
        return world, daemon

    def token(self, world, side, text):
        with open(world.path(f"{side}.token"), "w", encoding="utf-8") as file:
            file.write(text + "\n")

    def reload(self, world, daemon, **changes):
        """Other times and rates, the same sides; and a cycle is asked for."""
        self.n_reloads += 1
        changes = {name.replace("__", "."): value for name, value in changes.items()}
        world.configure(self.settings | {"records.timeout": 20 + self.n_reloads,
                                         "people.timeout": 20 + self.n_reloads} | changes)
        daemon.send(signal.SIGHUP)
        daemon.wait_log("took the new configuration", self.n_reloads)
        daemon.send(signal.SIGUSR1)

    def asked(self, world, side):
        return [request for request in world.box.log() if request["side"] == side]

    def wait_reason(self, daemon, words):
        return daemon.wait_status(lambda now: any(words in reason for reason in now["reasons"]),
                                  words)

    def wait_well(self, world, daemon, n):
        """All that was wrong is over, and nothing says any more that it is."""
        daemon.wait(lambda: len(world.view("people")) == n, "all have come across")
        daemon.wait_status(lambda now: now["health"] == "ok" and not now["reasons"], "well again")
        daemon.stop()
        for side in SIDES:
            facts = world.status()["sides"][side]
            for key in ("failing_since", "told_until", "backoff_until", "next_probe_at"):
                self.assertIsNone(facts[key], key)
            self.assertEqual((facts["reachable"], facts["circuit"], facts["token_refused"],
                              facts["writes_refused"], facts["consecutive_failures"]),
                             (True, "closed", False, False, 0))
        world.settled()

    def test_pause(self):
        """Told to wait, with 429 or 503: it waits, whatever the new file says."""
        for side in SIDES:
            for status in (429, 503):
                with self.subTest(side=side, status=status):
                    world, daemon = self.started()
                    world.clear_log()
                    world.box.post("fault", side=side, action="status", status=status, count=1,
                                   headers={"Retry-After": str(PAUSE)}, match={})
                    now = self.wait_reason(daemon, f"{side} asked to be left alone until")
                    self.assertEqual(now["health"], "degraded")
                    self.assertIn("asked to be left alone until ", world.run("status", code=1))
                    self.assertEqual(now["sides"][side]["told_until"],
                                     now["sides"][side]["backoff_until"])
                    world.create("records", **ALAN)
                    for _ in range(3):
                        self.reload(world, daemon)
                    daemon.wait(lambda world=world: len(world.view("people")) == 2, "Alan")
                    told, *later = [request["t"] for request in self.asked(world, side)]
                    later = [t - told for t in later if t - told > IN_FLIGHT_MS]
                    self.assertGreaterEqual(min(later), PAUSE * 1000)
                    self.wait_well(world, daemon, 2)

    def test_refused_token(self):
        """Not even tried again, until there is another one."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.opened(sync__retry__cap=HOUR)
                self.token(world, side, "another-token")
                daemon = Daemon(world).wait_ready()
                now = self.wait_reason(daemon, f"{side} refuses the token; next probe at ")
                self.assertEqual(now["health"], "failing")
                facts = now["sides"][side]
                self.assertTrue(facts["token_refused"])
                self.assertGreater(unix(facts["next_probe_at"]), time.time() + HOUR - 60)
                self.assertEqual(facts["next_probe_at"], facts["backoff_until"])
                self.assertIn("refuses the token", world.run("status", code=2))
                daemon.wait_status(lambda now: now["cycle"] is None, "the cycle has ended")
                world.clear_log()
                for _ in range(3):
                    cycle = daemon.cycles()
                    self.reload(world, daemon)
                    daemon.wait_cycle(cycle)
                self.assertEqual(self.asked(world, side), [])
                self.token(world, side, f"sandbox-{side}-token")
                self.reload(world, daemon)
                self.wait_well(world, daemon, 1)

    def test_refused_writes(self):
        """It is read; no write is tried again before its time."""
        world, daemon = self.started(sync__retry__cap=HOUR)
        world.box.post("fault", side="people", action="status", status=403, count=1000000,
                       match={"method": "POST"})
        for i in range(25):
            world.create("records", name=Name(f"R{i}", "", f"S{i}"), emails=[f"r{i}@example.com"])
        now = self.wait_reason(daemon, "people refuses every write; next probe at ")
        self.assertEqual(now["health"], "failing")
        self.assertTrue(now["sides"]["people"]["writes_refused"])
        self.assertIsNone(now["sides"]["people"]["backoff_until"])
        daemon.wait_status(lambda now: now["cycle"] is None, "the cycle has ended")
        world.clear_log()
        for _ in range(3):
            cycle = daemon.cycles()
            self.reload(world, daemon)
            daemon.wait_cycle(cycle)
        self.assertEqual(world.writes(), [])
        self.assertNotEqual(self.asked(world, "people"), [])
        daemon.stop()

    def test_open_breaker(self):
        """A side that is down is probed when it is time, not when somebody sends HUP."""
        for side in SIDES:
            with self.subTest(side=side):
                world, daemon = self.started(sync__retry__attempts=1, sync__retry__base=0.05,
                                             sync__retry__cap=8)
                world.box.post("fault", side=side, action="status", status=500, count=1000000,
                               match={})

                def is_long(now, side=side):
                    facts = now["sides"][side]
                    daemon.send(signal.SIGUSR1)
                    return facts["circuit"] == "open" and \
                        unix(facts["next_probe_at"]) > time.time() + 3
                now = daemon.wait_status(is_long, "an open breaker")
                probe = now["sides"][side]["next_probe_at"]
                self.assertEqual(now["sides"][side]["backoff_until"], probe)
                self.assertTrue(any(reason.startswith(f"{side} does not answer, or only with "
                                                      "errors, since ")
                                    for reason in now["reasons"]), now["reasons"])
                world.clear_log()
                world.box.post("fault/clear")
                world.create("records", **ALAN)
                self.reload(world, daemon)
                self.assertLess(time.time(), unix(probe), "what is to be shown takes its time")
                said = world.run("status", code=2)
                self.assertIn("failures in a row, since ", said)
                self.assertIn("next probe ", said)
                while time.time() < unix(probe) - 0.5:
                    self.reload(world, daemon)
                daemon.wait(lambda world=world, side=side: self.asked(world, side), "a probe")
                self.assertGreaterEqual(time.time(), unix(probe) - SLACK)
                self.wait_well(world, daemon, 2)

    def test_learned_rate(self):
        world, daemon = self.started(people__requests_per_minute=1000)
        world.box.post("fault", side="people", action="status", status=429, count=1,
                       headers={"Retry-After": "0"}, match={})

        def allowed(n):
            daemon.wait_status(lambda now: now["sides"]["people"]["rate"]["allowed_per_minute"] == n
                               and now["health"] == "ok", f"{n} a minute")
        allowed(750)
        self.reload(world, daemon)
        allowed(750)
        self.reload(world, daemon, people__requests_per_minute=900)
        allowed(750)
        self.reload(world, daemon, people__requests_per_minute=600)
        allowed(600)
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
