# SPDX-License-Identifier: Apache-2.0
"""Tags that the people side lacks, or that cannot be read: none is lost for it."""

import json
import unittest

from front import Front, Reply, nothing
from harness import Case, only, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"]}
KNOWN = ("Customer", "VIP", "Press")


class Tags(Case):
    def linked(self, **overrides):
        """Ada on both sides with the tag Customer, and a people side that can lie."""
        world = self.open(**overrides)
        front = Front(self, world, "people")
        settings = {name.replace("__", "."): value for name, value in overrides.items()}
        world.configure(settings | {"people.base_url": front.url})
        there = world.tag_iris()
        for title in KNOWN:
            if title not in there:
                world.box.post("create", side="people", object="tags", set={"title": title})
        ids = world.create_both(tags=["Customer"], **ADA)
        world.sync()
        world.settled()
        return world, front, ids

    def tags(self, world, side, ids):
        return world.find(side, ids[side])["tags"]


@only("attributes")
class Lacking(Tags):
    """A tag of a record that no tag of the people side has as its title."""

    def check(self, **overrides):
        world, _, ids = self.linked(**overrides)
        world.edit("records", ids["records"], tags=["Customer", "Nowhere"])
        world.sync()
        self.assertEqual(self.tags(world, "records", ids), ["Customer", "Nowhere"])
        self.assertEqual(self.tags(world, "people", ids), ["Customer"])
        world.settled()
        return world, ids

    def test_others_are_added_beside_it(self):
        for overrides in ({}, {"sync__verify_after": 600}):
            with self.subTest(**overrides):
                world, ids = self.check(**overrides)
                world.edit("people", ids["people"], tags=["Customer", "Press"], job="Engineer")
                world.sync()
                self.assertEqual(self.tags(world, "records", ids),
                                 ["Customer", "Nowhere", "Press"])
                self.assertEqual(world.find("records", ids["records"])["job"], "Engineer")
                self.assertEqual(self.tags(world, "people", ids), ["Customer", "Press"])
                world.settled()

    def test_others_are_removed_beside_it(self):
        world, ids = self.check()
        world.edit("people", ids["people"], tags=[])
        world.sync()
        self.assertEqual(self.tags(world, "records", ids), ["Nowhere"])
        self.assertEqual(self.tags(world, "people", ids), [])
        world.settled()

    def test_removed_again(self):
        world, ids = self.check()
        world.edit("records", ids["records"], tags=["VIP"])
        world.sync()
        self.assertEqual(self.tags(world, "people", ids), ["VIP"])
        world.settled()

    def test_other_fields_go_on(self):
        world, ids = self.check()
        world.edit("records", ids["records"], job="Engineer")
        changes = world.sync_and_settle()
        self.assertEqual(self.only_change(changes, "people", ids["people"]),
                         {"jobTitle": "Engineer"})
        self.assertEqual(self.tags(world, "records", ids), ["Customer", "Nowhere"])


@only("attributes")
class Unreadable(Tags):
    """The people side does not say what tags there are."""

    FAULTS = {"status 503": Reply(503, b"{}"), "status 404": Reply(404, b"{}"),
              "HTML": Reply(200, b"<html>Sign in</html>", "text/html"), "empty": Reply(200, b"")}

    def serve(self, world, front, reply):
        """Nothing is known of tags, and this is what is said when they are asked for."""
        world.change_state("DELETE FROM member")
        world.change_state("DELETE FROM collection")
        front.lie = lambda call: reply if call.path().startswith("/tags") else None

    def sync_somehow(self, world):
        try:
            world.run("sync", "--json")
        except AssertionError:
            self.assertIn(world.runs[-1][1], (1, 65, 69))
        return json.loads(world.runs[-1][2])

    def check(self, side, before, after):
        """An edit of the tags of one side waits, and arrives as soon as they can be read."""
        for name, reply in self.FAULTS.items():
            with self.subTest(side=side, answer=name):
                world, front, ids = self.linked(sync__retry__attempts=2)
                if before != ["Customer"]:
                    world.edit(side, ids[side], tags=before)
                    world.sync()
                    world.settled()
                world.edit(side, ids[side], tags=after, job="Engineer")
                self.serve(world, front, reply)
                self.sync_somehow(world)
                self.assertEqual(self.tags(world, side, ids), sorted(after), "the edit stands")
                front.lie = nothing
                world.sync()
                self.assertEqual([self.tags(world, end, ids) for end in (side, other(side))],
                                 [sorted(after)] * 2)
                self.assertEqual(world.find(other(side), ids[other(side)])["job"], "Engineer")
                world.settled()

    def test_a_list_that_was_short(self):
        """What it did not show, and a new person names, is asked for once more in the next cycle."""
        world, front, _ = self.linked()
        world.create("people", name=Name("Grace", "", "Hopper"),
                     emails=["grace@example.com"], tags=["Press"])
        self.serve(world, front, Reply(200, json.dumps({"member": [], "totalItems": 0}).encode()))
        world.sync()
        front.lie = nothing
        world.sync()
        self.assertEqual([person["tags"] for person in world.view("records")],
                         [["Customer"], ["Press"]])
        world.settled()

    def test_added_to_a_record(self):
        self.check("records", ["Customer"], ["Customer", "VIP"])

    def test_removed_from_a_record(self):
        self.check("records", ["Customer", "VIP"], ["VIP"])

    def test_added_to_a_person(self):
        self.check("people", ["Customer"], ["Customer", "VIP"])

    def test_removed_from_a_person(self):
        self.check("people", ["Customer", "VIP"], ["VIP"])

    def test_same_page_for_ever(self):
        """A plain array that ignores the page: read once or a few times, not for hours."""
        world = self.open("--jsonld", "plain")
        front = Front(self, world, "people")
        world.configure({"people.base_url": front.url})
        world.box.post("create", side="people", object="tags", set={"title": "Mine"})
        world.create("records", tags=["Mine"], **ADA)
        page = json.dumps([{"@id": iri, "@type": "Tag", "title": title}
                           for title, iri in world.tag_iris().items()] * 6).encode()
        asked = []

        def lie(call):
            if not call.path().startswith("/tags"):
                return None
            asked.append(call.target)
            return Reply(200, page)

        front.lie = lie
        world.seconds = 15
        self.sync_somehow(world)
        self.assertLess(len(asked), 10)


if __name__ == "__main__":
    unittest.main()
