# SPDX-License-Identifier: Apache-2.0
"""forget and export: nothing is left of a person, it is left alone, and nobody becomes two by that."""

import contextlib
import json
import os
import sqlite3
import unittest

import faults
from harness import DIALECT, NO_CHANGE, SIDES, Case, other
from wire import Name

# Nobody else has any of these words.
ADA = {"name": Name("Ada", "", "Zqlovelace"), "emails": ["zqada@example.com"],
       "job": "Zqengineer", "linkedin": "zqada"}
WORDS = ("zqada", "Zqada", "Zqlovelace", "Zqengineer", "Zqanalyst")
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}
ALAN = {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"]}


class Forget(Case):
    def linked(self, **overrides):
        """Ada and Grace on both sides, known; Ada with a history."""
        world = self.open(**overrides)
        ids = world.create_both(**ADA)
        self.grace = world.create_both(**GRACE)
        world.sync()
        world.edit("people", ids["people"], job="Zqanalyst")
        world.sync()
        return world, ids

    def held(self, world):
        """Which of her words the files of the state hold, whatever they are."""
        found = set()
        for name in faults.state_files(world):
            with open(world.path(name), "rb") as file:
                content = file.read()
            found |= {word for word in WORDS if word.encode() in content}
        return sorted(found)

    def assert_gone(self, world, ids):
        """Nothing is stored, nothing was written, and whoever asks is told."""
        self.assertEqual(self.held(world), [])
        self.assertEqual(world.writes(), [])
        for person in ids:
            self.assertEqual(world.rows("SELECT count(*) FROM person WHERE id = ?", person),
                             [(0,)])
            self.assertEqual(world.rows("SELECT count(*) FROM history WHERE side_id = ?", person),
                             [(0,)])
            said = json.loads(world.run("why", "--json", person))
            self.assertEqual((said["state"], said["person"]), ("forgotten", None))
        self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])

    def quiet(self, world, code=0):
        """A sync reads everybody, changes nobody, and takes nothing in."""
        summary = world.settled(code)
        self.assertEqual(summary["outcome"], "ok")
        self.assertEqual(self.held(world), [])

    def links(self, world):
        return [json.loads(line) for line in world.run("links", "list", "--json").splitlines()]


class Linked(Forget):
    def test_by_either_id_or_the_number(self):
        for how in ("records", "people", "number"):
            with self.subTest(how=how):
                world, ids = self.linked()
                self.assertTrue(self.held(world))
                number = [link["number"] for link in self.links(world)
                          if link["records_id"] == ids["records"]]
                before = {side: world.box.dump(side) for side in SIDES}
                world.clear_log()
                said = world.run("forget", ids.get(how) or str(number[0]))
                self.assertEqual(said, f"forgotten: records {ids['records']} "
                                       f"people {ids['people']}\n")
                self.assertEqual(world.box.log(), [], "nobody is asked")
                self.assert_gone(world, ids.values())
                self.quiet(world)
                self.assertEqual({side: world.box.dump(side) for side in SIDES}, before)

    def test_edits_stay_where_they_are(self):
        world, ids = self.linked()
        world.run("forget", ids["people"])
        for side in SIDES:
            world.edit(side, ids[side], job=f"Zqengineer of {side}", emails=["zqada2@example.com"])
        world.edit("people", self.grace["people"], job="Rear Admiral")
        changes = world.sync_and_settle()
        self.only_change(changes, "records", self.grace["records"])
        self.assertEqual(self.held(world), [])

    def test_she_is_removed_on_one_side(self):
        """What happens to one of the two does not happen to the other."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked()
                world.run("forget", ids["people"])
                if side == "people":
                    world.box.post("archive", id=ids["people"], archived=True)
                else:
                    world.box.post("delete", side="records", id=ids["records"])
                self.quiet(world)
                if side == "people":
                    world.box.post("archive", id=ids["people"], archived=False)
                    self.quiet(world)

    def test_somebody_is_merged_into_her(self):
        """Whose record lives on as hers is not archived: who was forgotten is still there."""
        world, ids = self.linked()
        world.create_both(**ALAN)
        world.sync()
        world.run("forget", ids["people"])
        world.clear_log()
        world.box.post("delete", side="records", id=self.grace["records"])
        emails = ADA["emails"] + GRACE["emails"] if DIALECT == "values" else GRACE["emails"]
        world.edit("records", ids["records"], emails=emails)
        summary = world.sync(code=1)
        self.assertEqual((summary["removed"], world.writes()), (NO_CHANGE, []))
        world.settled(code=1)
        self.assertIn("merged", json.loads(
            world.run("why", "--json", self.grace["people"]).splitlines()[0])["next"])
        self.assertEqual(self.held(world), [])

    def test_what_waits_goes_too(self):
        """A contested field, one decided by hand, a refused write."""
        world, ids = self.linked(sync__conflict="manual")
        world.edit("records", ids["records"], job="Zqanalyst of records")
        world.edit("people", ids["people"], job="Zqanalyst of people")
        world.sync(code=1)
        world.run("conflicts", "resolve", ids["people"], "--value=Zqengineer again")
        world.edit("people", ids["people"], linkedin="zqada-refused")
        world.box.post("fault", side="records", action="status", status=422, count=100,
                       body=json.dumps({"message": "no zqada here"}),
                       match={"method": "PATCH"})
        world.sync(code=None)
        world.clear_log()
        world.run("forget", ids["records"])
        self.assert_gone(world, ids.values())
        for table in ("conflict", "wish", "quarantine", "intent"):
            self.assertEqual(world.rows(f"SELECT count(*) FROM {table}"), [(0,)], table)
        self.quiet(world)

    def test_twice(self):
        world, ids = self.linked()
        world.run("forget", ids["people"])
        for one in ids.values():
            self.assertEqual(world.run("forget", one), "was forgotten before\n")
        self.assertEqual(len(self.links(world)), 1)
        self.quiet(world)

    def test_the_plan_leaves_her_alone(self):
        world, ids = self.linked()
        world.run("forget", ids["people"])
        world.run("plan")
        world.run("sync", f"--only={ids['people']}", code=64)

    def test_she_was_archived_before(self):
        """The link is dissolved, and both are forgotten."""
        world, ids = self.linked()
        world.box.post("archive", id=ids["people"], archived=True)
        world.sync()
        world.clear_log()
        world.run("forget", ids["records"])
        self.assert_gone(world, ids.values())
        world.box.post("archive", id=ids["people"], archived=False)
        self.quiet(world)

    def test_parted_by_hand(self):
        """Two humans: the other one stays as alone as it was."""
        world, ids = self.linked()
        number = str(next(link["number"] for link in self.links(world)
                          if link["records_id"] == ids["records"]))
        world.run("links", "unlink", ids["people"])
        world.run("forget", number, code=64)
        self.assertEqual(world.run("forget", ids["records"]),
                         f"forgotten: records {ids['records']}\n")
        world.settled()
        self.assertIn("stays alone", json.loads(
            world.run("why", "--json", ids["people"]).splitlines()[0])["next"])
        self.assertEqual(len(world.view("records")), 2)


class Unlinked(Forget):
    def test_alone(self):
        """Somebody who is on one side only is not created across any more."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open(sync__create="none")
                person = world.create(side, **ADA)
                world.create_both(**GRACE)
                world.sync()
                world.configure({})
                world.clear_log()
                world.run("forget", person)
                self.assert_gone(world, [person])
                self.quiet(world)
                self.assertEqual(len(world.view(other(side))), 1)

    def test_refused(self):
        world = self.open()
        person = world.create("records", **ADA)
        world.box.post("fault", side="people", action="status", status=422, count=1,
                       content_type="application/problem+json",
                       body=json.dumps({"detail": "zqada@example.com is no address"}),
                       match={"method": "POST", "path_prefix": "/people"})
        world.sync(code=1)
        world.clear_log()
        world.run("forget", person)
        self.assert_gone(world, [person])
        self.quiet(world)
        self.assertEqual(world.view("people"), [])

    def test_a_create_of_unknown_outcome_comes_first(self):
        """Nobody could tell afterwards whom it made."""
        world = self.open("--stable-nested-ids", sync__retry__attempts=1)
        person = world.create("records", **ADA)
        world.box.post("fault", side="people", action="reset_after",
                       match={"method": "POST", "path_prefix": "/people"})
        world.sync(code=69)
        world.run("forget", person, code=75)
        self.assertIn(b"crmsync sync", world.runs[-1][3])
        world.sync()
        made = world.view("people")[0]["id"]
        world.clear_log()
        world.run("forget", person)
        self.assert_gone(world, [person, made])
        self.quiet(world)
        self.assertEqual(len(world.view("people")), 1)

    def test_who_may_be_her_is_not_created(self):
        """Her counterpart that nobody has linked yet; an ambiguous one; the same once more."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open(sync__create="none")
                person = world.create(side, **ADA)
                world.create_both(**GRACE)
                world.sync()
                world.configure({})
                world.run("forget", person)
                twin = world.create(other(side), **ADA)
                world.sync(code=1)
                self.assertEqual(len(world.view(side)), 2)
                said = json.loads(world.run("why", "--json", twin).splitlines()[0])["next"]
                self.assertIn("same email as a person who was forgotten", said)
                world.clear_log()
                world.run("forget", twin)
                self.assert_gone(world, [person, twin])
                self.quiet(world)

    def test_ambiguous(self):
        world = self.open()
        record = world.create("records", **ADA)
        twins = [world.create("people", **ADA) for _ in range(2)]
        world.sync(code=1)
        world.run("forget", record)
        world.sync(code=1)
        self.assertEqual((len(world.view("records")), len(world.view("people"))), (1, 2))
        for twin in twins:
            world.run("forget", twin)
        self.quiet(world)

    def test_linked_by_hand(self):
        """Who is somebody else after all: two that are linked by hand are synced."""
        world, ids = self.linked()
        world.run("forget", ids["people"])
        world.box.post("delete", side="records", id=ids["records"])
        again = world.create_both(**ADA)
        summary = world.sync(code=1)
        self.assertEqual((summary["linked"], summary["conflicts"]), (0, 2))
        world.run("links", "link", again["records"], again["people"])
        world.sync()
        world.edit("records", again["records"], job="Countess")
        self.only_change(world.sync_and_settle(), "people", again["people"])


class Killed(Forget):
    def test_at_any_call(self):
        """Either she is still there, or she is gone; and then all of her."""
        world, ids = self.linked()
        faults.keep(world, "before")
        calls = faults.run(world, "forget", ids["people"]).calls
        for number in faults.chosen(calls, 24):
            how = ("kill", "enospc")[number % 2]
            with self.subTest(at=number, how=how, call=os.path.basename(calls[number - 1])):
                faults.put_back(world, "before")
                faults.run(world, "forget", ids["people"], how=how, at=number,
                           last=number if how == "enospc" else "")
                self.assertEqual(world.rows("PRAGMA integrity_check"), [("ok",)])
                world.clear_log()
                world.run("forget", ids["people"])
                self.assert_gone(world, ids.values())
        self.quiet(world)

    def test_while_somebody_reads(self):
        """She is forgotten at once, and overwritten when the reader is through."""
        world, ids = self.linked()
        world.clear_log()
        with contextlib.closing(sqlite3.connect(world.path("state.db"))) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM person").fetchall()
            world.run("forget", ids["people"], code=75)
            self.assertIn(b"forgotten, but", world.runs[-1][3])
            self.assertEqual(json.loads(world.run("why", "--json", ids["people"]))["state"],
                             "forgotten")
        world.run("forget", ids["people"])
        self.assert_gone(world, ids.values())


class Export(Forget):
    def test_all_of_it(self):
        world, ids = self.linked()
        world.clear_log()
        whole = json.loads(world.run("export", ids["records"]))
        self.assertEqual(world.box.log(), [], "nobody is asked")
        self.assertIsNone(whole["forgotten_at"])
        for side in SIDES:
            self.assertEqual(whole[side]["id"], ids[side])
            fields = whole[side]["fields"]
            self.assertEqual(fields["job_title"]["value"], "Zqanalyst")
            self.assertEqual(fields["emails"]["value"], ["zqada@example.com"])
            self.assertEqual(fields["name"]["value"]["family"]
                             if side == "people" or DIALECT == "values"
                             else fields["name"]["value"]["full"].split()[-1], "Zqlovelace")
            self.assertIn({"kind": "email", "key": "zqada@example.com"},
                          whole[side]["recognized_by"])
            self.assertEqual(whole["agreed"][side]["job_title"]["value"], "Zqanalyst")
        self.assertEqual([(link["state"], link["people_id"]) for link in whole["links"]],
                         [("active", ids["people"])])
        changed = [entry for entry in whole["history"] if entry["field"] == "job_title"]
        self.assertEqual([(entry["old"], entry["new"]) for entry in changed],
                         [("Zqengineer", "Zqanalyst")])
        self.assertTrue(all(entry["id"] in ids.values() for entry in whole["history"]))
        for list_name in ("waiting", "conflicts", "refused", "decided_by_hand"):
            self.assertEqual(whole[list_name], [], list_name)
        self.assertNotIn("Hopper", json.dumps(whole))
        for words in ((ids["people"],), (str(whole["links"][0]["number"]), "--json")):
            again = json.loads(world.run("export", *words))
            self.assertEqual(again | {"exported_at": 0}, whole | {"exported_at": 0})

    def test_what_waits(self):
        world, ids = self.linked(sync__conflict="manual")
        world.edit("records", ids["records"], job="Countess")
        world.edit("people", ids["people"], job="Baroness")
        world.sync(code=1)
        world.run("conflicts", "resolve", ids["people"], "--use=people")
        world.edit("people", ids["people"], linkedin="countess")
        world.box.post("fault", side="records", action="status", status=422, count=100,
                       body=json.dumps({"message": "no countess"}), match={"method": "PATCH"})
        world.run("sync", code=1)
        whole = json.loads(world.run("export", ids["people"]))
        self.assertEqual([refusal["status"] for refusal in whole["refused"]], [422])
        self.assertIn("no countess", whole["refused"][0]["words"])
        wishes = [(wish["field"], wish["value"]) for wish in whole["decided_by_hand"]]
        self.assertIn(("job_title", "Baroness"), wishes)

    def test_in_flight(self):
        world = self.open(sync__retry__attempts=1)
        person = world.create("records", **ADA)
        world.box.post("fault", side="people", action="reset_after",
                       match={"method": "POST", "path_prefix": "/people"})
        world.sync(code=69)
        whole = json.loads(world.run("export", person))
        self.assertEqual([(item["kind"], item["side"]) for item in whole["waiting"]],
                         [("create", "people")])
        self.assertEqual(whole["waiting"][0]["write"]["job_title"]["value"], "Zqengineer")
        self.assertIsNone(whole["people"])

    def test_forgotten(self):
        world, ids = self.linked()
        world.run("forget", ids["people"])
        whole = json.loads(world.run("export", ids["records"]))
        self.assertEqual(sorted(whole), ["exported_at", "forgotten_at"])
        self.assertTrue(whole["forgotten_at"])


class Usage(Forget):
    def test_mistakes(self):
        world, ids = self.linked()
        for words in ("forget", "forget nobody", "forget 99", f"forget {ids['people']} now",
                      f"forget --json {ids['people']}", "export", "export nobody",
                      f"export {ids['people']} now"):
            with self.subTest(words=words):
                self.assertEqual(world.run(*words.split(), code=64), "")
        for command in ("forget", "export"):
            self.assertIn(command, world.run("help"))
            self.assertIn("ID", world.run("help", command))

    def test_no_state(self):
        world = self.open()
        for command in ("forget", "export"):
            world.run(command, "1", code=74)
        self.assertFalse(os.path.exists(world.path("state.db")))

    def test_personal_data_goes_to_stdout_only(self):
        world, ids = self.linked()
        world.run("-v", "export", ids["people"])
        world.run("-v", "forget", ids["people"])
        for run in world.runs[-2:]:
            for word in WORDS:
                self.assertNotIn(word.encode(), run[3])


if __name__ == "__main__":
    unittest.main()
