# SPDX-License-Identifier: Apache-2.0
"""P2, P7: users records whose writes are lost, or during which the program dies: never two of one."""

import signal
import subprocess
import time
import unittest

import faults
from harness import only
from users_world import ADA, GRACE, USERS, Users

WAITING = 1
UNREACHABLE = 69
BAD_CONFIG = 78
# What becomes of a write: not carried out, and carried out with its answer lost.
LOST = ({"action": "reset_before"}, {"action": "reset_after"}, {"action": "timeout_after"},
        {"action": "status_after", "status": 504}, {"action": "cut_body"},
        {"action": "raw", "status": 200, "body": "{\"data\":{}}"})
NOT_DONE, DONE = LOST[:2]


@only("values")
class Lost(Users):
    def lose(self, world, method, how, count=1):
        world.box.post("fault", side="records", count=count,
                       match={"method": method, "path_prefix": USERS}, **how)

    def world(self):
        return self.users_world(sync__retry__attempts=2, records__timeout=1)

    def test_create(self):
        """Found by its user_id, or asserted: whatever became of it."""
        for how in LOST:
            with self.subTest(**how):
                world = self.world()
                ids = self.person(world)
                self.lose(world, "POST", how)
                world.sync(code=UNREACHABLE)
                there = len(self.users(world))
                world.clear_log()
                world.sync()
                self.assertEqual(self.sent(world), [("POST", "query")] + [
                    ("PUT", "matching_attribute=user_id")] * (1 - there))
                self.assert_users(world, c4711=("ada@example.com", ids["records"]))
                self.assertEqual(len(self.history(world, action="create")), 3, "told once")
                self.settled_users(world)

    def check(self, method, prepare, follow, ways=LOST, **users):
        """However a write is lost: the users records in the end, by customerId, with their addresses."""
        for how in ways:
            with self.subTest(**how):
                world = self.world()
                ids = prepare(world)
                self.lose(world, method, how)
                world.sync(code=UNREACHABLE)
                follow(world, ids)
                world.sync()
                self.assert_users(world, **{customer: (email, ids["records"])
                                            for customer, email in users.items()})
                self.settled_users(world)

    def edited(self, **edit):
        """Somebody whose users record is there, and who was edited since."""
        def prepare(world):
            ids = self.person(world)
            world.sync()
            world.edit("people", ids["people"], **edit)
            return ids
        return prepare

    def renamed(self, customer):
        return lambda world, ids: world.edit("people", ids["people"], raw={"customerId": customer})

    def test_changed_meanwhile(self):
        """The record that was made for the old customerId is the one that is renamed."""
        self.check("POST", self.person, self.renamed("4712"), c4712="ada@example.com")

    def test_removed_meanwhile(self):
        def follow(world, ids):
            self.renamed(None)(world, ids)
            world.sync()
            self.settled_users(world)
            self.renamed("4711")(world, ids)

        self.check("POST", self.person, follow, c4711="ada@example.com")

    def test_parted_meanwhile(self):
        """Nobody waits for what becomes of it any more; whoever is linked anew has the record that was made."""
        for how in LOST:
            with self.subTest(**how):
                world = self.world()
                ids = self.person(world)
                self.lose(world, "POST", how)
                world.sync(code=UNREACHABLE)
                world.run("links", "unlink", ids["people"])
                self.assertEqual(world.sync()["waiting"], 0)
                self.assertEqual(world.rows("SELECT * FROM user_write"), [])
                self.assertEqual(world.rows("SELECT * FROM user_turn WHERE due = 1"), [])
                world.run("links", "link", ids["records"], ids["people"])
                world.sync()
                self.assert_users(world, c4711=("ada@example.com", ids["records"]))
                self.settled_users(world)

    def test_update(self):
        """Sent again: it says the same."""
        self.check("PATCH", self.edited(emails=["countess@example.com"]), lambda *_: None,
                   c4711="countess@example.com")

    def test_update_taken_back(self):
        """What may have been carried out is written over, although it was never known to be there."""
        self.check("PATCH", self.edited(raw={"customerId": "4712"}), self.renamed("4711"),
                   c4711="ada@example.com")

    def edit(self, world, ids, customer, email):
        world.edit("people", ids["people"], raw={"customerId": customer},
                   emails=[f"{email}@example.com"])

    def check_taken_back(self, first, second, code):
        """Two edits whose writes fail in these ways, the second with that code, and are taken back then."""
        with self.subTest(first=first, second=second):
            world = self.world()
            ids = self.person(world)
            world.sync()
            self.edit(world, ids, "4711", "countess")
            self.lose(world, "PATCH", first)
            world.sync(code=UNREACHABLE)
            self.edit(world, ids, "4712", "ada")
            self.lose(world, "PATCH", second)
            world.sync(code=code)
            self.edit(world, ids, "4711", "ada")
            world.sync()
            self.assert_users(world, c4711=("ada@example.com", ids["records"]))
            self.settled_users(world)

    def test_two_taken_back(self):
        """Each of them may have been carried out, or not."""
        for first in (NOT_DONE, DONE):
            for second in (NOT_DONE, DONE):
                self.check_taken_back(first, second, UNREACHABLE)

    def test_refused_in_between(self):
        """What a write that was refused has not done, an earlier one may have."""
        for how in (NOT_DONE, DONE):
            self.check_taken_back(how, {"action": "status", "status": 422}, WAITING)

    def test_left_in_between(self):
        """Nor is it forgotten while the person has no customerId."""
        def follow(world, ids):
            self.edit(world, ids, None, "ada")
            world.sync()
            self.settled_users(world)
            self.edit(world, ids, "4711", "ada")

        self.check("PATCH", self.edited(emails=["countess@example.com"]), follow,
                   (NOT_DONE, DONE), c4711="ada@example.com")

    def test_the_record_of_somebody_else(self):
        """Whoever may have one by now is not given the one that another person has left, too."""
        world = self.world()
        grace = self.person(world, customer="4712", **GRACE)
        world.sync()
        ids = self.person(world)
        self.lose(world, "POST", DONE)
        world.sync(code=UNREACHABLE)
        world.edit("people", grace["people"], raw={"customerId": None})
        world.edit("people", ids["people"], raw={"customerId": "4712"})
        for _ in range(2):
            world.sync(code=WAITING)
            self.assertIn("uniqueness_conflict", world.run("quarantine", "list"))
            self.assert_users(world, c4711=("ada@example.com", ids["records"]),
                              c4712=("grace@example.com", grace["records"]))

    def test_left_and_renamed(self):
        """The record that may have been made is looked for when the next customerId comes."""
        def follow(world, ids):
            self.renamed(None)(world, ids)
            world.sync()
            self.renamed("4712")(world, ids)

        self.check("POST", self.person, follow, (NOT_DONE, DONE), c4712="ada@example.com")

    def test_workspace_added(self):
        """By the change that follows an assert."""
        for method in ("PUT", "PATCH"):
            for how in (NOT_DONE, DONE):
                with self.subTest(method=method, **how):
                    world = self.world()
                    spaces = [world.box.post("create", side="records", object="workspaces",
                                             set={"workspace_id": f"w{i}"})["id"]
                              for i in range(2)]
                    self.user(world, user_id="4711", workspace=[
                        {"target_object": "workspaces", "target_record_id": spaces[0]}])
                    world.configure({"users.enabled": True, "users.workspace": spaces[1],
                                     "sync.retry.attempts": 2, "records.timeout": 1})
                    self.person(world)
                    self.lose(world, method, how)
                    world.sync(code=UNREACHABLE)
                    world.sync()
                    self.assertEqual(sorted(self.users(world)["4711"][2]), sorted(spaces))
                    self.settled_users(world)

    def test_exchange(self):
        """Any of its three writes."""
        for nth in (1, 2, 3):
            for how in (NOT_DONE, DONE):
                with self.subTest(nth=nth, **how):
                    world = self.world()
                    ada = self.person(world)
                    grace = self.person(world, customer="4712", **GRACE)
                    world.sync()
                    self.renamed("4712")(world, ada)
                    self.renamed("4711")(world, grace)
                    world.box.post("fault", side="records", count=1, match={
                        "method": "PATCH", "path_prefix": USERS, "nth": nth}, **how)
                    world.sync(code=None)
                    world.sync(code=None)
                    self.assert_users(world, c4712=("ada@example.com", ada["records"]),
                                      c4711=("grace@example.com", grace["records"]))
                    self.settled_users(world)

    def test_assert(self):
        def prepare(world):
            self.user(world, user_id="4711")
            return self.person(world)

        self.check("PUT", prepare, lambda *_: None, c4711="ada@example.com")

    def not_there(self, world, method, count=1):
        self.lose(world, method, {"action": "status", "status": 404}, count)

    def renamed_ada(self):
        world = self.world()
        ids = self.edited(raw={"customerId": "4712"})(world)
        return world, ids

    def test_wrong_not_there(self):
        """A record that is there, whatever a 404 says, is the one that is renamed."""
        world, ids = self.renamed_ada()
        self.not_there(world, "PATCH")
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [("PATCH", "one"), ("POST", "query"), ("PATCH", "one")])
        self.assert_users(world, c4712=("ada@example.com", ids["records"]))
        self.settled_users(world)

    def test_wrong_not_there_for_long(self):
        """Of every write, or of everything: by and by it is found."""
        for methods in (["PATCH"], ["PATCH", "POST", "PUT"]):
            with self.subTest(methods=methods):
                world, ids = self.renamed_ada()
                for method in methods:
                    self.not_there(world, method, 100)
                world.clear_log()
                world.sync(code=BAD_CONFIG)
                self.assertEqual(len(self.sent(world)), 3, "and it ends")
                world.box.post("fault/clear")
                world.sync()
                self.assert_users(world, c4712=("ada@example.com", ids["records"]))
                self.settled_users(world)

    def test_wrong_not_there_nor_looked_up(self):
        """It is asserted by the customerId that it had, and renamed then."""
        world, ids = self.renamed_ada()
        self.not_there(world, "PATCH")
        self.not_there(world, "POST")
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [("PATCH", "one"), ("POST", "query"),
                                            ("PUT", "matching_attribute=user_id"),
                                            ("PATCH", "one")])
        self.assert_users(world, c4712=("ada@example.com", ids["records"]))
        self.settled_users(world)

    def test_never_renamed(self):
        """Only renaming and looking up are not there: it waits for a human, and is not made anew."""
        world, ids = self.renamed_ada()
        self.not_there(world, "PATCH", 100)
        self.not_there(world, "POST", 100)
        world.sync(code=WAITING)
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        self.settled_users(world, code=WAITING)
        world.box.post("fault/clear")
        world.run("quarantine", "retry")
        world.sync()
        self.assert_users(world, c4712=("ada@example.com", ids["records"]))
        self.settled_users(world)

    def test_gone_and_taken(self):
        """Deleted, and the new customerId is that of a record that somebody has made: the history tells."""
        world, ids = self.renamed_ada()
        users = world.box.dump("records", "users")
        world.box.post("delete", side="records", object="users", id=users[0]["id"]["record_id"])
        self.user(world, user_id="4712", primary_email_address="old@example.com")
        world.sync()
        self.assert_users(world, c4712=("ada@example.com", ids["records"]))
        self.assertIn(("user.primary_email_address", "update", "old@example.com",
                       "ada@example.com", "a users record has this customerId already"),
                      self.history(world, action="update"))
        self.settled_users(world)

    def test_every_one(self):
        """A side that loses every answer is left alone soon."""
        world = self.world()
        for i in range(80):
            self.person(world, customer=str(i), emails=[f"u{i}@example.com"])
        self.lose(world, "POST", {"action": "reset_after"}, count=1000)
        world.sync(code=UNREACHABLE)
        self.assertLessEqual(len(self.users(world)), 50)
        world.box.post("fault/clear")
        world.sync()
        self.assertEqual(len(self.users(world)), 80)
        self.settled_users(world)

    def test_state_lost(self):
        """With a write whose answer was lost as well."""
        world = self.world()
        ids = self.person(world)
        self.lose(world, "POST", {"action": "reset_after"})
        world.sync(code=UNREACHABLE)
        world.forget_state()
        world.sync()
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        self.settled_users(world)

    def test_state_old(self):
        """A state from before the record was made, or renamed, finds it."""
        world = self.world()
        ids = self.person(world, customer=None)
        world.sync()
        faults.keep(world, "before")
        world.edit("people", ids["people"], raw={"customerId": "4711"})
        world.sync()
        faults.keep(world, "made")
        world.edit("people", ids["people"], raw={"customerId": "4712"})
        world.sync()
        for state in ("before", "made"):
            faults.put_back(world, state)
            world.sync()
            self.assert_users(world, c4712=("ada@example.com", ids["records"]))
            self.settled_users(world)

    def test_stopped(self):
        """Told to stop among many: the rest is done by the next one."""
        world = self.world()
        for i in range(60):
            self.person(world, customer=str(i), emails=[f"u{i}@example.com"])
        world.box.post("fault", side="records", action="delay", delay_ms=300, count=1000,
                       match={"method": "POST", "path_prefix": USERS})
        run = subprocess.Popen(world.command("sync"), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
        while not any(request["target"] == USERS for request in world.box.log()):
            time.sleep(0.01)
        run.send_signal(signal.SIGTERM)
        run.wait(timeout=30)
        world.box.post("fault/clear")
        self.assertLess(len(self.users(world)), 60)
        world.sync()
        self.assertEqual(len(self.users(world)), 60)
        self.settled_users(world)


@only("values")
class Killed(Users):
    """Ended at a call to the disk, over and over: each time at another one."""

    def start(self, world):
        world.box.post("reset", dialect="values")
        ids = {"ada": self.person(world), "grace": self.person(world, customer=None, **GRACE)}
        self.user(world, user_id="9")
        return ids

    def change(self, world, ids):
        """An update, an assert and a create."""
        world.edit("people", ids["ada"]["people"], emails=["countess@example.com"])
        world.edit("people", ids["grace"]["people"], raw={"customerId": "9"})
        world.create("people", emails=["new@example.com"], name=ADA["name"],
                     raw={"customerId": "4713"})

    def test_at_any_write(self):
        world = self.users_world()
        calls = self.cut_off(world, 0)[1].calls
        for number in faults.chosen(calls, 40):
            with self.subTest(call=number):
                ids, _ = self.cut_off(world, number)
                world.sync()
                users = self.users(world)
                self.assertEqual(users["4711"][:2],
                                 ("countess@example.com", ids["ada"]["records"]))
                self.assertEqual(users["9"][:2],
                                 ("grace@example.com", ids["grace"]["records"]))
                self.assertEqual(len([user for user in users.values()
                                      if user[0] == "new@example.com"]), 1)
                self.settled_users(world)

    def cut_off(self, world, number):
        ids = self.start(world)
        world.forget_state()
        world.sync()
        self.change(world, ids)
        return ids, faults.run(world, "sync", how="kill", at=number)


if __name__ == "__main__":
    unittest.main()
