# SPDX-License-Identifier: Apache-2.0
"""F3: what is unique of users records, and taken; and what is refused."""

import unittest

from front import Front, Reply
from harness import only
from users_world import GRACE, USERS, Users
from wire import Name

WAITING = 1
REFUSED = 77
BAD_CONFIG = 78

CREATE = [("POST", "")]
ASSERT = ("PUT", "matching_attribute=user_id")
LOOKUP = ("POST", "query")
UPDATE = ("PATCH", "one")


@only("values")
class Clashes(Users):
    def test_user_id_taken(self):
        """Resolved by assert, not by a second record; what it held is told."""
        world = self.users_world()
        grace = world.create("records", **GRACE)
        self.user(world, user_id="4711", primary_email_address="old@example.com",
                  person={"target_object": "people", "target_record_id": grace})
        ids = self.person(world)
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [*CREATE, LOOKUP, ASSERT])
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        self.assertIn(("user.primary_email_address", "update", "old@example.com",
                       "ada@example.com", "a users record has this customerId already"),
                      self.history(world, action="update"))
        self.settled_users(world)

    def test_server_without_query(self):
        """Then the assert goes without having looked."""
        world = self.users_world()
        self.user(world, user_id="4711")
        ids = self.person(world)
        world.box.post("fault", side="records", action="status", status=404, count=100,
                       match={"method": "POST", "path_prefix": USERS + "/query"})
        world.sync()
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        world.box.post("fault/clear")
        self.settled_users(world)

    def in_workspaces(self, n):
        """Workspaces: those that somebody else's users record refers to, and ours behind them."""
        world = self.users_world()
        spaces = [world.box.post("create", side="records", object="workspaces",
                                 set={"workspace_id": f"w{i}"})["id"] for i in range(n + 1)]
        self.user(world, user_id="4711", primary_email_address="old@example.com", workspace=[
            {"target_object": "workspaces", "target_record_id": one} for one in spaces[:n]])
        world.configure({"users.enabled": True, "users.workspace": spaces[n]})
        return world, spaces, self.person(world)

    def assert_in_workspaces(self, world, spaces, ids):
        self.assertEqual(list(self.users(world)), ["4711"])
        email, person, found = self.users(world)["4711"]
        self.assertEqual((email, person), ("ada@example.com", ids["records"]))
        self.assertEqual(sorted(found), sorted(spaces))

    def test_workspaces_stay(self):
        """An assert overwrites lists, so it has no workspace: ours is added by a change of its own."""
        for n in (1, 130):
            with self.subTest(workspaces=n):
                world, spaces, ids = self.in_workspaces(n)
                world.clear_log()
                summary = world.sync()
                self.assertEqual(self.sent(world), [*CREATE, LOOKUP, ASSERT, UPDATE])
                self.assertEqual(summary["users"], 1)
                self.assert_in_workspaces(world, spaces, ids)
                self.settled_users(world)

    def test_workspaces_stay_without_query(self):
        """What an assert met is known by its answer only."""
        world, spaces, ids = self.in_workspaces(2)
        world.box.post("fault", side="records", action="status", status=404, count=100,
                       match={"method": "POST", "path_prefix": USERS + "/query"})
        world.sync()
        self.assert_in_workspaces(world, spaces, ids)
        self.assertEqual([row[0] for row in self.history(world, action="update")],
                         ["user.user_id", "user.primary_email_address", "user.person",
                          "user.workspace"][3:])
        world.box.post("fault/clear")
        self.settled_users(world)

    def test_workspace_is_there(self):
        """Nothing else differs, or nothing at all: no assert, and no change."""
        world, spaces, ids = self.in_workspaces(1)
        world.configure({"users.enabled": True, "users.workspace": spaces[0]})
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [*CREATE, LOOKUP, ASSERT])
        self.assert_in_workspaces(world, spaces[:1], ids)
        world.forget_state()
        world.configure({"users.enabled": True, "users.workspace": spaces[1]})
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [*CREATE, LOOKUP, UPDATE])
        self.assert_in_workspaces(world, spaces, ids)
        self.settled_users(world)

    def test_email_taken(self):
        """By a record with another user_id: parked with the server's words, retried on demand."""
        world = self.users_world()
        taken = self.user(world, user_id="9", primary_email_address="ada@example.com")
        ids = self.person(world)
        other = self.person(world, customer="4712", **GRACE)
        world.sync(code=WAITING)
        self.assert_users(world, c9=("ada@example.com", None),
                          c4712=("grace@example.com", other["records"]))
        self.assertIn("uniqueness_conflict", world.run("quarantine", "list"))
        self.settled_users(world, code=WAITING)
        world.box.post("delete", side="records", object="users", id=taken)
        world.run("quarantine", "retry")
        world.sync()
        self.assertEqual(self.users(world)["4711"][1], ids["records"])
        self.settled_users(world)

    def test_renamed_to_a_taken_one(self):
        """Neither record is made the other one: a person decides."""
        world, ids = self.ada()
        self.user(world, user_id="9")
        world.edit("people", ids["people"], raw={"customerId": "9"})
        world.sync(code=WAITING)
        self.assert_users(world, c9=(None, None), c4711=("ada@example.com", ids["records"]))
        self.assertIn("uniqueness_conflict", world.run("quarantine", "list"))
        self.settled_users(world, code=WAITING)
        world.edit("people", ids["people"], raw={"customerId": "4711"})
        world.sync()
        self.settled_users(world)

    def test_one_customer_id_twice(self):
        """Whoever was first keeps it; the other one is told of, and waits without a request."""
        world, ids = self.ada()
        grace = self.person(world, customer="4711", **GRACE)
        for _ in range(3):
            world.clear_log()
            summary = world.sync(code=WAITING)
            self.assertEqual(summary["quarantined"], 1)
            self.assertEqual(self.sent(world), [])
        self.assertIn("customerId is that of link", world.run("quarantine", "list"))
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        # In one and the same sync the one gives it up and the other one takes it.
        world.edit("people", ids["people"], raw={"customerId": "4712"})
        world.sync()
        self.assert_users(world, c4712=("ada@example.com", ids["records"]),
                          c4711=("grace@example.com", grace["records"]))
        self.settled_users(world)

    def test_of_a_record_that_was_left(self):
        """Refused once: that the record's person is edited changes nothing of that."""
        for heir in range(2):
            with self.subTest(heir=heir):
                world = self.users_world()
                persons = [self.person(world), self.person(world, customer="4712", **GRACE)]
                world.sync()
                owner = persons[1 - heir]["people"]
                world.edit("people", owner, raw={"customerId": None})
                world.sync()
                world.edit("people", persons[heir]["people"],
                           raw={"customerId": "4712" if heir == 0 else "4711"})
                world.sync(code=WAITING)
                for n in range(2):
                    for ids in persons:
                        world.edit("people", ids["people"], raw={"jobTitle": f"Countess {n}"})
                    world.clear_log()
                    world.sync(code=WAITING)
                    self.assertEqual(self.sent(world), [])
                    self.assertIn("uniqueness_conflict", world.run("quarantine", "list"))

    def test_twice_at_once(self):
        """Two new ones in one batch: one record."""
        world = self.users_world()
        self.person(world)
        self.person(world, **GRACE)
        summary = world.sync(code=WAITING)
        self.assertEqual((summary["users"], summary["quarantined"]), (1, 1))
        self.assertEqual(list(self.users(world)), ["4711"])
        self.settled_users(world, code=WAITING)

    def test_refused(self):
        """Tried again when its content changes, and nobody else waits for it."""
        world = self.users_world()
        ids = self.person(world)
        grace = self.person(world, customer="4712", **GRACE)
        world.box.post("fault", side="records", action="status", status=422, count=1,
                       match={"method": "POST", "path_prefix": USERS, "nth": 1})
        world.sync(code=WAITING)
        self.assertEqual(len(self.users(world)), 1)
        self.settled_users(world, code=WAITING)
        for person, name in ((ids, "ada"), (grace, "grace")):
            world.edit("people", person["people"], emails=[f"{name}2@example.com"])
        world.sync()
        self.assert_users(world, c4711=("ada2@example.com", ids["records"]),
                          c4712=("grace2@example.com", grace["records"]))
        self.settled_users(world)

    def people(self, world, n):
        return [self.person(world, customer=f"47{i}", name=Name("Ada", "", f"Of{i}"),
                            emails=[f"u{i}@example.com"]) for i in range(n)]

    def refuse(self, world, status, nth, count=1):
        """A write, not a lookup."""
        world.box.post("fault", side="records", action="status", status=status, count=count,
                       match={"method": "POST", "path_prefix": USERS, "nth": nth})

    def test_turned_away(self):
        """One person's 403, or 404, be it the first one: the others go on."""
        for status in (403, 404):
            for n, nth in ((2, 1), (2, 2), (7, 2), (7, 8)):
                with self.subTest(status=status, persons=n, nth=nth):
                    world = self.users_world()
                    self.people(world, n)
                    self.refuse(world, status, nth)
                    summary = world.sync(code=WAITING)
                    self.assertEqual((summary["users"], summary["quarantined"]), (n - 1, 1))
                    self.assertIn(str(status), world.run("quarantine", "list"))
                    self.assertEqual(len(self.users(world)), n - 1)
                    self.settled_users(world, code=WAITING)
                    world.run("quarantine", "retry")
                    world.sync()
                    self.assertEqual(len(self.users(world)), n)
                    self.settled_users(world)

    def test_all_turned_away(self):
        """The side's: nobody is in quarantine, and not everybody is tried."""
        for status, code in ((403, REFUSED), (404, BAD_CONFIG), (401, REFUSED)):
            for n in (1, 3, 40):
                with self.subTest(status=status, persons=n):
                    world = self.users_world()
                    self.people(world, n)
                    world.configure({})
                    world.sync()
                    world.configure({"users.enabled": True})
                    world.clear_log()
                    self.refuse(world, status, 1 if n < 3 else 2, count=100)
                    summary = world.sync(code=code)
                    self.assertEqual((summary["users"], summary["quarantined"]), (0, 0))
                    self.assertLessEqual(len(self.sent(world)), 5)
                    world.box.post("fault/clear")
                    world.sync()
                    self.assertEqual(len(self.users(world)), n)
                    self.settled_users(world)


@only("values")
class Exchanged(Users):
    """What is unique leaves the one record before it comes to the other one."""

    def several(self, n):
        world = self.users_world()
        return world, self.started(world, n)

    def started(self, world, n):
        ids = [self.person(world, customer=str(i), name=Name("Ada", "", f"Of{i}"),
                           emails=[f"u{i}@example.com"]) for i in range(n)]
        world.sync()
        world.clear_log()
        return ids

    def move(self, world, ids, numbers=None, emails=None):
        """Who has whose from now on."""
        for i, person in enumerate(ids):
            edit = {"raw": {"customerId": str(numbers[i])}} if numbers else {}
            if emails:
                edit["emails"] = [f"u{emails[i]}@example.com"]
            world.edit("people", person["people"], **edit)

    def assert_moved(self, world, ids, numbers, emails):
        self.assertEqual({user: held[:2] for user, held in self.users(world).items()},
                         {str(numbers[i]): (f"u{emails[i]}@example.com", ids[i]["records"])
                          for i in range(len(ids))})

    ROWS = (((1, 0), None), (None, (1, 0)), ((1, 0), (1, 0)), ((1, 2, 0), None),
            ((2, 0, 1), None), (None, (2, 0, 1)), ((1, 2, 0), (2, 0, 1)), ((1, 0, 3, 2), None))

    def test_all(self):
        for numbers, emails in self.ROWS:
            with self.subTest(numbers=numbers, emails=emails):
                n = len(numbers or emails)
                world, ids = self.several(n)
                self.move(world, ids, numbers, emails)
                for _ in range(3):
                    world.sync(code=None)
                self.assert_moved(world, ids, numbers or range(n), emails or range(n))
                self.settled_users(world)

    def test_in_one_sync(self):
        world, ids = self.several(2)
        self.move(world, ids, (1, 0))
        summary = world.sync()
        self.assertEqual(self.sent(world), [UPDATE] * 3)
        self.assertEqual(summary["quarantined"], 0)
        self.assert_moved(world, ids, (1, 0), (0, 1))
        self.settled_users(world)

    def test_not_given_up(self):
        """A server that lets nobody be without: the list says what to do, and that works."""
        world = self.users_world()
        front = Front(self, world, "records")
        world.configure({"users.enabled": True, "records.base_url": front.url})
        ids = self.started(world, 2)
        front.lie = lambda call: (Reply(400, b'{"status_code":400,"message":"is required"}')
                                  if call.method == "PATCH" and b'"user_id":null' in call.body
                                  else None)
        self.move(world, ids, (1, 0))
        world.sync(code=WAITING)
        self.assertRegex(world.run("quarantine", "list"),
                         "is required.*; give both persons other ones")
        self.assert_moved(world, ids, (0, 1), (0, 1))
        self.settled_users(world, code=WAITING)
        self.move(world, ids, (8, 9))
        world.sync()
        self.move(world, ids, (1, 0))
        world.sync()
        self.assert_moved(world, ids, (1, 0), (0, 1))
        self.settled_users(world)


if __name__ == "__main__":
    unittest.main()
