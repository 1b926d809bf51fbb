# SPDX-License-Identifier: Apache-2.0
"""The control socket, as a user sees it: every command that changes something does beside a daemon what it
does without one."""

import json
import os
import re
import signal
import subprocess
import time
import unittest

import faults
from control_client import started
from harness import SIDES, Case, dying_with_us
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
# From the last write of a start to the one that fails: more than those of another cycle.
SPARE_CALLS = 60
VOLATILE = ("since", "first_at", "last_at", "cycle", "first_cycle", "last_cycle", "started_at",
            "ended_at", "id", "requests", "requests_least", "unchanged")


class Same(Case):
    """A story told twice: without a daemon, and beside one."""

    def neutral(self, world, ids, text):
        """Without what differs between any two worlds."""
        for n, one in enumerate(ids):
            text = text.replace(one, f"<{n}>")
        text = text.replace(world.folder, "<folder>")
        text = re.sub(r"\d{8}T\d{6}Z", "<time>", text)
        text = re.sub(r"(?m)^\S+ info .*\n", "", text)  # a one-shot's log
        return re.sub(r"(?m)^Cycle \d+: (.*) in [\d.]+ s$", r"Cycle: \1", text)

    def lists(self, world, ids):
        """What the state holds, as far as people see it."""
        rows = []
        for name in ("conflicts", "links", "quarantine"):
            for line in world.run(name, "list", "--json").splitlines():
                row = {key: value for key, value in json.loads(line).items()
                       if key not in VOLATILE}
                rows.append(self.neutral(world, ids, json.dumps([name, row])))
        return sorted(rows)

    def told(self, prepare, commands, beside, **overrides):
        """All that is printed, and what is in the world afterwards."""
        world = self.open("--stable-nested-ids", sync__interval=3600, **overrides)
        ids, words = prepare(world)
        daemon = started(world) if beside else None
        said = []
        for command, code in commands:
            last = daemon.cycles() if daemon else 0
            world.run(*[words.get(word, word) for word in command], code=code)
            output = [self.neutral(world, ids, text.decode()) for text in world.runs[-1][2:]]
            said.append((command, *output))
            if daemon and code == 0 and command[0] != "sync":
                daemon.wait(lambda last=last: daemon.cycles() != last, "the change is carried out")
        if daemon:
            self.assertEqual(len(daemon.lines("carried out a command")), len(commands))
            daemon.stop()
            for one in ids:
                self.assertNotIn(one, daemon.stderr())
        world.sync(code=None)
        views = [[{key: value for key, value in view.items() if key not in ("id", "raw")}
                  for view in world.view(side)] for side in SIDES]
        text = json.dumps(views, default=str, sort_keys=True)
        return said, self.lists(world, ids), self.neutral(world, ids, text)

    def check(self, prepare, *commands, **overrides):
        alone = self.told(prepare, commands, False, **overrides)
        beside = self.told(prepare, commands, True, **overrides)
        for one, other in zip(alone[0], beside[0]):
            self.assertEqual(one, other)
        self.assertEqual(alone[1:], beside[1:])

    def pair(self, world, **words):
        ids = world.create_both(**(words or ADA))
        world.sync()
        return ids

    def named(self, **ids):
        """All ids, and how the commands call them."""
        return list(ids.values()), {name.upper(): one for name, one in ids.items()}


class Changes(Same):
    def contested(self, world):
        ids = self.pair(world)
        world.edit("records", ids["records"], job="Analyst")
        world.edit("people", ids["people"], job="Countess")
        world.sync(code=1)
        return self.named(**ids)

    def test_resolve(self):
        self.check(self.contested, (("conflicts", "resolve", "nobody", "--use=people"), 64),
                   (("conflicts", "resolve", "RECORDS", "--use=people"), 0),
                   sync__conflict="manual")

    def test_resolve_by_value(self):
        self.check(self.contested, (("conflicts", "resolve", "PEOPLE", "--value=Žižek\t\u200b"), 0),
                   sync__conflict="manual")

    def test_unlink_and_link(self):
        self.check(lambda world: self.named(**self.pair(world)),
                   (("links", "link", "RECORDS", "PEOPLE"), 64),
                   (("links", "unlink", "RECORDS"), 0), (("links", "unlink", "PEOPLE"), 64),
                   (("links", "link", "RECORDS", "PEOPLE"), 0),
                   (("-q", "links", "unlink", "RECORDS"), 0))

    def refused(self, world):
        self.pair(world, **GRACE)
        record = world.create("records", **ADA)
        world.box.post("fault", side="people", action="status", status=422, count=1000,
                       body=json.dumps({"title": "An error occurred", "detail": "blocked"}),
                       content_type="application/problem+json",
                       match={"method": "POST", "path_prefix": "/people"})
        world.sync(code=1)
        return self.named(record=record)

    def mended(self, world):
        named = self.refused(world)
        world.box.post("fault/clear")
        return named

    def test_retry(self):
        self.check(self.mended, (("quarantine", "retry", "nobody"), 64),
                   (("quarantine", "retry", "RECORD"), 0), (("quarantine", "retry"), 0))

    def test_drop(self):
        self.check(self.refused, (("quarantine", "drop", "RECORD"), 0))

    def overwritten(self, world):
        ids = self.pair(world)
        world.edit("records", ids["records"], job="Analyst")
        cycle = world.sync()["id"]
        named, words = self.named(**ids)
        return named, words | {"CYCLE": str(cycle)}

    def test_undo(self):
        self.check(self.overwritten, (("undo", "99"), 64), (("undo", "CYCLE"), 0))

    def test_undo_as_json(self):
        self.check(self.overwritten, (("undo", "CYCLE", "--json"), 0))

    def test_forget(self):
        self.check(lambda world: self.named(**self.pair(world)), (("forget", "nobody"), 64),
                   (("forget", "PEOPLE"), 0), (("forget", "RECORDS"), 0))

    def test_reset(self):
        self.check(lambda world: self.named(**self.pair(world)), (("reset",), 0))


class Syncs(Same):
    def strangers(self, world):
        self.pair(world)
        return self.named(grace=world.create("records", **GRACE),
                          alan=world.create("records", name=Name("Alan", "", "Turing"),
                                            emails=["alan@example.com"]))

    def edited(self, world):
        """Beside a daemon that has had its cycle: nothing of it is done yet."""
        ids = self.pair(world)
        return world, ids, started(world)

    def test_nothing_to_do(self):
        self.check(lambda world: self.named(**self.pair(world)), (("sync",), 0),
                   (("-q", "sync"), 0))

    def test_summary(self):
        """The cycle is the daemon's, the words are those of a one-shot."""
        world, ids, daemon = self.edited(self.open(sync__interval=3600))
        world.edit("records", ids["records"], job="Analyst")
        summary = world.sync()
        self.assert_counts(summary, updated={"people": 1})
        self.assertEqual((summary["id"], summary["kind"]), (daemon.cycles(), "full"))
        phases = world.runs[-1][3].decode().splitlines()
        self.assertIn("reading both sides", phases)
        self.assertIn("writing", phases)
        self.assertNotIn("carrying notes", phases, "they are not enabled")
        self.assertEqual(len(phases), len(set(phases)))
        daemon.stop()
        world.settled()

    def test_waiting_for_people(self):
        world, ids, daemon = self.edited(self.open(sync__interval=3600, sync__conflict="manual"))
        for side, job in zip(SIDES, ("Analyst", "Countess")):
            world.edit(side, ids[side], job=job)
        self.assertEqual(world.sync(code=1)["conflicts"], 1)
        daemon.stop()

    def test_guarded(self):
        """C4, and what was allowed is allowed for once."""
        world = self.open(sync__interval=3600, sync__max_removals=2)
        pairs = [world.create_both(name=Name(f"R{i}", "", f"S{i}"), emails=[f"r{i}@example.com"])
                 for i in range(40)]
        world.sync()
        daemon = started(world)

        def remove(some):
            for pair in some:
                world.box.post("delete", side="records", id=pair["records"])
        remove(pairs[:4])
        self.assertEqual(world.sync(code=75)["guarded"], 4)
        self.assertEqual(world.sync("--allow-removals=3", code=75)["guarded"], 4)
        self.assert_counts(world.sync("--allow-removals=4"), removed={"people": 4})
        remove(pairs[4:8])
        self.assertEqual(world.sync(code=75)["guarded"], 4)
        daemon.stop()

    def test_only(self):
        world, ids, daemon = self.edited(self.open(sync__interval=3600))
        grace = world.create("records", **GRACE)
        world.edit("records", ids["records"], job="Analyst")
        self.assert_counts(world.sync(f"--only={grace}"), created={"people": 1}, updated={})
        world.run("sync", "--only=nobody", code=64)
        self.assertIn("nobody", world.runs[-1][3].decode())
        self.assertEqual(daemon.lines("cycle failed"), [], "the mistake is the client's")
        daemon.wait_status(lambda now: now["state"] == "idle", "idle")
        self.assertEqual((daemon.status()["health"], daemon.status()["last_cycle"]["outcome"]),
                         ("ok", "ok"))
        self.assert_counts(world.sync(), updated={"people": 1})
        daemon.stop()

    def test_plan(self):
        """The client reads the file: the daemon may not, and takes what was reviewed only."""
        world, ids, daemon = self.edited(self.open(sync__interval=3600))
        world.edit("records", ids["records"], job="Analyst")
        plan = world.path("a plan")
        world.run("plan", f"--out={plan}", code=2)
        world.create("records", **GRACE)
        with open(plan, encoding="utf-8") as file:
            text = file.read()
        with open(plan, "w", encoding="utf-8") as file:
            file.write(text.replace("Analyst", "Countess"))
        world.run("sync", f"--plan={plan}", code=65)
        world.run("sync", f"--plan={world.path('none')}", code=64)
        with open(plan, "w", encoding="utf-8") as file:
            file.write(text)
        summary = world.sync(f"--plan={plan}")
        self.assert_counts(summary, updated={"people": 1}, created={})
        summary = world.sync(f"--plan={plan}", code=1)
        self.assert_counts(summary, updated={}, created={})
        self.assertIn("steps of the plan that were not taken: 1", world.runs[-1][3].decode())
        self.assert_counts(world.sync(), created={"people": 1})
        daemon.stop()

    def test_reading_needs_no_daemon(self):
        world, ids, daemon = self.edited(self.open(sync__interval=3600))
        world.edit("records", ids["records"], job="Analyst")
        last = daemon.cycles()
        world.run("sync", "--dry-run", code=2)
        world.run("plan", code=2)
        world.run("links", "list")
        world.run("undo", "1", "--dry-run")
        self.assertEqual(daemon.cycles(), last)
        self.assertEqual(daemon.lines("carried out"), [])
        daemon.stop()

    def test_unreachable(self):
        world, _, daemon = self.edited(self.open(sync__interval=3600,
                                                 sync__retry__deadline=0.2))
        world.box.post("fault", side="people", action="status", status=503, count=100000,
                       match={})
        world.run("sync", code=69)
        self.assertRegex(world.runs[-1][3].decode(), r"(?m)^crmsync: people: ")
        daemon.stop()


class Trouble(Same):
    def slow(self, world, ms=300, count=100000):
        for side in SIDES:
            world.box.post("fault", side=side, action="delay", count=count, delay_ms=ms, match={})

    def client(self, world, *words):
        process = subprocess.Popen(world.command(*words), stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def ended(self, world, process, code):
        out, err = process.communicate(timeout=30)
        world.runs.append((("…",), process.returncode, out, err))
        self.assertEqual(process.returncode, code, err.decode())
        return err.decode()

    def waiting(self, count=100000, **overrides):
        """A client whose cycle is under way, and will be for a while."""
        world = self.open(sync__interval=3600, **overrides)
        self.pair(world)
        daemon = started(world)
        self.slow(world, ms=1500, count=count)
        client = self.client(world, "sync")
        daemon.wait_status(lambda now: now["state"] == "scanning", "scanning")
        return world, daemon, client

    def test_change_during_a_cycle(self):
        """It is not kept waiting for the end; the sync goes on with the next cycle."""
        world = self.open(sync__interval=3600, sync__shutdown_grace=1)
        ids = self.pair(world)
        daemon = started(world)
        last = daemon.cycles()
        world.box.post("fault", side="people", action="delay", count=1, delay_ms=20000, match={})
        client = self.client(world, "sync", "--json")
        daemon.wait_status(lambda now: now["state"] == "scanning", "scanning")
        world.run("links", "unlink", ids["records"])
        self.assertIn("cut short", self.ended(world, client, 0))
        summary = json.loads(world.runs[-1][2])
        self.assertEqual((summary["id"], summary["outcome"]), (last + 2, "ok"))
        daemon.stop()

    def test_change_now_and_then(self):
        """A sync is cut short once; behind that, changes wait for it."""
        world = self.open(sync__interval=3600, sync__shutdown_grace=1)
        self.pair(world)
        daemon = started(world)
        last = daemon.cycles()
        for ms in (20000, 6000):
            world.box.post("fault", side="people", action="delay", count=1, delay_ms=ms,
                           match={"path_prefix": "/people?"})
        client = self.client(world, "sync", "--json")
        for cycle in (last + 1, last + 2):
            daemon.wait_status(lambda now, cycle=cycle: now["state"] == "scanning"
                               and now["cycle"]["id"] == cycle, f"cycle {cycle}")
            world.run("quarantine", "retry")
        self.assertIn("cut short", self.ended(world, client, 0))
        summary = json.loads(world.runs[-1][2])
        self.assertEqual((summary["id"], summary["outcome"]), (last + 2, "ok"))
        daemon.stop()

    def test_changes_in_a_row(self):
        """A script that changes much has one cycle behind it, and is not kept waiting for many."""
        world = self.open(sync__interval=3600)
        ids = self.pair(world)
        daemon = started(world)
        self.slow(world, ms=200)
        for _ in range(10):
            world.run("links", "unlink", ids["records"])
            world.run("links", "link", *ids.values())
        last = daemon.cycles()
        daemon.wait_cycle(last)
        self.assertLessEqual(len(daemon.lines("cycle ended")), 2)
        daemon.stop()

    def test_special_sync_is_not_cut(self):
        world = self.open(sync__interval=3600)
        ids = self.pair(world)
        daemon = started(world)
        last = daemon.cycles()
        self.slow(world, ms=3000, count=2)
        client = self.client(world, "sync", "--only=" + ids["records"])
        daemon.wait_status(lambda now: now["state"] == "scanning", "scanning")
        world.run("links", "unlink", ids["records"])
        self.ended(world, client, 0)
        self.assertIn(b"Cycle %d: done" % (last + 1), world.runs[-1][2])
        daemon.stop()

    def test_sync_during_a_cycle(self):
        """What is asked for now is not what an earlier cycle has read already."""
        world, daemon, first = self.waiting(count=2)
        second = [self.client(world, "sync", "--json") for _ in range(2)]
        self.ended(world, first, 0)
        found = set()
        for one in second:
            self.assertIn("waiting for the cycle under way", self.ended(world, one, 0))
            found.add(json.loads(world.runs[-1][2])["id"])
        self.assertEqual(found, {daemon.cycles()}, "they share one")
        self.assertEqual(len(daemon.lines("cycle ended")), 2)
        daemon.stop()

    def test_client_goes_away(self):
        """Its cycle goes on."""
        for number in (signal.SIGINT, signal.SIGKILL):
            with self.subTest(number=number):
                world, daemon, client = self.waiting(count=2)
                last = daemon.cycles()
                client.send_signal(number)
                self.assertEqual(client.wait(10), -number)
                self.assertEqual(daemon.wait_cycle(last)["last_cycle"]["outcome"], "ok")
                world.sync()
                daemon.stop()

    def test_daemon_is_killed(self):
        """One clear line; then the same command does it by itself, beside the socket that was left."""
        world, daemon, client = self.waiting(count=2)
        daemon.process.kill()
        daemon.process.wait()
        self.assertRegex(self.ended(world, client, 75), r"crmsync: the daemon went away .*\n\Z")
        self.assertTrue(os.path.exists(world.path("crmsync.sock")))
        world.sync()
        started(world).stop()
        self.assertFalse(os.path.exists(world.path("crmsync.sock")))

    def test_daemon_is_stopped(self):
        world, daemon, client = self.waiting(sync__shutdown_grace=1)
        other = self.client(world, "sync")
        daemon.wait(lambda: self.is_waiting(other), "the second client waits")
        daemon.stop()
        self.assertIn("was stopped before", self.ended(world, client, 75))
        self.assertIn("is stopping", self.ended(world, other, 75))

    def is_waiting(self, client):
        """It has said that it waits; the line stays to be read by nobody."""
        os.set_blocking(client.stderr.fileno(), False)
        try:
            return b"waiting" in (client.stderr.peek() or b"")
        finally:
            os.set_blocking(client.stderr.fileno(), True)

    def changed_on(self, world, how):
        """A daemon, and changes until one of them could not be stored: how that one ended."""
        environment = {"LD_PRELOAD": faults.library(), "FAULT_FILE": "state.db-wal",
                       "FAULT_HOW": how, "FAULT_LOG": world.path("fault.log"),
                       "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":" + faults.SANITIZER}
        ids = self.pair(world)
        started(world, environment=environment).stop()
        with open(world.path("fault.log"), encoding="utf-8") as calls:
            number = str(len(calls.readlines()) + SPARE_CALLS)
        daemon = started(world, environment=environment | {"FAULT_AT": number,
                                                           "FAULT_LAST": number})
        for words in (("unlink", ids["records"]), ("link", *ids.values())) * 10:
            client = self.client(world, "links", *words)
            said = client.communicate(timeout=30)[1].decode()
            if client.returncode != 0:
                self.assertRegex(said, r"\Acrmsync: state .*state.db: .*\n\Z")
                return daemon, client.returncode
        raise AssertionError("all was stored")

    def test_broken_disk(self):
        """What could not be stored is not tried again by the same process."""
        world = self.open(sync__interval=3600)
        daemon, code = self.changed_on(world, "EIO")
        self.assertEqual(code, 74)
        daemon.ended(code=74)
        self.assertEqual(daemon.lines("cycle failed"), [], "it was a change")
        daemon.wait_log("the state cannot be written any more")
        self.assertEqual(daemon.status()["state"], "stopped")
        world.sync()

    def test_full_disk(self):
        """There may be room again: the daemon goes on."""
        world = self.open(sync__interval=3600)
        daemon, code = self.changed_on(world, "ENOSPC")
        self.assertEqual(code, 74)
        world.sync()
        daemon.stop()

    def test_reload(self):
        """The client waits on; the socket moves with the configuration."""
        world, daemon, client = self.waiting(count=2, sync__shutdown_grace=1)
        world.configure({"sync.interval": 3600, "control.path": world.path("other.sock")})
        daemon.send(signal.SIGHUP)
        self.ended(world, client, 0)
        daemon.wait_log("took the new configuration")
        world.sync()
        self.assertFalse(os.path.exists(world.path("crmsync.sock")))
        daemon.stop()

    def test_another_one_shot(self):
        """No daemon, no socket: as ever."""
        world = self.open()
        ids = self.pair(world)
        self.slow(world, ms=1500, count=1)
        world.clear_log()
        first = self.client(world, "sync")
        deadline = time.monotonic() + 20
        while not world.box.log():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        world.run("links", "unlink", ids["people"], code=75)
        self.assertRegex(world.runs[-1][3].decode(), r"in use by process \d+")
        self.ended(world, first, 0)


if __name__ == "__main__":
    unittest.main()
