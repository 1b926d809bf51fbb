# SPDX-License-Identifier: Apache-2.0
"""E2: what the daemon's status and metrics files say, at every instant."""

import calendar
import json
import os
import signal
import stat
import subprocess
import time
import unittest

from daemon import Daemon
from harness import Case, dying_with_us
from wire import Name

READINGS = 10000
CYCLES = 5
HOUR = 3600
STATES = {"starting", "idle", "scanning", "matching", "pushing", "backing_off", "stopping", "stopped"}


def unix(text):
    """Seconds of an RFC 3339 time in UTC."""
    whole, _, rest = text.rstrip("Z").partition(".")
    return calendar.timegm(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + (rest or "0"))


def samples(text):
    """The values of a Prometheus text file."""
    return {name: float(value) for name, _, value in
            (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))}


class StatusFile(Case):
    def started(self, *options, **overrides):
        overrides.setdefault("sync__interval", 0.05)
        world = self.open(*options, **overrides)
        return world, Daemon(world).wait_ready()

    def test_whole_at_every_instant(self):
        world, daemon = self.started("--persons", "60", "--common", "30", sync__interval=0.01)
        seen, ids, late = set(), [0], 0
        while len(ids) < READINGS or ids[-1] < CYCLES:
            with open(world.path("status.json"), encoding="utf-8") as file:
                text = file.read()
            self.assertTrue(text.endswith("}\n"), text)
            status = json.loads(text)
            seen.add(status["state"])
            ids.append(status["last_cycle"]["id"] if status["last_cycle"] else 0)
            late = max(late, time.time() - unix(status["updated_at"]))
            self.assertLess(late, 10, "it has ended")
        self.assertLessEqual(seen, STATES)
        self.assertLessEqual({"idle", "scanning"}, seen)
        self.assertEqual(ids, sorted(ids))
        self.assertEqual(stat.S_IMODE(os.stat(world.path("status.json")).st_mode), 0o640)
        daemon.stop()

    def test_is_written_while_nothing_happens(self):
        """Between cycles too, and every second while a server keeps silent."""
        world, daemon = self.started(sync__interval=HOUR)
        daemon.send(signal.SIGUSR1)
        daemon.wait_cycle()
        self.writings(daemon, "idle", 9)
        world.box.post("fault", side="people", action="timeout", count=1, match={})
        daemon.send(signal.SIGUSR1)
        self.writings(daemon, "scanning", 2.5)
        daemon.send(signal.SIGTERM)
        daemon.ended()

    def writings(self, daemon, state, most):
        seen = set()

        def three():
            status = daemon.status()
            if status["state"] == state:
                seen.add(status["updated_at"])
            return len(seen) >= 3
        daemon.wait(three, f"three writings while {state}")
        times = sorted(unix(text) for text in seen)
        self.assertLess(times[-1] - times[0], most)

    def test_reasons_come_and_go(self):
        world = self.open(sync__conflict="manual", sync__interval=0.05)
        ada = world.create_both(name=Name("Ada", "", "Lovelace"), emails=["a@example.com"],
                                job="Analyst")
        world.sync()
        world.edit("records", ada["records"], job="Countess")
        world.edit("people", ada["people"], job="Enchantress")
        daemon = Daemon(world).wait_ready()
        status = daemon.wait_status(lambda now: now["health"] == "degraded" and now["last_cycle"]
                                    ["outcome"] == "ok", "degraded")
        self.assertEqual(status["reasons"], ["conflicts that wait for a decision: 1"])
        world.run("status", code=1)
        world.edit("people", ada["people"], job="Countess")
        daemon.wait_status(lambda now: now["health"] == "ok" and not now["reasons"], "ok again")
        world.run("status", code=0)
        daemon.stop()

    def test_dead_daemon(self):
        world, daemon = self.started()
        daemon.wait_cycle()
        world.run("status", "--json", code=0)
        daemon.send(signal.SIGKILL)
        daemon.process.wait()
        world.run("status", code=3)
        again = Daemon(world).wait_ready()
        again.wait_cycle(daemon.cycles())
        again.stop()

    def test_silent_daemon(self):
        """It is there and writes nothing: after ten seconds nobody believes the file."""
        world, daemon = self.started(sync__interval=HOUR)
        daemon.send(signal.SIGSTOP)
        daemon.wait(lambda: time.time() - unix(daemon.status()["updated_at"]) > 10.5, "ten seconds")
        world.run("status", code=3)
        daemon.send(signal.SIGCONT)
        daemon.stop()

    def test_watch(self):
        """One line of JSON for each new writing, until interrupted."""
        world, daemon = self.started(sync__interval=HOUR)
        command = [os.environ["CRMSYNC"], "-c", world.path("sync.conf"), "status", "--watch",
                   "--json"]
        with subprocess.Popen(dying_with_us(command), stdout=subprocess.PIPE) as watching:
            lines = [json.loads(watching.stdout.readline()) for _ in range(3)]
            watching.send_signal(signal.SIGINT)
            self.assertEqual(watching.wait(30), -signal.SIGINT)
            watching.stdout.close()
        self.assertEqual(len({line["updated_at"] for line in lines}), 3)
        daemon.stop()


class Metrics(Case):
    def setUp(self):
        super().setUp()
        self.world = self.open(sync__interval=HOUR)
        self.path = self.world.path("crmsync.prom")
        self.world.configure({"sync.interval": 0.05, "status.metrics_path": self.path})

    def read(self):
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def test_counters_survive(self):
        world = self.world
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["a@example.com"])
        daemon = Daemon(world).wait_ready()
        daemon.wait_status(lambda now: now["totals"]["links"] == 1, "linked")
        daemon.wait_cycle(daemon.cycles())
        daemon.stop()
        first = samples(self.read())
        self.assertEqual(first['crmsync_persons_created_total{side="people"}'], 1)
        self.assertEqual(sum(first[f'crmsync_health{{health="{health}"}}']
                             for health in ("ok", "degraded", "failing")), 1)
        self.assertGreater(first['crmsync_cycles_total{outcome="ok"}'], 0)
        self.assertEqual(stat.S_IMODE(os.stat(self.path).st_mode), 0o644)
        world.create("people", name=Name("Bob", "", "Babbage"), emails=["b@example.com"])
        world.sync()
        second = samples(self.read())
        self.assertEqual(second['crmsync_persons_created_total{side="people"}'], 1)
        self.assertEqual(second['crmsync_persons_created_total{side="records"}'], 1)
        self.assertEqual(second['crmsync_cycles_total{outcome="ok"}'],
                         first['crmsync_cycles_total{outcome="ok"}'] + 1)
        counts = world.box.stats()
        for side in ("records", "people"):
            self.assertEqual(second[f'crmsync_requests_total{{side="{side}"}}'],
                             counts[side]["reads"] + counts[side]["writes"])
        for word in ("example.com", "Lovelace", "Babbage", "sandbox-"):
            self.assertNotIn(word, self.read())

    def test_plans_do_not_count(self):
        world = self.world
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["a@example.com"])
        world.run("plan", code=2)
        self.assertFalse(os.path.exists(self.path))
        world.sync()
        before = self.read()
        world.run("sync", "--dry-run")
        self.assertEqual(self.read(), before)


if __name__ == "__main__":
    unittest.main()
