# SPDX-License-Identifier: Apache-2.0
"""The daemon: its cycles, its signals, what it tells systemd, one instance only."""

import json
import os
import signal
import time
import unittest

from daemon import Daemon
from harness import SIDES, Case
from wire import Name

HOUR = 3600


class Run(Case):
    def started(self, *options, environment=None, **overrides):
        overrides.setdefault("sync__interval", 0.05)
        world = self.open(**overrides)
        return world, Daemon(world, *options, environment=environment).wait_ready()

    def configure(self, world, **overrides):
        world.configure({name.replace("__", "."): value for name, value in overrides.items()})


class Cycles(Run):
    def test_edits_travel(self):
        world, daemon = self.started()
        ada = world.create("records", name=Name("Ada", "", "Lovelace"), emails=["a@example.com"],
                           job="Analyst")
        daemon.wait(lambda: len(world.view("people")) == 1, "Ada is on the people side")
        world.edit("records", ada, job="Countess")
        daemon.wait(lambda: world.view("people")[0]["job"] == "Countess", "the edit")
        daemon.stop()
        world.settled()

    def test_interval(self):
        """Cycles begin an interval apart, and the status says when the next one comes."""
        world, daemon = self.started(sync__interval=0.5)
        began = []
        for _ in range(4):
            status = daemon.wait_cycle(daemon.cycles())
            began.append(status["last_cycle"]["started_at"])
        idle = daemon.wait_status(lambda now: now["state"] == "idle", "idle")
        self.assertEqual(idle["mode"], "daemon")
        self.assertEqual(idle["health"], "ok")
        self.assertGreaterEqual(idle["next_cycle_at"], idle["updated_at"])
        daemon.stop()
        self.assertEqual(len(set(began)), 4)

    def test_far_apart(self):
        """After the first one nothing is asked until the interval is over."""
        world, daemon = self.started(sync__interval=20)
        first = daemon.wait_cycle()["last_cycle"]["id"]
        world.clear_log()
        daemon.wait(lambda: daemon.heard(STATUS=None) and time.monotonic() > self.later(2.5),
                    "time passes")
        self.assertEqual(world.box.log(), [])
        self.assertEqual(daemon.cycles(), first)
        daemon.stop()

    def later(self, seconds):
        """The point in time so much after the first call."""
        self.point = getattr(self, "point", time.monotonic() + seconds)
        return self.point

    def test_usr1(self):
        """A cycle now; asked for while one runs, right after it."""
        world, daemon = self.started(sync__interval=HOUR)
        daemon.send(signal.SIGUSR1)
        first = daemon.wait_cycle()["last_cycle"]["id"]
        for side in SIDES:
            world.box.post("fault", side=side, action="delay", count=2, delay_ms=300, match={})
        daemon.send(signal.SIGUSR1)
        daemon.wait_status(lambda now: now["state"] == "scanning", "scanning")
        for _ in range(3):
            daemon.send(signal.SIGUSR1)
        daemon.wait_cycle(first + 1)
        daemon.wait_status(lambda now: now["state"] == "idle", "idle")
        daemon.stop()
        self.assertEqual(world.rows("SELECT max(id) FROM cycle"), [(first + 2,)])


class Instances(Run):
    def test_second_one(self):
        world, daemon = self.started()
        daemon.wait_cycle()
        world.run("run", code=75)
        self.assertIn(f"process {daemon.process.pid}", world.runs[-1][3].decode())
        daemon.stop()

    def test_starting(self):
        """Reading a state takes its time: the manager is told before, and of a failure too."""
        world, daemon = self.started(sync__interval=HOUR)
        daemon.stop()
        again = Daemon(world).wait_ready()
        self.assertIn("EXTEND_TIMEOUT_USEC", again.messages[0])
        other = Daemon(world).ended(code=75)
        self.assertTrue(any("in use by process" in message.get("STATUS", "")
                            for message in other.messages), other.messages)
        again.stop()

    def test_foreign_state(self):
        world, daemon = self.started()
        daemon.wait_cycle()
        daemon.stop()
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["a@example.com"])
        world.sync()
        self.configure(world, records__object="companies")
        world.run("run", code=78)

    def test_usage(self):
        world = self.open()
        world.run("run", "twice", code=64)
        world.run("run", "--fast", code=64)


class Stopping(Run):
    def many(self, n=8):
        world = self.open(sync__interval=HOUR, sync__shutdown_grace=5)
        for i in range(n):
            world.create("records", name=Name(f"R{i}", "", f"S{i}"), emails=[f"r{i}@example.com"])
            world.create("people", name=Name(f"P{i}", "", f"T{i}"), emails=[f"p{i}@example.com"])
        for side in SIDES:
            world.box.post("fault", side=side, action="delay", count=100000, delay_ms=60, match={})
        daemon = Daemon(world).wait_ready()
        daemon.send(signal.SIGUSR1)
        return world, daemon

    def check(self, number, state):
        world, daemon = self.many()
        daemon.wait_status(lambda now: now["state"] == state, state)
        daemon.stop(number)
        self.assertTrue(daemon.heard(STOPPING="1"))
        status = world.status()
        self.assertEqual((status["state"], status["next_cycle_at"]), ("stopped", None))
        self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
        self.assertIn("stopped: the daemon", world.run("status", code=3))
        world.box.post("fault/clear")
        world.sync()
        self.assert_mirrored(world, 16)
        world.settled()

    def test_in_a_cycle(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            for state in ("scanning", "pushing"):
                with self.subTest(signal=number.name, state=state):
                    self.check(number, state)

    def test_between_cycles(self):
        _, daemon = self.started(sync__interval=HOUR)
        began = time.monotonic()
        daemon.stop()
        self.assertLess(time.monotonic() - began, 10)
        self.assertTrue(daemon.heard(STOPPING="1", EXTEND_TIMEOUT_USEC=None))

    def test_killed(self):
        world, daemon = self.started(sync__interval=HOUR)
        daemon.wait_cycle()
        daemon.send(signal.SIGKILL)
        daemon.process.wait()
        said = world.run("status", code=3)
        self.assertRegex(said, "health +dead: the daemon is not running")
        self.assertRegex(said, "state +was idle")
        self.assertRegex(said, "next cycle +none is planned")

    def test_twice(self):
        """A server that never answers: the first waits for the grace, the second doesn't."""
        world, daemon = self.started(sync__interval=HOUR, sync__shutdown_grace=600)
        world.box.post("fault", side="people", action="timeout", count=10, match={})
        daemon.send(signal.SIGUSR1)
        daemon.wait(lambda: world.box.log(), "a request")
        daemon.send(signal.SIGTERM)
        daemon.wait(lambda: daemon.heard(STOPPING="1"), "STOPPING=1")
        for number in (signal.SIGHUP, signal.SIGUSR1):  # nothing any more
            daemon.send(number)
        daemon.wait_status(lambda now: now["state"] == "stopping", "stopping")
        daemon.stop(code=-signal.SIGTERM)
        world.box.post("fault/clear")
        self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
        world.sync()

    def test_grace_ends(self):
        world, daemon = self.started(sync__interval=HOUR, sync__shutdown_grace=0.3)
        world.box.post("fault", side="people", action="timeout", count=10, match={})
        daemon.send(signal.SIGUSR1)
        daemon.wait(lambda: world.box.log(), "a request")
        daemon.stop()


class Reload(Run):
    def test_new_interval(self):
        world, daemon = self.started(sync__interval=HOUR)
        daemon.send(signal.SIGUSR1)
        first = daemon.wait_cycle()["last_cycle"]["id"]
        self.configure(world, sync__interval=0.05)
        daemon.send(signal.SIGHUP)
        daemon.wait_cycle(first + 2)
        self.assertTrue(daemon.heard(RELOADING="1", MONOTONIC_USEC=None))
        self.assertEqual(sum("READY" in message for message in daemon.messages), 2)
        daemon.stop()

    def test_bad_file(self):
        """Refused with its lines; the old one stays in force, and health says so."""
        world, daemon = self.started()
        with open(world.path("sync.conf"), "a", encoding="utf-8") as file:
            file.write("sync.intervall = 1;\n" "log = { level = \"loud\"; };\n")
        daemon.send(signal.SIGHUP)
        daemon.wait_log("refused")
        lines = daemon.lines("refused")
        self.assertTrue(any("sync.conf:" in line for line in lines), lines)
        daemon.wait_status(lambda now: now["health"] == "degraded"
                           and any("configuration" in reason for reason in now["reasons"]),
                           "degraded by the file")
        daemon.wait_cycle(daemon.cycles() + 1)
        self.configure(world, sync__interval=0.05)
        daemon.send(signal.SIGHUP)
        daemon.wait_status(lambda now: now["health"] == "ok" and not now["reasons"], "mended")
        self.assertEqual(sum("READY" in message for message in daemon.messages), 3)
        daemon.stop()

    def test_other_systems(self):
        """Neither another pair of systems nor another state can be taken so."""
        world, daemon = self.started()
        daemon.wait_cycle()
        for word, key in (("base_url", {"people__base_url": "https://crm.example.net"}),
                          ("object", {"records__object": "companies"}),
                          ("state.path", {"state__path": world.path("other.db")})):
            self.configure(world, sync__interval=0.05, **key)
            before = len(daemon.lines("refused"))
            daemon.send(signal.SIGHUP)
            daemon.wait_log("refused", before + 1)
            self.assertIn(word, daemon.lines("refused")[-1])
        daemon.wait_cycle(daemon.cycles() + 1)
        self.assertFalse(os.path.exists(world.path("other.db")))
        daemon.stop()

    def test_fields_and_token(self):
        """Another table of fields and another token, without a new start."""
        world = self.open(sync__interval=0.05)
        ada = world.create_both(name=Name("Ada", "", "Lovelace"), emails=["a@example.com"],
                                job="Analyst")
        daemon = Daemon(world).wait_ready()
        daemon.wait_status(lambda now: now["totals"]["links"] == 1, "linked")
        off = "fields = ( { field = \"job_title\"; enabled = false; } );\n"
        with open(world.path("sync.conf"), "a", encoding="utf-8") as file:
            file.write(off)
        daemon.send(signal.SIGHUP)
        daemon.wait_log("took the new")
        world.edit("records", ada["records"], job="Countess", emails=["b@example.com"])
        daemon.wait(lambda: "b@example.com" in world.view("people")[0]["emails"], "the e-mail")
        self.assertEqual(world.view("people")[0]["job"], "Analyst")
        self.configure(world, sync__interval=0.05)
        daemon.send(signal.SIGHUP)
        daemon.wait_log("took the new", 2)
        world.edit("records", ada["records"], job="Enchantress")
        daemon.wait(lambda: world.view("people")[0]["job"] == "Enchantress", "the title")
        daemon.stop()
        world.settled()

    def test_within_a_cycle(self):
        """A cycle that doesn't end by itself is ended; the next one goes by the new file."""
        world, daemon = self.started(sync__interval=HOUR, sync__shutdown_grace=0.2)
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["a@example.com"])
        world.box.post("fault", side="people", action="timeout", count=1, match={})
        daemon.send(signal.SIGUSR1)
        daemon.wait_status(lambda now: now["cycle"], "a cycle")
        self.configure(world, sync__interval=HOUR, log__level="debug")
        daemon.send(signal.SIGHUP)
        daemon.wait_log("took the new")
        daemon.wait(lambda: len(world.view("people")) == 1, "Ada is on the people side")
        daemon.stop()
        world.settled()


class Trouble(Run):
    def test_side_comes_back(self):
        world, daemon = self.started(sync__retry__attempts=2, sync__retry__base=0.01,
                                     sync__retry__cap=0.2)
        daemon.wait_cycle()
        world.box.post("fault", side="people", action="status", status=503, count=100000, match={})
        failing = daemon.wait_status(lambda now: now["health"] == "failing"
                                     and not now["sides"]["people"]["reachable"], "failing")
        self.assertTrue(failing["reasons"])
        daemon.wait_log("cycle failed")
        self.assertTrue(all(" error " in line for line in daemon.lines("cycle failed")))
        world.box.post("fault/clear")
        daemon.wait_status(lambda now: now["health"] == "ok" and not now["reasons"]
                           and now["sides"]["people"]["reachable"], "well again")
        self.assertRegex(world.run("status"), r"last error \(20.*Z, .* ago\): people: HTTP 503")
        daemon.stop()

    def test_backs_off(self):
        """Cycles that fail come less and less often."""
        world, daemon = self.started(sync__interval=0.01, sync__retry__attempts=1,
                                     sync__retry__base=0.2, sync__retry__cap=2)
        world.box.post("fault", side="people", action="status", status=500, count=100000, match={})
        daemon.wait_log("cycle failed", 4)
        daemon.wait_status(lambda now: now["state"] == "backing_off", "backing off")
        world.clear_log()
        world.box.post("fault/clear")
        daemon.send(signal.SIGUSR1)
        daemon.wait_status(lambda now: now["health"] == "ok", "USR1 does not wait")
        daemon.stop()


class Watchdog(Run):
    def test_is_fed(self):
        _, daemon = self.started(environment={"WATCHDOG_USEC": "900000"}, sync__interval=HOUR)
        daemon.wait(lambda: sum("WATCHDOG" in message for message in daemon.hear()) >= 3,
                    "WATCHDOG=1, three times")
        daemon.stop()

    def test_deaf_manager(self):
        """Who does not listen holds nothing up."""
        world, daemon = self.started(environment={"WATCHDOG_USEC": "900000"}, sync__interval=HOUR)
        daemon.deafen()
        world.run("sync")
        daemon.wait_status(lambda now, first=daemon.status()["updated_at"]:
                           now["updated_at"] != first, "the status goes on")
        daemon.send(signal.SIGHUP)
        daemon.wait_log("took the new")
        daemon.stop()

    def test_status_line(self):
        world, daemon = self.started()
        world.box.post("fault", side="people", action="delay", count=1000, delay_ms=1200, match={})
        daemon.wait(lambda: any("reading both sides" in message.get("STATUS", "")
                                for message in daemon.hear()), "STATUS= tells the phase")
        daemon.stop()


class Secrets(Run):
    def test_nothing_personal(self):
        """E3: neither tokens nor persons, in no format and on every level."""
        for form in ("text", "json", "journal"):
            with self.subTest(format=form):
                world, daemon = self.started("-v", f"--log-format={form}",
                                             sync__retry__attempts=1)
                world.create("records", name=Name("Canary", "", "Birdsong"),
                             emails=["canary@example.com"])
                world.create("people", name=Name("Goldfinch", "", "Birdsong"),
                             emails=["goldfinch@example.com"])
                daemon.wait_status(lambda now: now["totals"]["links"] == 2, "two links")
                world.box.post("fault", side="people", action="status", status=401, count=2,
                               body='{"detail":"canary@example.com is no sandbox-people-token"}',
                               match={})
                daemon.wait_log("cycle failed")
                daemon.send(signal.SIGHUP)
                daemon.wait_log("took the new")
                daemon.stop()
                told = daemon.stderr() + json.dumps(world.status()) + json.dumps(daemon.messages)
                for secret in ("sandbox-people-token", "sandbox-records-token", "anary",
                               "oldfinch", "irdsong"):
                    self.assertNotIn(secret, told)
                if form == "json":
                    for line in daemon.stderr().splitlines():
                        json.loads(line)


if __name__ == "__main__":
    unittest.main()
