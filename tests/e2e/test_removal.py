# SPDX-License-Identifier: Apache-2.0
"""C1 to C4: who is gone or archived, what follows from it, and what never may."""

import json
import unittest

import wire
from harness import DIALECT, NO_CHANGE, SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}
NAMES = ("Berta", "Clara", "Dora", "Emma", "Frida", "Greta", "Hanna", "Ida", "Jutta", "Klara")


def nth_person(n):
    return {"name": Name(NAMES[n % 10], "", f"Number{n}"), "emails": [f"p{n}@example.com"]}


class Removal(Case):
    def pair(self, **overrides):
        """Ada and Grace on both sides, linked and settled; Ada's ids."""
        world = self.open(**overrides)
        ada = world.create_both(**ADA)
        world.create_both(**GRACE)
        world.sync()
        world.settled()
        world.clear_log()
        return world, ada

    def many(self, n, **overrides):
        world = self.open(**overrides)
        ids = [world.create_both(**nth_person(i)) for i in range(n)]
        world.sync()
        world.settled()
        world.clear_log()
        return world, ids

    def remove(self, world, side, person):
        if side == "records":
            world.box.post("delete", side="records", id=person)
        else:
            self.archive(world, person)

    def archive(self, world, person, archived=True):
        world.box.post("archive", id=person, archived=archived)

    def raw(self, world, side, person):
        [found] = [raw for raw in world.box.dump(side) if self.id_of(side, raw) == person]
        return found

    def id_of(self, side, raw):
        if side == "people":
            return str(raw["id"])
        return raw["id"]["record_id"] if DIALECT == "values" else raw["id"]

    def is_archived(self, world, person):
        return self.raw(world, "people", person).get("archivedAt") is not None

    def has(self, world, side, person):
        return any(self.id_of(side, raw) == person for raw in world.box.dump(side))


class RecordDeleted(Removal):
    """C1: what becomes of the people person."""

    def test_archived_in_the_sync_that_finds_it(self):
        world, ada = self.pair()
        self.remove(world, "records", ada["records"])
        summary = world.sync()
        self.assertEqual(summary["removed"], {"records": 0, "people": 1})
        self.assertTrue(self.is_archived(world, ada["people"]))
        [write] = world.writes()
        self.assertEqual((write["method"], list(write["body"])), ("PATCH", ["archivedAt"]))
        world.settled()
        rows = [json.loads(line) for line in
                world.run("history", "show", "3", "--json").splitlines()]
        self.assertIn(("remove", "the record is gone"),
                      [(row["action"], row["why"]) for row in rows])

    def test_ignored(self):
        world, ada = self.pair(sync__on_removed={"records": "ignore"})
        self.remove(world, "records", ada["records"])
        self.assertEqual(world.sync()["removed"], NO_CHANGE)
        self.assertEqual(world.writes(), [])
        self.assertFalse(self.is_archived(world, ada["people"]))
        world.edit("people", ada["people"], job="Countess")
        world.settled()

    def test_nothing_with_records_only(self):
        world, ada = self.pair(sync__direction="to_records")
        self.remove(world, "records", ada["records"])
        world.sync()
        self.assertEqual(world.writes(), [])

    def test_both_gone(self):
        world, ada = self.pair()
        self.remove(world, "records", ada["records"])
        self.remove(world, "people", ada["people"])
        world.settled()

    def test_deleted_while_it_is_archived(self):
        """Somebody edits the person between our reading of it and the archiving: the edit wins."""
        world, ada = self.pair(people__timeout=5)
        self.remove(world, "records", ada["records"])
        world.edit("people", ada["people"], job="Countess")
        world.sync()
        self.assertFalse(self.is_archived(world, ada["people"]))


class PersonGone(Removal):
    """C1: a person archived, or gone, by each rule."""

    def test_record_is_kept(self):
        world, ada = self.pair()
        self.remove(world, "people", ada["people"])
        self.assertEqual(world.sync()["removed"], NO_CHANGE)
        self.assertEqual(world.writes(), [])
        world.edit("records", ada["records"], job="Analyst")
        world.settled()
        self.assertTrue(self.is_archived(world, ada["people"]), "an edit brings nobody back")

    def test_record_is_deleted(self):
        world, ada = self.pair(sync__on_removed={"people": "delete"})
        self.remove(world, "people", ada["people"])
        self.assertEqual(world.sync()["removed"], {"records": 1, "people": 0})
        self.assertFalse(self.has(world, "records", ada["records"]))
        world.settled()

    @unittest.skipUnless(DIALECT == "attributes", "people have no tags in values by default")
    def test_record_is_tagged(self):
        world, ada = self.pair(sync__on_removed={"people": "tag"}, sync__archived_tag="left")
        self.remove(world, "people", ada["people"])
        world.sync()
        self.assertEqual(world.find("records", ada["records"])["tags"], ["left"])
        world.settled()

    def test_gone_altogether(self):
        world, ada = self.pair()
        world.box.post("delete", side="people", id=ada["people"])
        self.assertEqual(world.sync()["removed"], NO_CHANGE)
        world.settled()
        self.assertTrue(self.has(world, "records", ada["records"]))
        self.assertEqual(len(world.view("people")), 1, "not created again")


class UnArchived(Removal):
    """C1: linked again with the same record if it lives, else created anew."""

    def test_record_lives(self):
        world, ada = self.pair()
        self.archive(world, ada["people"])
        world.sync()
        world.edit("records", ada["records"], job="Analyst")
        world.settled()
        self.archive(world, ada["people"], archived=False)
        world.sync()
        self.assertEqual(world.find("people", ada["people"])["job"], "Analyst")
        world.settled()
        self.assert_mirrored(world, 2)

    def test_record_is_gone(self):
        world, ada = self.pair()
        self.remove(world, "records", ada["records"])
        world.sync()
        self.archive(world, ada["people"], archived=False)
        world.sync()
        world.settled()
        self.assert_mirrored(world, 2)


class EditWins(Removal):
    """C2: deleted on one side, edited on the other."""

    def test_record_deleted_person_edited(self):
        world, ada = self.pair()
        self.remove(world, "records", ada["records"])
        world.edit("people", ada["people"], job="Countess")
        world.sync()
        self.assertFalse(self.is_archived(world, ada["people"]))
        world.settled()
        self.assert_mirrored(world, 2)
        self.assertIn("Countess", [view["job"] for view in world.view("records")])

    def test_person_archived_record_edited(self):
        world, ada = self.pair()
        self.archive(world, ada["people"])
        world.edit("records", ada["records"], job="Analyst")
        world.sync()
        self.assertFalse(self.is_archived(world, ada["people"]))
        world.settled()
        self.assertEqual(world.find("people", ada["people"])["job"], "Analyst")

    def test_person_gone_record_edited(self):
        world, ada = self.pair()
        world.box.post("delete", side="people", id=ada["people"])
        world.edit("records", ada["records"], job="Analyst")
        world.sync()
        world.settled()
        self.assert_mirrored(world, 2)

    def test_removal_wins_if_told_so(self):
        world, ada = self.pair(sync__on_removed={"edited": "removal_wins"})
        self.remove(world, "records", ada["records"])
        world.edit("people", ada["people"], job="Countess")
        world.sync()
        self.assertTrue(self.is_archived(world, ada["people"]))
        world.settled()


class Merged(Removal):
    """Two records become one with a new id."""

    def test_link_moves(self):
        world, ada = self.pair()
        other_id = world.create("records", name=Name("A", "", "Lovelace"),
                                phones=["+12065550177"])
        world.sync()
        world.settled()
        survivor = world.box.post("merge", id=ada["records"], other_id=other_id)["id"]
        world.clear_log()
        summary = world.sync(code=None)
        self.assertFalse(self.is_archived(world, ada["people"]))
        rows = [json.loads(line) for line in world.run("links", "list", "--json").splitlines()]
        links = {row["records_id"]: row["people_id"] for row in rows
                 if row["state"] == "active"}
        self.assertEqual(links.get(survivor), ada["people"], summary)

    def test_of_two_links(self):
        """One link follows, and the same sync tells of the other's person."""
        world, ada = self.pair()
        twin = {"records": world.create("records", name=Name("A", "", "Lovelace"),
                                        linkedin="ada-lovelace")}
        world.sync_and_settle()
        [twin["people"]] = [row["people_id"] for row in self.links(world)
                            if row["records_id"] == twin["records"]]
        survivor = world.box.post("merge", id=ada["records"], other_id=twin["records"])["id"]
        for _ in range(3):
            summary = world.sync(code=1)
            self.assert_counts(summary, conflicts=1, created={}, removed={})
            [conflict] = [json.loads(line)
                          for line in world.run("conflicts", "list", "--json").splitlines()]
            self.assertEqual(conflict["kind"], "duplicate")
            [followed] = [row["people_id"] for row in self.links(world)
                          if row["records_id"] == survivor]
            self.assertEqual({conflict["people_id"], followed}, {ada["people"], twin["people"]})
            self.assertFalse(self.is_archived(world, conflict["people_id"]))

    @staticmethod
    def links(world):
        rows = [json.loads(line) for line in world.run("links", "list", "--json").splitlines()]
        return [row for row in rows if row["state"] == "active"]


class NeverByAccident(Removal):
    """C3: a list that says too little removes nobody."""

    def list_of(self, side):
        if side == "people":
            return {"method": "GET", "path_prefix": "/people?"}
        if DIALECT == "values":
            return {"method": "POST", "path_prefix": "/v2/objects/people/records/query"}
        return {"method": "GET", "path_prefix": "/v2/objects/people/records?"}

    def empty_list(self, side):
        if side == "people":
            return {"member": [], "totalItems": 0}
        if DIALECT == "values":
            return {"data": []}
        return {"data": [], "meta": {"page": 1, "pageSize": 100, "total": 0}}

    def removed(self, summary):
        return summary["removed"]

    def test_empty_list(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, _ = self.many(5)
                kind = "application/ld+json" if side == "people" else "application/json"
                world.box.post("fault", side=side, action="raw", status=200, count=50,
                               match=self.list_of(side), content_type=kind,
                               body=json.dumps(self.empty_list(side)))
                summary = world.sync(code=75)
                self.assertEqual((summary["outcome"], summary["removed"]), ("guarded", NO_CHANGE))
                self.assertEqual(world.writes(), [])
                world.box.post("fault/clear")
                world.settled()

    def test_route_is_gone(self):
        """The list leaves somebody out, and every single person is answered 404."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.many(5)
                victim = ids[2][side]
                self.hide(world, side, victim)
                prefix = "/people/" if side == "people" else "/v2/objects/people/records/"
                world.box.post("fault", side=side, action="status", status=404, count=100,
                               match={"method": "GET", "path_prefix": prefix},
                               content_type="application/json",
                               body=json.dumps({"status_code": 404, "code": "not_found",
                                                "message": "Not Found"}))
                world.sync(code=None)
                self.assertEqual(world.writes(), [])
                world.box.post("fault/clear")
                world.settled()

    def hide(self, world, side, victim):
        """The list is answered once without the victim."""
        raws = [raw for raw in world.box.dump(side) if self.id_of(side, raw) != victim]
        answer = self.empty_list(side)
        kind = "application/ld+json" if side == "people" else "application/json"
        if side == "people":
            answer |= {"member": raws, "totalItems": len(raws)}
        else:
            answer["data"] = raws
            if DIALECT == "attributes":
                answer["meta"]["total"] = len(raws)
        world.box.post("fault", side=side, action="raw", status=200, count=1,
                       match=self.list_of(side), content_type=kind, body=json.dumps(answer))

    def test_left_out_once(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.many(5)
                self.hide(world, side, ids[2][side])
                summary = world.sync()
                self.assertEqual(summary["removed"], NO_CHANGE)
                self.assertEqual(world.writes(), [])
                world.settled()

    def test_page_fails(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.many(12, records__page_size=5, people__items_per_page=5,
                                       sync__retry__attempts=1)
                self.remove(world, side, ids[3][side])
                world.box.post("fault", side=side, action="status", status=500, count=1,
                               match=self.list_of(side) | {"nth": 2})
                world.sync(code=None)
                self.assertEqual(world.writes(), [], "not from half a list")
                world.sync()
                world.settled()


class Guard(Removal):
    """C4 and its like for changes."""

    def test_too_many(self):
        world, ids = self.many(100)
        for pair in ids[:60]:
            self.remove(world, "records", pair["records"])
        world.edit("people", ids[80]["people"], job="Countess")
        summary = world.sync(code=75)
        self.assertEqual((summary["outcome"], summary["guarded"]), ("guarded", 60))
        self.assertEqual(summary["removed"], NO_CHANGE)
        self.assertEqual(world.find("records", ids[80]["records"])["job"], "Countess")
        self.assertFalse(any(self.is_archived(world, pair["people"]) for pair in ids))
        self.assertEqual(world.status()["health"], "degraded")
        self.assertEqual(len(world.status()["held"]), 60)
        world.sync("--allow-removals=59", code=75)
        summary = world.sync("--allow-removals=60")
        self.assertEqual(summary["removed"], {"records": 0, "people": 60})
        self.assertEqual(sum(self.is_archived(world, pair["people"]) for pair in ids), 60)
        world.settled()

    def test_as_many_as_may(self):
        world, ids = self.many(20)
        for pair in ids[:2]:
            self.remove(world, "records", pair["records"])
        self.assertEqual(world.sync()["removed"], {"records": 0, "people": 2})

    def test_who_comes_back_as_they_were(self):
        """A lost scope that was given back: the same records, byte for byte."""
        world = self.open()
        words = [{"name": Name(f"G{n}", "", f"F{n}"), "emails": [f"p{n}@example.com"]}
                 for n in range(20)]
        ids = [{side: world.create(side, at=f"2025-01-01T00:{n:02}:00Z", **words[n])
                for side in SIDES} for n in range(20)]
        world.sync()
        world.settled()
        for pair in ids[:10]:
            self.remove(world, "records", pair["records"])
        world.sync(code=75)
        for n in range(10):
            world.box.post("create", side="records", id=ids[n]["records"],
                           at=f"2025-01-01T00:{n:02}:00Z",
                           set=wire.records_body(DIALECT, words[n]))
        self.assertEqual(world.sync()["guarded"], 0)
        world.edit("people", ids[0]["people"], job="Countess")
        world.sync()
        self.assertEqual(world.find("records", ids[0]["records"])["job"], "Countess")
        world.settled()

    def test_most_links_changed(self):
        world, ids = self.many(100)
        for n, pair in enumerate(ids[:60]):
            world.edit("records", pair["records"], job=f"Clerk {n}")
        summary = world.sync(code=75)
        self.assertEqual((summary["guarded"], summary["updated"]), (60, NO_CHANGE))
        self.assertEqual(world.writes(), [])
        world.sync("--allow-changes=59", code=75)
        summary = world.sync("--allow-changes=60")
        self.assertEqual(summary["updated"], {"records": 0, "people": 60})
        world.settled()


if __name__ == "__main__":
    unittest.main()
