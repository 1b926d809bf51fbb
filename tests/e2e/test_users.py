# SPDX-License-Identifier: Apache-2.0
"""F3: the users object: one record for each linked person with a customerId."""

import json
import unittest

from front import Front, nothing
from harness import DIALECT, SIDES, Case, only
from test_unusable import WAITING, only_id, spoiling
from users_world import ADA, GRACE, USERS, Users

CHANGES = 2
REFUSED = 77
BAD_CONFIG = 78

CREATE = [("POST", "")]
LOOKUP = ("POST", "query")
UPDATE = ("PATCH", "one")


class Configuration(Case):
    @only("attributes")
    def test_refused(self):
        """The document of this dialect knows no object but people."""
        world = self.open(users__enabled=True)
        world.run("check", code=BAD_CONFIG)
        self.assertIn("users.enabled", world.runs[-1][3].decode())
        world.run("sync", code=BAD_CONFIG)
        self.assertEqual(world.box.log(), [])

    def test_off(self):
        """By default no users record is made, nor a customerId read."""
        world = self.open()
        ids = world.create_both(**ADA)
        world.edit("people", ids["people"], raw={"customerId": "4711"})
        world.sync()
        world.settled()
        self.assertEqual([request for request in world.box.log() if "users" in request["target"]],
                         [])


@only("values")
class Mirrored(Users):
    def test_created(self):
        """One request: POST, as the document shows it."""
        world = self.users_world()
        workspace = world.box.post("create", side="records", object="workspaces",
                                   set={"workspace_id": "w1"})["id"]
        world.configure({"users.enabled": True, "users.workspace": workspace})
        ids = self.person(world)
        world.clear_log()
        summary = world.sync()
        self.assertEqual(summary["users"], 1)
        self.assertEqual(self.sent(world), CREATE)
        body = next(request["body"] for request in world.writes()
                    if request["target"] == USERS)
        self.assertEqual(json.loads(body) if isinstance(body, str) else body, {"data": {"values": {
            "user_id": "4711", "primary_email_address": "ada@example.com",
            "person": {"target_object": "people", "target_record_id": ids["records"]},
            "workspace": [{"target_object": "workspaces", "target_record_id": workspace}]}}})
        self.assertEqual(self.users(world),
                         {"4711": ("ada@example.com", ids["records"], [workspace])})
        self.assertEqual([row[:4] for row in self.history(world, action="create")],
                         [("user.user_id", "create", "", "4711"),
                          ("user.primary_email_address", "create", "", "ada@example.com"),
                          ("user.person", "create", "", ids["records"]),
                          ("user.workspace", "create", "", workspace)])
        self.settled_users(world)

    def test_who_gets_none(self):
        """Without a customerId, and as long as nobody is linked."""
        world = self.users_world(sync__create="to_people")
        self.person(world, customer=None)
        world.create("people", raw={"customerId": "4712"}, **GRACE)
        world.sync()
        self.assert_users(world)
        self.settled_users(world)

    def test_new_person(self):
        """Of a person that the same sync creates on records, too."""
        world = self.users_world()
        world.create("people", raw={"customerId": "4712"}, **GRACE)
        world.sync()
        record = world.view("records")[0]["id"]
        self.assert_users(world, c4712=("grace@example.com", record))
        self.settled_users(world)

    def test_without_email(self):
        world = self.users_world()
        ids = self.person(world, name=ADA["name"], job="Engineer")
        world.run("links", "link", ids["records"], ids["people"], code=None)
        world.sync(code=None)
        self.assert_users(world, c4711=(None, ids["records"]))
        self.settled_users(world)

    def test_switched_on_later(self):
        world = self.users_world()
        world.configure({})
        ids = self.person(world)
        world.sync()
        self.assert_users(world)
        world.configure({"users.enabled": True})
        world.sync()
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        self.settled_users(world)
        # What changes while it is off is made up for.
        world.configure({})
        world.edit("people", ids["people"], raw={"customerId": "4712"})
        world.sync()
        world.configure({"users.enabled": True})
        world.sync()
        self.assert_users(world, c4712=("ada@example.com", ids["records"]))
        self.settled_users(world)

    def test_unreadable(self):
        """What was agreed on last may not be so any more: the record waits until the person is read."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.users_world()
                front = Front(self, world, side)
                settings = {"users.enabled": True, f"{side}.base_url": front.url}
                world.configure(settings)
                ids = self.person(world)
                world.sync()
                space = world.box.post("create", side="records", object="workspaces",
                                       set={"workspace_id": "w1"})["id"]
                world.configure(settings | {"users.workspace": space})
                front.lie = spoiling(str(ids[side]), only_id)
                world.clear_log()
                for _ in range(2):
                    world.sync(code=WAITING)
                    self.assertEqual(self.sent(world), [])
                front.lie = nothing
                world.sync()
                self.assertEqual(self.users(world),
                                 {"4711": ("ada@example.com", ids["records"], [space])})
                self.settled_users(world)

    def test_never_read_back(self):
        world, ids = self.ada()
        users = world.box.dump("records", "users")
        world.box.post("edit", side="records", object="users",
                       id=users[0]["id"]["record_id"], set={"user_id": "x"})
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [])
        self.assertEqual(world.box.dump("people")[0]["customerId"], "4711")
        self.assertEqual(self.users(world)["x"][1], ids["records"])

    def test_to_people_only(self):
        """sync.direction limits it like everything else."""
        world = self.users_world(sync__direction="to_people")
        self.person(world)
        world.sync()
        self.assertEqual(world.writes("records"), [])
        self.settled_users(world)

    def test_plan(self):
        """Says what the next sync does, and sends nothing."""
        world = self.users_world()
        ids = self.person(world)
        world.configure({})
        world.sync()
        world.configure({"users.enabled": True})
        world.clear_log()
        lines = [json.loads(line) for line in
                 world.run("plan", "--json", code=CHANGES).splitlines()]
        self.assertEqual([(line["action"], line["field"], line["new"]) for line in lines],
                         [("user", "user.user_id", "4711"),
                          ("user", "user.primary_email_address", "ada@example.com"),
                          ("user", "user.person", ids["records"])])
        self.assertIn("1 users;", world.run("sync", "--dry-run", code=CHANGES))
        self.assertEqual(world.writes(), [])
        world.sync()
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))

    def test_many(self):
        """Looked for first, fifty at a time; a lost state makes no wave of writes."""
        world = self.users_world()
        for i in range(60):
            self.person(world, customer=str(i), emails=[f"u{i}@example.com"])
        world.sync()
        self.assertEqual(len(self.users(world)), 60)
        self.assertEqual(self.sent(world).count(LOOKUP), 2)
        self.assertEqual(self.sent(world).count(CREATE[0]), 60)
        self.settled_users(world)
        world.forget_state()
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [LOOKUP] * 2)
        self.settled_users(world)

    def test_daemon_cycle(self):
        """A quick cycle writes them as well."""
        world = self.users_world()
        self.person(world)
        world.sync("--quick")
        self.assertEqual(list(self.users(world)), ["4711"])
        self.settled_users(world)

    def test_check_online(self):
        world, _ = self.ada()
        world.clear_log()
        self.assertIn("users", world.run("check", "--online"))
        self.assertEqual(self.sent(world), [LOOKUP])

    def test_no_such_workspace(self):
        """A line of the configuration, and not one refusal a person; found, it is not asked for again."""
        world = self.users_world()
        workspace = world.box.post("create", side="records", object="workspaces",
                                   set={"workspace_id": "w1"})["id"]
        wrong = "72ef5fea-4919-4208-b332-1339ab8ba040"
        world.configure({"users.enabled": True, "users.workspace": wrong})
        ids = self.person(world)
        summary = world.sync(code=BAD_CONFIG)
        self.assertEqual((summary["quarantined"], self.sent(world)), (0, []))
        self.assertIn("users.workspace", world.runs[-1][3].decode())
        world.run("check", "--online", code=BAD_CONFIG)
        world.configure({"users.enabled": True, "users.workspace": workspace})
        self.assertIn("workspace", world.run("check", "--online"))
        world.sync()
        self.assertEqual(self.users(world)["4711"][2], [workspace])
        world.edit("people", ids["people"], emails=["countess@example.com"])
        world.clear_log()
        world.sync()
        self.assertEqual([request["target"] for request in world.box.log()
                          if "workspaces" in request["target"]], [])

    def test_bad_workspace(self):
        """The key is named, what is wrong with its value, and what to do: by check, and by sync."""
        world = self.users_world()
        self.person(world)
        world.configure({"users.enabled": True, "users.workspace": "crm.example.com/w1"})
        world.run("check", code=BAD_CONFIG)
        self.assertRegex(world.runs[-1][3].decode(), r"users\.workspace: must be the id of a work")
        world.configure({"users.enabled": True, "users.workspace": "w1"})
        for status, code in ((400, BAD_CONFIG), (403, REFUSED), (404, BAD_CONFIG)):
            with self.subTest(status=status):
                world.box.post("fault", side="records", action="status", status=status, count=100,
                               match={"path_prefix": "/v2/objects/workspaces/"})
                rows = [json.loads(line) for line in
                        world.run("check", "--online", "--json", code=code).splitlines()]
                [row] = [row for row in rows if row["check"] == "workspace"]
                self.assertRegex(row["found"], f'^users\\.workspace = "w1": HTTP {status}: ')
                self.assertRegex(row["todo"], r"users\.workspace")
                self.assertRegex(world.runs[-1][3].decode(), r"users\.workspace = \"w1\": .*; ")
                world.sync(code=code)
                self.assertRegex(world.runs[-1][3].decode(), r"users\.workspace: .*; ")
                self.assertEqual(self.sent(world), [("POST", "query")])
                world.box.post("fault/clear")
                world.clear_log()

    def test_export_and_forget(self):
        world, ids = self.ada()
        told = json.loads(world.run("export", ids["people"]))
        self.assertEqual(told["users_record"]["user_id"], "4711")
        world.run("forget", ids["people"])
        self.assertEqual(world.rows("SELECT * FROM user"), [])
        with open(world.path("state.db"), "rb") as state:
            self.assertNotIn(b"ada@example.com", state.read())
        self.settled_users(world)


@only("values")
class Changed(Users):
    def test_email(self):
        """Only what changed is sent, to the record by its id."""
        world, ids = self.ada()
        world.edit("people", ids["people"], emails=["countess@example.com"])
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [UPDATE])
        body = [request["body"] for request in world.writes()
                if request["target"].startswith(USERS)][-1]
        self.assertEqual(body["data"]["values"],
                         {"primary_email_address": "countess@example.com"})
        self.assert_users(world, c4711=("countess@example.com", ids["records"]))
        self.settled_users(world)

    def test_other_field(self):
        """What a users record does not hold asks nothing of it."""
        world, ids = self.ada()
        world.edit("people", ids["people"], job="Countess")
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [])

    def test_customer_id(self):
        """The record is renamed: there is no second one."""
        world, ids = self.ada()
        world.edit("people", ids["people"], raw={"customerId": "4712"})
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [UPDATE])
        self.assert_users(world, c4712=("ada@example.com", ids["records"]))
        self.settled_users(world)

    def test_customer_id_removed(self):
        """The users record is left, and found again when the customerId comes back."""
        world, ids = self.ada()
        world.edit("people", ids["people"], raw={"customerId": None})
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [])
        self.assertIn("left", world.run("why", ids["people"]))
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        world.edit("people", ids["people"], raw={"customerId": "4711"})
        world.sync()
        self.settled_users(world)
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))

    def test_customer_id_moves(self):
        """Who has the customerId of somebody who is gone takes over that record."""
        world, ids = self.ada()
        world.edit("people", ids["people"], raw={"customerId": None})
        world.sync()
        grace = self.person(world, customer="4711", **GRACE)
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [UPDATE])
        self.assert_users(world, c4711=("grace@example.com", grace["records"]))
        self.settled_users(world)

    def test_person_removed(self):
        world, ids = self.ada()
        world.box.post("archive", id=ids["people"], archived=True)
        world.sync()
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        self.settled_users(world)

    def test_record_merged(self):
        """It points to the record that is left."""
        world, ids = self.ada()
        second = world.create("records", emails=["ada2@example.com"], name=ADA["name"])
        world.sync(code=None)
        world.box.post("merge", id=ids["records"], other_id=second)
        for _ in range(3):
            world.sync(code=None)
        [record] = world.rows("SELECT records_id FROM link WHERE state = 0 AND people_id = ?",
                              ids["people"])
        email = world.find("people", ids["people"])["emails"][0]
        self.assert_users(world, c4711=(email, record[0]))

    def test_linked_anew(self):
        """By hand, under another number: the record is known by its customerId."""
        world, ids = self.ada()
        world.run("links", "unlink", ids["people"])
        world.run("links", "link", ids["records"], ids["people"])
        world.sync()
        self.assert_users(world, c4711=("ada@example.com", ids["records"]))
        world.edit("people", ids["people"], emails=["countess@example.com"])
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [UPDATE])
        self.settled_users(world)

    def test_workspace(self):
        world, ids = self.ada()
        workspace = world.box.post("create", side="records", object="workspaces",
                                   set={"workspace_id": "w1"})["id"]
        world.configure({"users.enabled": True, "users.workspace": workspace})
        world.clear_log()
        world.sync()
        self.assertEqual(self.sent(world), [UPDATE])
        self.assertEqual(self.users(world)["4711"],
                         ("ada@example.com", ids["records"], [workspace]))
        self.settled_users(world)

    def test_users_record_deleted(self):
        """Found out when it is to be changed: made anew."""
        world, ids = self.ada()
        users = world.box.dump("records", "users")
        world.box.post("delete", side="records", object="users",
                       id=users[0]["id"]["record_id"])
        world.edit("people", ids["people"], raw={"customerId": "4712"})
        world.sync()
        self.assert_users(world, c4712=("ada@example.com", ids["records"]))
        self.settled_users(world)

if __name__ == "__main__":
    unittest.main()
