# SPDX-License-Identifier: Apache-2.0
"""The commands that look into the state and mend it: conflicts, links, quarantine, history, reset."""

import contextlib
import fcntl
import json
import os
import re
import sqlite3
import unittest

from harness import SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
WORDS = "this person is on the blocked list"
READERS = (["conflicts", "list"], ["links", "list"], ["quarantine", "list"], ["history"])


class Commands(Case):
    def lines(self, world, *words):
        """What a list prints as JSON, one object a line."""
        return [json.loads(line) for line in world.run(*words, "--json").splitlines()]

    def refused(self, world, *words, code=64):
        """The one line on stderr of a command that cannot do it."""
        self.assertEqual(world.run(*words, code=code), "")
        error = world.runs[-1][3].decode()
        self.assertRegex(error, r"\Acrmsync: .*\n\Z")
        return error

    def pair(self, world, **words):
        """The same person on both sides, linked and settled."""
        ids = world.create_both(**(words or ADA))
        world.sync()
        world.settled()
        return ids

    def ids(self, row):
        return {side: row[f"{side}_id"] for side in SIDES}


class Doubt(Commands):
    """A4 to its end: an ambiguous match is resolved by hand."""

    def check(self, twins, **key):
        world = self.open("--stable-nested-ids")
        single = other(twins)
        ada = {"name": ADA["name"], "job": "Engineer", **key}
        ids = {side: world.create(side, **ada) for side in SIDES}
        twin = world.create(twins, name=Name("Augusta", "", "Byron"), **key)
        world.sync(code=1)
        found = self.lines(world, "conflicts", "list")
        self.assertEqual([row["kind"] for row in found], ["ambiguous"] * 2)
        self.assertEqual({row[f"{single}_id"] for row in found}, {ids[single]})
        self.assertEqual({row[f"{twins}_id"]: row[f"{twins}_person"] for row in found},
                         {ids[twins]: "Ada Lovelace", twin: "Augusta Byron"})
        for row in found:
            self.assertTrue(row["evidence"])
            self.assertEqual(row["first_cycle"], 1)
            self.assertEqual(self.lines(world, "conflicts", "show", str(row["number"])), [row])
        self.assertEqual(self.lines(world, "conflicts", "show", ids[single]), found)
        self.assertIn("Augusta Byron", world.run("conflicts", "list"))
        self.assertIn(twin, world.run("conflicts", "show", twin))

        world.clear_log()
        world.run("links", "link", ids["records"], ids["people"])
        self.assertEqual(self.lines(world, "conflicts", "list"), [])
        self.assertEqual(world.run("conflicts", "list"), "")
        self.assertEqual(world.box.log(), [], "linking asks nobody")
        [link] = self.lines(world, "links", "list")
        self.assertEqual((self.ids(link), link["how"], link["state"], link["cycle"]),
                         (ids, "user", "active", None))
        self.assertIn("not merged yet", world.run("links", "show", ids["people"]))

        world.sync(code=1)
        [left] = self.lines(world, "conflicts", "list")
        self.assertEqual((left["kind"], left[f"{twins}_id"], left[f"{single}_id"]),
                         ("duplicate", twin, None))
        world.settled(code=1)
        self.assertEqual([len(world.view(side)) for side in (single, twins)], [1, 2])
        world.edit(single, ids[single], job="Analyst")
        self.only_change(world.sync_and_settle(code=1), twins, ids[twins])

    def test_two_on_people(self):
        self.check("people", emails=["ada@example.com"])

    def test_two_on_records(self):
        self.check("records", linkedin="ada")

    def test_contested_field(self):
        world = self.open(sync__conflict="manual")
        ids = self.pair(world)
        world.edit("records", ids["records"], job="Analyst")
        world.edit("people", ids["people"], job="Countess")
        world.sync(code=1)
        [row] = self.lines(world, "conflicts", "list")
        self.assertEqual((row["kind"], row["field"], row["person"]),
                         ("field", "job_title", "Ada Lovelace"))
        self.assertEqual((row["records_value"], row["people_value"]), ("Analyst", "Countess"))
        self.assertEqual(self.ids(row), ids)
        for one in (*ids.values(), str(row["number"])):
            self.assertEqual(self.lines(world, "conflicts", "show", one), [row])
        shown = world.run("conflicts", "show", ids["people"])
        for text in ("Analyst", "Countess", ids["records"], "Ada Lovelace"):
            self.assertIn(text, shown)
        self.refused(world, "conflicts", "show", "nobody")


class Links(Commands):
    def test_show(self):
        world = self.open()
        ids = self.pair(world)
        [link] = self.lines(world, "links", "list")
        self.assertEqual((self.ids(link), link["how"], link["cycle"]), (ids, "email", 1))
        self.assertEqual(link["person"], "Ada Lovelace")
        for one in (*ids.values(), str(link["number"])):
            facts, *fields = self.lines(world, "links", "show", one)
            self.assertEqual(facts, link)
            both = {row["field"]: (row["records"], row["people"]) for row in fields}
            self.assertEqual(both["job_title"], ("Engineer", "Engineer"))
        self.assertRegex(world.run("links", "show", ids["people"]), r"job_title +Engineer +Engineer")
        self.refused(world, "links", "show", "nobody")

    def test_unlink_and_link_again(self):
        world = self.open()
        ids = self.pair(world)
        world.run("links", "unlink", ids["people"])
        [link] = self.lines(world, "links", "list")
        self.assertEqual((self.ids(link), link["state"]), (ids, "dissolved"))
        world.settled()
        world.edit("records", ids["records"], job="Analyst")
        self.assertEqual(world.sync_and_settle(), [], "the two stay apart")
        self.refused(world, "links", "unlink", ids["records"])
        self.refused(world, "links", "link", str(link["number"]), str(link["number"]))
        self.assertIn("ids of the two sides", world.runs[-1][3].decode())

        world.run("links", "link", ids["records"], ids["people"])
        world.sync_and_settle()
        self.assertEqual({world.find(side, ids[side])["job"] for side in SIDES}, {"Analyst"})
        [link] = self.lines(world, "links", "list")
        self.assertEqual((link["how"], link["state"]), ("user", "active"))

    def test_only_who_is_free(self):
        world = self.open(sync__create="none")
        ids = world.create_both(**ADA)
        lone = {side: world.create(side, **words)
                for side, words in zip(SIDES, (GRACE, {"name": Name("Alan", "", "Turing")}))}
        gone = world.create("people", name=Name("Old", "", "Friend"))
        world.box.post("archive", id=gone, archived=True)
        world.sync()
        self.assertIn("linked already",
                      self.refused(world, "links", "link", ids["records"], lone["people"]))
        self.assertIn("linked already",
                      self.refused(world, "links", "link", lone["records"], ids["people"]))
        self.assertIn("no people person",
                      self.refused(world, "links", "link", lone["records"], "nobody"))
        self.assertIn("archived", self.refused(world, "links", "link", lone["records"], gone))
        self.assertEqual(len(self.lines(world, "links", "list")), 1)
        world.run("links", "link", lone["records"], lone["people"])
        self.assertEqual(len(self.lines(world, "links", "list")), 2)

    def test_perhaps_created(self):
        """The answer to a create was lost: its person may be there, and is found by the next sync."""
        world = self.open(sync__retry__attempts=1)
        record = world.create("records", **ADA)
        person = world.create("people", **GRACE)
        world.box.post("fault", side="people", action="reset_after",
                       match={"method": "POST", "path_prefix": "/people"})
        world.sync(code=69)
        self.assertIn("crmsync sync", self.refused(world, "links", "link", record, person))
        world.sync()
        self.assert_mirrored(world, 2)


class Quarantine(Commands):
    def refuse(self, world, method):
        """From now on the people side refuses such writes."""
        said = {"title": "An error occurred", "detail": WORDS}
        world.box.post("fault", side="people", action="status", status=422, body=json.dumps(said),
                       content_type="application/problem+json", count=1000,
                       match={"method": method, "path_prefix": "/people"})

    def check(self, world, action, ids):
        """Listed with the server's words, left alone, tried on request, brought through."""
        [row] = self.lines(world, "quarantine", "list")
        self.assertEqual((row["action"], row["side"], row["status"], row["person"]),
                         (action, "people", 422, "Ada Lovelace"))
        self.assertEqual(self.ids(row), ids)
        self.assertIn(WORDS, row["words"])
        self.assertIn(WORDS, world.run("quarantine", "list"))
        self.assertIn(WORDS, world.run("quarantine", "show", ids["records"]))
        self.assertEqual(self.lines(world, "quarantine", "show", str(row["number"])), [row])
        world.settled(code=1)

        self.assertIn("1 refused write", world.run("quarantine", "retry", ids["records"]))
        self.assertEqual(self.lines(world, "quarantine", "list"), [])
        world.clear_log()
        world.sync(code=1)
        self.assertEqual(len(world.writes("people")), 1, "tried again")
        self.refused(world, "quarantine", "show", "nobody")
        self.refused(world, "quarantine", "retry", "nobody")

        self.given_up(world, ids)
        world.box.post("fault/clear")
        world.settled()
        self.assertIn("nothing", world.run("quarantine", "retry"))
        world.run("quarantine", "retry", ids["records"])
        world.sync()
        self.assertEqual(self.lines(world, "quarantine", "list"), [])
        self.assertIn("nothing", world.run("quarantine", "retry"))
        self.assert_mirrored(world, 2)
        world.settled()

    def given_up(self, world, ids):
        """D5: no longer listed or counted; other content is tried again and refused anew."""
        self.refused(world, "quarantine", "drop", "nobody")
        for _ in range(2):
            self.assertIn("1 refused write", world.run("quarantine", "drop", ids["records"]))
            self.assertEqual(self.lines(world, "quarantine", "list"), [])
            self.assertEqual(world.settled()["quarantined"], 0)
            self.assertEqual(world.status()["totals"]["quarantined"], 0)
            [row] = self.lines(world, "quarantine", "show", ids["records"])
            self.assertEqual(row["dropped"], "yes")
            world.edit("records", ids["records"], job="Another one")
            world.clear_log()
            self.assertEqual(world.sync(code=1)["quarantined"], 1)
            self.assertEqual(len(world.writes("people")), 1, "other content")
            world.edit("records", ids["records"], job="Analyst")
            self.assertEqual(world.sync(code=1)["quarantined"], 1)
        world.run("quarantine", "drop", ids["records"])

    def test_create(self):
        world = self.open("--stable-nested-ids")
        self.pair(world, **GRACE)
        record = world.create("records", **ADA)
        self.refuse(world, "POST")
        world.sync(code=1)
        self.check(world, "create", {"records": record, "people": None})

    def test_update(self):
        world = self.open("--stable-nested-ids")
        world.create_both(**GRACE)
        ids = self.pair(world)
        world.edit("records", ids["records"], job="Analyst")
        self.refuse(world, "PATCH")
        world.sync(code=1)
        self.check(world, "update", ids)


class History(Commands):
    def test_cycles(self):
        world = self.open()
        world.create("records", **ADA)
        summary = world.sync()
        self.assertEqual(self.lines(world, "history"), [summary])
        self.assertEqual(self.lines(world, "history", "list"), [summary])
        world.settled()
        self.assertEqual([cycle["id"] for cycle in self.lines(world, "history")], [1, 2])
        self.assertRegex(world.run("history"), r"(?m)^ *1 +full +.*ok +1 people")

    def test_old_new_and_reason(self):
        world = self.open()
        ids = self.pair(world)
        world.edit("records", ids["records"], job="Analyst")
        cycle = world.sync()["id"]
        world.edit("people", ids["people"], job="Countess")
        world.sync()
        first, second = self.lines(world, "history", "person", ids["records"])
        for entry, side, old, new in ((first, "people", "Engineer", "Analyst"),
                                      (second, "records", "Analyst", "Countess")):
            self.assertEqual((entry["action"], entry["side"], entry["id"], entry["person"]),
                             ("update", side, ids[side], "Ada Lovelace"))
            self.assertEqual((entry["field"], entry["old"], entry["new"]), ("job_title", old, new))
            self.assertTrue(entry["why"])
        self.assertEqual(self.lines(world, "history", "show", str(cycle)), [first])
        for one in (ids["people"], str(first["link"])):
            self.assertEqual(self.lines(world, "history", "person", one), [first, second])
        shown = world.run("history", "show", str(cycle))
        self.assertRegex(shown, rf"cycle {cycle}: update people +Ada Lovelace \({ids['people']}\)")
        self.assertRegex(shown, r"job_title  Engineer → Analyst  \S")
        self.assertIn("Analyst → Countess", world.run("history", "person", ids["people"]))
        for words in (("show", "99"), ("show", "x"), ("person", "nobody")):
            self.refused(world, "history", *words)

    def test_one_heading_a_person(self):
        world = self.open()
        ids = self.pair(world)
        grace = world.create("records", name=Name("Grace", "", "Hopper"), job="Admiral",
                             emails=["grace@example.com"])
        world.edit("records", ids["records"], job="Analyst", linkedin="lovelace")
        cycle = world.sync()["id"]
        shown = world.run("history", "show", str(cycle)).splitlines()
        self.assertEqual(len([line for line in shown if "Ada Lovelace (" in line]), 1, shown)
        [heading] = [line for line in shown if "Grace Hopper (" in line]
        self.assertRegex(heading, r"\): no counterpart$")
        self.assertEqual(len([line for line in shown if line.endswith("no counterpart")]), 1)
        self.assertTrue(grace)

    def age(self, world, days):
        """As if all that is in the history was done so much longer ago."""
        nanoseconds = days * 86400 * 10**9
        with contextlib.closing(sqlite3.connect(world.path("state.db"))) as state, state:
            state.execute("UPDATE history SET at = at - ?", (nanoseconds,))
            state.execute("UPDATE cycle SET started_at = started_at - ?1, "
                          "ended_at = max(ended_at - ?1, 0)", (nanoseconds,))

    def test_kept_for_so_many_days(self):
        """sync.history_days: afterwards neither the values nor the cycles are there."""
        for overrides, days in (({}, 90), ({"sync__history_days": 7}, 7)):
            with self.subTest(days=days):
                world = self.open(**overrides)
                ids = self.pair(world)
                world.edit("records", ids["records"], job="Zqanalyst")
                world.sync()
                self.age(world, days - 1)
                world.edit("records", ids["records"], job="Countess")
                world.sync()
                self.assertEqual([entry["new"] for entry in
                                  self.lines(world, "history", "person", ids["people"])],
                                 ["Zqanalyst", "Countess"])
                self.age(world, 2)
                last = world.sync()["id"]
                self.assertEqual([entry["new"] for entry in
                                  self.lines(world, "history", "person", ids["people"])],
                                 ["Countess"])
                self.assertEqual([cycle["id"] for cycle in self.lines(world, "history")],
                                 [last - 1, last])
                world.edit("records", ids["records"], job="Baroness")
                self.age(world, days + 1)
                world.sync()
                self.assertEqual([entry["old"] for entry in
                                  self.lines(world, "history", "person", ids["people"])],
                                 ["Countess"])
                for name in ("state.db", "state.db-wal"):
                    if os.path.exists(world.path(name)):
                        with open(world.path(name), "rb") as file:
                            self.assertNotIn(b"Zqanalyst", file.read())


class Reset(Commands):
    def aside(self, world):
        return [name for name in os.listdir(world.folder)
                if re.fullmatch(r"state\.db\.\d{8}T\d{6}Z", name)]

    def reset(self, world):
        """Moves it aside, kept to the byte; where to is said."""
        with open(world.path("state.db"), "rb") as file:
            before = file.read()
        said = world.run("reset")
        [name] = self.aside(world)
        self.assertIn(world.path(name), said)
        self.assertFalse(os.path.exists(world.path("state.db")))
        with open(world.path(name), "rb") as file:
            self.assertEqual(file.read(), before)

    def matched_again(self, world, n):
        """P7: a lost state makes neither a duplicate nor a write."""
        world.clear_log()
        self.assert_counts(world.sync(), linked=n, created={}, updated={}, removed={}, conflicts=0)
        self.assertEqual(world.writes(), [])
        world.settled()
        self.assert_mirrored(world, n)

    def test_starts_anew(self):
        world = self.open()
        world.create_both(**ADA)
        world.create("records", **GRACE)
        world.create("people", name=Name("Alan", "", "Turing"), linkedin="alan-turing")
        world.sync()
        world.settled()
        self.reset(world)
        self.refused(world, "links", "list", code=74)
        self.matched_again(world, 3)

    def test_damaged(self):
        world = self.open()
        self.pair(world)
        with open(world.path("state.db"), "r+b") as file:
            file.write(b"no database " * 400)
        self.assertIn("crmsync reset", self.refused(world, "links", "list", code=74))
        world.run("sync", code=74)
        self.reset(world)
        self.matched_again(world, 1)

    def test_of_other_systems(self):
        world = self.open()
        self.pair(world)
        address = world.box.urls["people"].replace("127.0.0.1", "localhost")
        world.configure({"people.base_url": address})
        for words in (*READERS, ["links", "unlink", "1"], ["sync"]):
            self.assertIn("crmsync reset", self.refused(world, *words, code=78))
        self.reset(world)
        self.matched_again(world, 1)

    def test_beside_another_instance(self):
        """Readers work, nothing is changed, nothing moved."""
        world = self.open()
        ids = self.pair(world)
        with open(world.path("state.db.lock"), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for words in (["reset"], ["links", "unlink", ids["people"]], ["quarantine", "retry"]):
                self.assertIn("in use", self.refused(world, *words, code=75))
            for words in READERS:
                self.lines(world, *words)
                world.run(*words)
        self.assertEqual(self.aside(world), [])
        [link] = self.lines(world, "links", "list")
        self.assertEqual(link["state"], "active")

    def test_nothing_there(self):
        world = self.open()
        for words in (*READERS, ["links", "link", "a", "b"], ["quarantine", "retry"]):
            self.assertIn("crmsync sync", self.refused(world, *words, code=74))
        self.assertIn("no state", world.run("reset"))
        self.assertFalse([name for name in os.listdir(world.folder) if "state" in name])


class Usage(Commands):
    def test_mistakes(self):
        world = self.open()
        for words in ("conflicts", "conflicts lst", "conflicts show", "conflicts list x",
                      "links", "links link a", "links unlink", "links unlink a b",
                      "links unlink a --json", "quarantine drop", "quarantine drop a b",
                      "quarantine retry a b", "quarantine drop a --json",
                      "history show", "history person", "history list 1", "reset now"):
            self.assertIn("usage: crmsync " + words.split()[0], self.refused(world, *words.split()))
        self.assertIn("did you mean conflicts list?", self.refused(world, "conflicts", "lst"))


if __name__ == "__main__":
    unittest.main()
