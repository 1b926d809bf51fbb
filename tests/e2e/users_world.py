# SPDX-License-Identifier: Apache-2.0
"""Worlds with users records: what the tests of them share."""

from harness import Case
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
USERS = "/v2/objects/users/records"


class Users(Case):
    def users_world(self, *options, **overrides):
        world = self.open(*options, **overrides)
        settings = {name.replace("__", "."): value for name, value in overrides.items()}
        world.configure({"users.enabled": True} | settings)
        return world

    def person(self, world, customer="4711", **words):
        """One on both sides, with a customerId on people."""
        ids = world.create_both(**(words or ADA))
        if customer is not None:
            world.edit("people", ids["people"], raw={"customerId": customer})
        return ids

    def ada(self, *options, **overrides):
        """A world with one linked person and her users record, and her ids."""
        world = self.users_world(*options, **overrides)
        ids = self.person(world)
        world.sync()
        return world, ids

    def user(self, world, **values):
        """One that somebody else has made."""
        return world.box.post("create", side="records", object="users", set=values)["id"]

    def users(self, world):
        """user_id -> (e-mail, person, workspaces); a user_id is there once."""
        users = {}
        for record in world.box.dump("records", "users"):
            values = record["values"]
            one = {name: [item.get("value") or item.get("email_address")
                          or item.get("target_record_id") for item in values[name]]
                   for name in ("user_id", "primary_email_address", "person", "workspace")}
            self.assertNotIn(one["user_id"][0], users)
            users[one["user_id"][0]] = (next(iter(one["primary_email_address"]), None),
                                        next(iter(one["person"]), None), one["workspace"])
        return users

    def assert_users(self, world, **expected):
        """c4711=(e-mail, records id): these and no others, in no workspace."""
        self.assertEqual({user: found[:2] for user, found in self.users(world).items()},
                         {user.removeprefix("c"): tuple(held) for user, held in expected.items()})

    def sent(self, world):
        """(method, kind of target) of each request about users records."""
        kinds = []
        for request in world.box.log():
            if request["target"].startswith(USERS):
                path, _, query = request["target"].partition("?")
                rest = path[len(USERS):]
                kinds.append((request["method"],
                              query or ("query" if rest == "/query" else "one" if rest else "")))
        return kinds

    def settled_users(self, world, code=0):
        """A further sync asks and writes nothing of users records."""
        summary = world.settled(code)
        self.assertEqual(self.sent(world), [])
        self.assertEqual(summary["users"], 0)

    def history(self, world, **fields):
        where = " AND ".join(f"{name} = ?" for name in fields)
        return world.rows("SELECT field, action, old_value, new_value, reason FROM history WHERE "
                          f"{where} AND field LIKE 'user.%' ORDER BY id", *fields.values())
