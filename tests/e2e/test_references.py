# SPDX-License-Identifier: Apache-2.0
"""F1: companies and organizations, tags, segments and owners: named by id on each side, known by what
both sides call them; kept for a while, and never guessed."""

import json
import time
import unittest

from harness import DIALECT, SIDES, only, other
from references_world import ADA, References
from wire import Name

PEOPLE = "/v2/objects/people/records"
LINK_SECONDS = 20


class Companies(References):
    def check_known_by(self, names, domains):
        """The same company under these names and domains: {side: …}."""
        for side in SIDES:
            with self.subTest(edited=side):
                world, ids = self.open_linked()
                company = {end: self.company(world, end, names[end], domains[end])
                           for end in SIDES}
                self.both(world, "Somebody Else", "else.test")
                world.sync()
                world.edit(side, ids[side], raw=self.employed(side, company[side]))
                world.sync()
                self.assert_with(world, ids, company)
                world.settled()
                world.edit(side, ids[side], raw=self.employed(side))
                world.sync()
                self.assert_with(world, ids, None)
                world.settled()

    def test_by_domain(self):
        self.check_known_by({"records": "A Ltd", "people": "A Limited"},
                            {"records": "a.test", "people": "A.test"})

    def test_by_name(self):
        self.check_known_by(dict.fromkeys(SIDES, "A Ltd"), {"records": "a.test", "people": None})

    def test_name_in_other_letters(self):
        self.check_known_by({"records": "A Ltd", "people": "a  LTD"}, dict.fromkeys(SIDES))

    def test_first_contact(self):
        """One side empty is filled; a company each is on both lists where there is a list."""
        for side in SIDES:
            with self.subTest(has_it=side):
                world, ids = self.open_linked()
                company = self.both(world, "A Ltd", "a.test")
                world.edit(side, ids[side], raw=self.employed(side, company[side]))
                world.sync_and_settle()
                self.assert_with(world, ids, company)

    def test_a_new_person_comes_with_it(self):
        for side in SIDES:
            with self.subTest(new_on=side):
                world = self.open()
                company = self.both(world, "A Ltd", "a.test")
                person = world.create(side, raw=self.employed(side, company[side]), **ADA)
                world.sync()
                world.settled()
                [there] = [view["id"] for view in world.view(other(side))
                           if view["emails"] == ADA["emails"]]
                self.assert_with(world, {side: person, other(side): there}, company)

    def test_others_are_kept(self):
        world, ids = self.open_linked()
        one, two, three = (self.both(world, f"{name} Ltd", f"{name}.test") for name in "abc")
        world.edit("records", ids["records"], raw=self.employed("records", one["records"]))
        world.edit("people", ids["people"],
                   raw=self.employed("people", one["people"], two["people"]))
        world.sync_and_settle()
        world.edit("records", ids["records"], raw=self.employed("records", three["records"]))
        world.sync_and_settle()
        self.assertEqual(self.employers(world, "people", ids["people"]),
                         [three["people"], two["people"]])
        self.assertEqual(self.employers(world, "records", ids["records"]), [three["records"]])

    def test_another_order_is_no_edit(self):
        world, ids = self.open_linked()
        one, two = (self.both(world, f"{name} Ltd", f"{name}.test") for name in "ab")
        world.edit("people", ids["people"],
                   raw=self.employed("people", one["people"], two["people"]))
        world.sync_and_settle()
        world.edit("people", ids["people"],
                   raw=self.employed("people", two["people"], one["people"]))
        world.settled()
        self.assertEqual(self.employers(world, "records", ids["records"]), [one["records"]])

    def test_a_rename_is_no_edit(self):
        """What was a pair stays one, whatever its sides are called by now."""
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd")
        world.edit("records", ids["records"], raw=self.employed("records", company["records"]))
        world.sync_and_settle()
        world.box.post("edit", side="people", object="organizations", id=company["people"],
                       set={"title": "B Ltd", "website": "https://b.test"})
        self.expire(world)
        world.settled()
        world.edit("people", ids["people"], raw=self.employed("people"))
        world.sync_and_settle()
        self.assert_with(world, ids, None)


class LeftOut(References):
    """What cannot be named on the other side."""

    def check_waits(self, world, ids, side, company):
        """Ada goes to that company on that side: it waits, and her job does not."""
        world.edit(side, ids[side], job="Engineer", raw=self.employed(side, company))
        there = other(side)
        before = self.employers(world, there, ids[there])
        changes = world.sync_and_settle()
        self.assertEqual([(change.side, change.id, list(change.fields)) for change in changes],
                         [(there, ids[there], ["jobTitle" if there == "people" else "job_title"])])
        self.assertEqual(self.employers(world, there, ids[there]), before)
        self.assertEqual(self.employers(world, side, ids[side]), [company])
        self.assertTrue(self.warned(world, "references left out"), "it is reported")
        self.assertGreater(world.sync()["left_out"], 0)
        lines = world.run("why", "--json", ids["people"], "company").splitlines()
        self.assertIn("left out", [json.loads(line).get("next") for line in lines])

    def test_made_later(self):
        for side in SIDES:
            with self.subTest(edited=side):
                world, ids = self.open_linked()
                old = self.both(world, "Old Ltd", "old.test")
                world.edit(side, ids[side], raw=self.employed(side, old[side]))
                company = {side: self.company(world, side, "A Ltd", "a.test")}
                world.sync_and_settle()
                self.check_waits(world, ids, side, company[side])
                company[other(side)] = self.company(world, other(side), "A Ltd", "a.test")
                self.expire(world)
                world.sync()
                world.settled()
                self.assert_with(world, ids, company)

    def test_a_name_of_two(self):
        """Two of the same name: neither is guessed, until a domain tells them apart."""
        world, ids = self.open_linked()
        twins = [self.company(world, "people", "Twin Ltd") for _ in range(2)]
        twin = self.company(world, "records", "Twin Ltd", "twin.test")
        world.sync_and_settle()
        self.check_waits(world, ids, "records", twin)
        world.box.post("edit", side="people", object="organizations", id=twins[1],
                       set={"website": "twin.test"})
        self.expire(world)
        world.sync()
        world.settled()
        self.assert_with(world, ids, {"records": twin, "people": twins[1]})

    def test_other_domains_are_others(self):
        world, ids = self.open_linked()
        self.company(world, "people", "A Ltd", "a.test")
        company = self.company(world, "records", "A Ltd", "b.test")
        world.sync_and_settle()
        self.check_waits(world, ids, "records", company)


class Kept(References):
    """The collections are read once, and again when something is wanted of them."""

    def test_not_read_in_every_cycle(self):
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd", "a.test")
        world.sync()
        world.clear_log()
        world.sync()
        self.assertEqual(self.asked(world), [])
        world.edit("records", ids["records"], raw=self.employed("records", company["records"]))
        world.sync()
        self.assertEqual(self.asked(world), [])
        self.assert_with(world, ids, company)
        self.expire(world)
        world.sync()
        self.assertNotEqual(self.asked(world), [])

    def test_an_id_that_is_new(self):
        for side in SIDES:
            with self.subTest(edited=side):
                world, ids = self.open_linked()
                self.both(world, "Old Ltd", "old.test")
                world.sync()
                company = self.both(world, "A Ltd", "a.test")
                world.edit(side, ids[side], raw=self.employed(side, company[side]))
                world.sync()
                self.assert_with(world, ids, company)
                world.settled()


@only("attributes")
class Met(References):
    """No list shows the companies: persons of the list do, and each is asked for through one of them."""

    def asked_for(self, world):
        return [request for request in world.box.log() if request["target"].endswith("/company")]

    def test_each_once(self):
        """Several are with it; nothing else is read for it."""
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd", "a.test")
        world.edit("records", ids["records"], raw=self.employed("records", company["records"]))
        self.both(world, "B Ltd", "b.test")
        world.clear_log()
        world.sync()
        self.assertEqual(len(self.asked_for(world)), 2)
        lists = [request for request in world.box.log() if "pageSize=" in request["target"]]
        self.assertEqual(len(lists), 1)
        self.assert_with(world, ids, company)
        world.clear_log()
        world.sync()
        self.assertEqual(self.asked_for(world), [], "all of them are known")
        self.expire(world)
        world.clear_log()
        world.settled()
        self.assertEqual(len(self.asked_for(world)), 2, "all of them have expired")

    def test_not_answered(self):
        """It is asked for again by the next sync, at a first contact and later."""
        for known in (False, True):
            with self.subTest(others_known=known):
                world, ids = self.open_linked(sync__retry__attempts=1)
                if known:
                    self.both(world, "Old Ltd", "old.test")
                    world.sync_and_settle()
                company = self.both(world, "A Ltd", "a.test")
                world.edit("records", ids["records"], job="Engineer",
                           raw=self.employed("records", company["records"]))
                world.box.post("fault", side="records", action="status", status=503, count=100,
                               match={"method": "GET", "path_prefix": f"{PEOPLE}/"})
                world.sync(code=None)
                self.assertEqual(world.find("people", ids["people"])["job"], "Engineer")
                self.assertEqual(self.employers(world, "people", ids["people"]), [])
                world.box.post("fault/clear")
                world.sync()
                self.assert_with(world, ids, company)
                world.settled()

    def test_a_stray_404(self):
        """It is asked for once more, and known in the same sync."""
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd", "a.test")
        world.edit("records", ids["records"], raw=self.employed("records", company["records"]))
        world.box.post("fault", side="records", action="status", status=404, count=1,
                       content_type="application/json",
                       body=json.dumps({"status_code": 404, "code": "not_found",
                                        "message": "not found"}),
                       match={"method": "GET", "path_prefix": f"{PEOPLE}/"})
        world.clear_log()
        world.sync()
        self.assertEqual(len(self.asked_for(world)), 2)
        self.assert_with(world, ids, company)
        world.settled()

    def test_nobody_is_with_it_any_more(self):
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd", "a.test")
        self.both(world, "B Ltd", "b.test")
        world.sync_and_settle()
        [holder] = [view["id"] for view in world.view("records")
                    if view["emails"] == ["holder1@three.test"]]
        world.edit("records", holder, raw=self.employed("records"))
        world.sync_and_settle()
        self.expire(world)
        world.sync_and_settle()
        world.edit("people", ids["people"], raw=self.employed("people", company["people"]))
        world.sync_and_settle()
        self.assertEqual(self.employers(world, "records", ids["records"]), [])
        self.assertTrue(self.warned(world, "references left out"))


class DeadOnes(References):
    def test_deleted_behind_our_back(self):
        """The write is refused for it: all the rest of it goes through, and nobody is quarantined."""
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd", "a.test")
        world.sync_and_settle()
        world.box.post("delete", side="people", object="organizations", id=company["people"])
        world.edit("records", ids["records"], job="Engineer",
                   raw=self.employed("records", company["records"]))
        summary = world.sync()
        self.assertEqual(summary["quarantined"], 0)
        self.assertEqual(world.find("people", ids["people"])["job"], "Engineer")
        self.assertEqual(self.employers(world, "people", ids["people"]), [])
        world.settled()
        company["people"] = self.company(world, "people", "A Ltd", "a.test")
        self.expire(world)
        world.sync()
        self.assert_with(world, ids, company)

    def test_deleted_on_records(self):
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd", "a.test")
        world.sync_and_settle()
        world.box.post("delete", side="records", object="companies", id=company["records"])
        world.edit("people", ids["people"], job="Engineer",
                   raw=self.employed("people", company["people"]))
        summary = world.sync()
        self.assertEqual(summary["quarantined"], 0)
        self.assertEqual(world.find("records", ids["records"])["job"], "Engineer")
        self.assertEqual(self.employers(world, "records", ids["records"]), [])
        self.assertEqual(self.employers(world, "people", ids["people"]), [company["people"]])
        world.settled()


class Colleagues(References):
    def test_beside_a_lost_create(self):
        """That a stranger is with the same company doesn't make him the one who was sent."""
        for side in SIDES:
            with self.subTest(created_on=side):
                world = self.open(people__marker=False, sync__retry__attempts=1)
                company = self.both(world, "A Ltd", "a.test")
                world.sync_and_settle()
                n = len(world.view(side))
                there = other(side)
                world.create(there, raw=self.employed(there, company[there]), **ADA)
                world.box.post("fault", side=side, action="reset_before", match={
                    "method": "POST", "path_prefix": "/people" if side == "people" else PEOPLE,
                    "nth": self.create_is(side)})
                world.sync(code=69)
                self.assertEqual(len(world.view(side)), n)
                world.create(side, name=Name("Bob", "", "Babbage"), emails=["bob@two.test"],
                             raw=self.employed(side, company[side]))
                summary = world.sync()
                self.assertEqual(summary["conflicts"], 0)
                self.assert_mirrored(world, n + 2)
                world.settled()

    @staticmethod
    def create_is(side):
        """In the dialect `values` the list, which shows nobody, is a POST too."""
        return 2 if side == "records" and DIALECT == "values" else 1


class Owners(References):
    """A workspace member, and the user with the same e-mail address."""

    TYPE = {"values": "actor-reference", "attributes": "text"}[DIALECT]

    def owner_of(self, world, side, person):
        """The e-mail address."""
        [one] = [one for one in world.box.dump(side)
                 if (one["id"]["record_id"] if side == "records" and DIALECT == "values" else
                     one["id"]) == person]
        if side == "people":
            users = {user["@id"]: user["email"] for user in world.box.dump("people", "users")}
            return users[one["owner"]] if "owner" in one else None
        if DIALECT == "attributes":
            return one["attributes"].get("owner")
        [value] = one["values"]["owner"] or [None]
        return value and value["referenced_actor_id"]

    def test_both_ways(self):
        world = self.open("--attribute", f"owner:{self.TYPE}",
                          references__owners={"enabled": True, "records": "owner"})
        ids = world.create_both(**ADA)
        world.sync_and_settle()
        user = world.box.dump("people", "users")[0]
        world.edit("people", ids["people"], raw={"owner": user["@id"]})
        world.sync_and_settle()
        held = self.owner_of(world, "records", ids["records"])
        self.assertIsNotNone(held)
        if DIALECT == "attributes":
            self.assertEqual(held, user["email"])
        world.edit("people", ids["people"], raw={"owner": None})
        world.sync_and_settle()
        self.assertIsNone(self.owner_of(world, "records", ids["records"]))
        again = held if DIALECT == "attributes" else [
            {"referenced_actor_type": "workspace-member", "referenced_actor_id": held}]
        world.edit("records", ids["records"], raw={"owner": again})
        world.sync_and_settle()
        self.assertEqual(self.owner_of(world, "people", ids["people"]), user["email"])

    def test_nobody_of_that_address(self):
        world = self.open("--attribute", f"owner:{self.TYPE}",
                          references__owners={"enabled": True, "records": "owner"})
        ids = world.create_both(**ADA)
        world.sync_and_settle()
        user = world.box.post("create", side="people", object="users",
                              set={"familyName": "Alone", "email": "alone@four.test"})["id"]
        world.edit("people", ids["people"], job="Engineer", raw={"owner": f"/users/{user}"})
        world.sync_and_settle()
        self.assertEqual(world.find("records", ids["records"])["job"], "Engineer")
        if DIALECT == "values":
            self.assertIsNone(self.owner_of(world, "records", ids["records"]))
            self.assertTrue(self.warned(world, "references left out"))


class Segments(References):
    OPTION = {"values": "segments:select:multi=Early|Late",
              "attributes": "segments:multi_select=Early|Late"}[DIALECT]

    def test_by_title(self):
        world = self.open("--attribute", self.OPTION,
                          references__segments={"enabled": True, "records": "segments"})
        ids = world.create_both(**ADA)
        for title in ("Early", "Late"):
            world.box.post("create", side="people", object="segments", set={"title": title})
        iris = {one["title"]: one["@id"] for one in world.box.dump("people", "segments")}
        world.edit("records", ids["records"], raw={"segments": ["Early", "Late"]})
        world.sync_and_settle()
        [one] = [one for one in world.box.dump("people") if one["id"] == ids["people"]]
        self.assertEqual(sorted(one["segments"]), sorted([iris["Early"], iris["Late"]]))
        world.edit("people", ids["people"], raw={"segments": [iris["Late"]]})
        world.sync_and_settle()
        [one] = [one for one in world.box.dump("records")
                 if (one["id"]["record_id"] if DIALECT == "values" else one["id"]) ==
                 ids["records"]]
        held = one["values"]["segments"] if DIALECT == "values" else one["attributes"]["segments"]
        self.assertEqual([value["option"]["title"] if DIALECT == "values" else value
                          for value in held], ["Late"])


class Spellings(References):
    """F5: collections in each spelling of JSON-LD, of more than a page."""

    def test_each(self):
        for jsonld in ("v4", "hydra", "plain"):
            with self.subTest(jsonld=jsonld):
                world, ids = self.open_linked("--jsonld", jsonld, "--companies", "80")
                company = self.both(world, "A Ltd", "a.test")
                world.edit("records", ids["records"],
                           raw=self.employed("records", company["records"]))
                world.sync_and_settle()
                self.assert_with(world, ids, company)


@only("values")
class SystemLinks(References):
    """The records' system links a company by an e-mail's domain."""

    def linked_by_system(self, with_company=None):
        world, ids = self.open_linked()
        company = self.both(world, "A Ltd", "a.test")
        if with_company:
            first = self.both(world, with_company, "first.test")
            world.edit("records", ids["records"], raw=self.employed("records", first["records"]))
        world.sync_and_settle()
        world.box.post("edit", side="records", id=ids["records"], actor="system",
                       set=self.employed("records", company["records"]))
        return world, ids, company

    def test_is_no_edit(self):
        for before in (None, "First Ltd"):
            with self.subTest(before=before):
                world, ids, company = self.linked_by_system(before)
                people = self.employers(world, "people", ids["people"])
                world.settled()
                self.assertEqual(self.employers(world, "records", ids["records"]),
                                 [company["records"]])
                self.assertEqual(self.employers(world, "people", ids["people"]), people)

    def test_a_later_choice_on_records_is_carried(self):
        world, ids, _ = self.linked_by_system()
        world.settled()
        chosen = self.both(world, "B Ltd", "b.test")
        world.edit("records", ids["records"], raw=self.employed("records", chosen["records"]))
        world.sync_and_settle()
        self.assert_with(world, ids, chosen)

    def test_a_choice_on_people_is_carried(self):
        world, ids, _ = self.linked_by_system()
        chosen = self.both(world, "B Ltd", "b.test")
        world.edit("people", ids["people"], raw=self.employed("people", chosen["people"]))
        world.sync_and_settle()
        self.assert_with(world, ids, chosen)

    def test_after_a_create_of_ours(self):
        world = self.open("--link-companies")
        self.both(world, "One Ltd", "one.test")
        person = world.create("people", **ADA)
        world.sync()
        self.wait_for_link(world)
        world.settled()
        self.assertEqual(self.employers(world, "people", person), [])

    def wait_for_link(self, world):
        deadline = time.monotonic() + LINK_SECONDS
        while not world.box.dump("records")[0]["values"]["company"]:
            self.assertLess(time.monotonic(), deadline, "the system links nothing")
            world.settled()


if __name__ == "__main__":
    unittest.main()
