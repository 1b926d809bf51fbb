# SPDX-License-Identifier: Apache-2.0
"""F1: what has no counterpart: looked for, and not in each cycle; made where the configuration says so."""

import json
import unittest

from harness import SIDES, only, other
from references_world import References


class InVain(References):
    """What nobody can resolve costs no request in each cycle."""

    CYCLES = 6

    def quiet(self, world):
        """The requests of cycles in which nothing happens."""
        counts = []
        for _ in range(self.CYCLES):
            world.clear_log()
            world.sync()
            self.assertEqual(world.writes(), [])
            counts.append(sorted((request["method"], request["target"])
                                 for request in world.box.log()))
        return counts

    def check(self, edit):
        world, ids = self.open_linked()
        self.both(world, "Old Ltd", "old.test")
        world.sync_and_settle()
        before = self.quiet(world)[0]
        edit(world, ids)
        world.clear_log()
        world.sync()
        self.assertNotEqual(self.asked(world), [], "it is looked for")
        self.assertTrue(self.warned(world, "references left out"))
        for asked in self.quiet(world):
            self.assertEqual(asked, before)
            self.assertTrue(self.warned(world, "references left out"))
        self.expire(world)
        world.clear_log()
        world.sync()
        self.assertNotEqual(self.asked(world), [], "it has expired")
        self.expire(world, 60)  # less than that: large ones are not read twice within seconds
        world.sync()
        self.assertEqual(self.quiet(world)[0], before)
        return world, ids

    def test_company(self):
        for side in SIDES:
            with self.subTest(edited=side):
                def edit(world, ids):
                    company = self.company(world, side, "A Ltd", "a.test")
                    world.edit(side, ids[side], raw=self.employed(side, company))
                self.check(edit)

    @only("attributes")
    def test_tag(self):
        def edit(world, ids):
            world.edit("records", ids["records"], tags=["Nowhere"])
        world, ids = self.check(edit)
        # Another text is another question.
        world.edit("records", ids["records"], tags=["Nowhere else"])
        world.clear_log()
        world.sync()
        self.assertNotEqual(self.asked(world), [])
        # It is there by now: the next reading finds it.
        world.box.post("create", side="people", object="tags", set={"title": "Nowhere else"})
        world.sync()
        self.assertEqual(world.find("people", ids["people"])["tags"], [])
        self.expire(world)
        world.sync()
        self.assertEqual(world.find("people", ids["people"])["tags"], ["Nowhere else"])
        world.settled()

    def test_an_id_that_no_list_shows(self):
        """Somebody is with an organization that the list of them does not show."""
        world, ids = self.open_linked()
        self.both(world, "Old Ltd", "old.test")
        world.sync_and_settle()
        before = self.quiet(world)[0]
        hidden = self.company(world, "people", "Hidden Ltd", "hidden.test")
        shown = [one for one in world.box.dump("people", "organizations") if one["id"] != hidden]
        world.box.post("fault", side="people", action="raw", count=100000, status=200,
                       content_type="application/ld+json",
                       body=json.dumps({"member": shown, "totalItems": len(shown)}),
                       match={"method": "GET", "path_prefix": "/organizations"})
        world.edit("people", ids["people"], raw=self.employed("people", hidden))
        world.clear_log()
        world.sync()
        self.assertNotEqual(self.asked(world), [], "it is looked for")
        for asked in self.quiet(world):
            self.assertEqual(asked, before)

    def refused(self, world):
        """So many times has the making of an organization been refused."""
        return len([request for request in world.box.log() if request["method"] == "POST" and
                    request["target"] == "/organizations"])

    def test_create_refused(self):
        """It is tried once, and not in each cycle, until the collection is read again."""
        world, ids = self.open_linked(references__companies={"create_missing": True})
        world.sync_and_settle()
        world.box.post("fault", side="people", action="status", status=403, count=100,
                       match={"method": "POST", "path_prefix": "/organizations"})
        company = self.company(world, "records", "New Ltd", "new.test")
        world.edit("records", ids["records"], raw=self.employed("records", company))
        world.clear_log()
        for _ in range(self.CYCLES):
            world.sync()
        self.assertEqual(self.refused(world), 1)
        self.expire(world)
        world.sync()
        self.assertEqual(self.refused(world), 2)
        world.box.post("fault/clear")
        self.expire(world)
        world.sync()
        self.assertEqual(len(self.employers(world, "people", ids["people"])), 1)
        world.settled()

    def test_create_missing_switched_on(self):
        """What was looked for in vain before is made at once."""
        world, ids = self.open_linked()
        world.sync_and_settle()
        company = self.company(world, "records", "New Ltd", "new.test")
        world.edit("records", ids["records"], raw=self.employed("records", company))
        world.sync_and_settle()
        self.assertEqual(self.employers(world, "people", ids["people"]), [])
        world.configure({"references.companies": {"create_missing": True}})
        world.sync()
        self.assertEqual(len(self.employers(world, "people", ids["people"])), 1)
        world.settled()


class Created(References):
    """references.create_missing: what the other side lacks is made there, once."""

    def companies(self, world, side):
        if side == "people":
            return [(one["title"], one.get("website")) for one in world.box.dump(side, "organizations")
                    if one["title"].startswith("New")]
        return [(one["values"]["name"][0]["value"],
                 *(domain["domain"] for domain in one["values"]["domains"]))
                for one in world.box.dump(side, "companies")
                if one["values"]["name"][0]["value"].startswith("New")]

    def edited(self, side, *options, **overrides):
        world, ids = self.open_linked(*options, references__companies={"create_missing": True},
                                      **overrides)
        world.sync_and_settle()
        company = self.company(world, side, "New Ltd", "new.test")
        world.edit(side, ids[side], raw=self.employed(side, company))
        return world, ids

    def test_organization(self):
        world, ids = self.edited("records")
        world.sync()
        self.assertEqual(self.companies(world, "people"), [("New Ltd", "https://new.test")])
        self.assertEqual(len(self.employers(world, "people", ids["people"])), 1)
        world.settled()

    def made(self, world):
        """What was asked for to make a company on records."""
        return [(request["method"], request["target"]) for request in world.writes("records")
                if "/companies/" in request["target"]]

    @only("values")
    def test_company(self):
        world, ids = self.edited("people")
        world.clear_log()
        world.sync()
        self.assertEqual(self.companies(world, "records"), [("New Ltd", "new.test")])
        self.assertEqual(len(self.employers(world, "records", ids["records"])), 1)
        self.assertEqual(self.made(world), [self.POST])
        world.settled()

    @only("values")
    def test_company_of_that_domain(self):
        """It came after the companies were read: it is taken, and stays what it is."""
        world, ids = self.edited("people")
        kept = self.company(world, "records", "Kept Ltd", "new.test")
        world.box.post("edit", side="records", object="companies", id=kept,
                       set={"domains": ["new.test", "kept.test"]})
        world.box.post("fault", side="records", action="raw", count=100, status=200,
                       content_type="application/json", body=json.dumps({"data": []}),
                       match={"method": "POST", "path_prefix": f"{self.POST[1]}/query"})
        world.clear_log()
        summary = world.sync()
        self.assertEqual(self.made(world), [self.POST, self.ASSERT])
        self.assertEqual(summary["references"], {"records": 0, "people": 0}, "none is new")
        self.assertEqual(self.companies(world, "records"), [])
        [company] = [one for one in world.box.dump("records", "companies")
                     if one["id"]["record_id"] == kept]
        self.assertEqual(company["values"]["name"][0]["value"], "Kept Ltd")
        self.assertEqual(sorted(one["domain"] for one in company["values"]["domains"]),
                         ["kept.test", "new.test"])
        self.assertEqual(self.employers(world, "records", ids["records"]), [kept])
        world.box.post("fault/clear")
        world.settled()

    ASSERT = ("PUT", "/v2/objects/companies/records?matching_attribute=domains")
    POST = ("POST", "/v2/objects/companies/records")

    @only("values")
    def test_company_whose_answer_is_lost(self):
        """One with a domain is made again at once: if it was made that clashes, and it is asserted; without
        one only the next reading tells."""
        for domain in ("new.test", None):
            for action in ("reset_after", "reset_before", "cut_body"):
                asked = [self.POST] if domain is None else \
                    [self.POST] * 2 if action == "reset_before" else [self.POST] * 2 + [self.ASSERT]
                with self.subTest(domain=domain, action=action):
                    world, ids = self.open_linked(
                        references__companies={"create_missing": True})
                    world.sync_and_settle()
                    company = self.company(world, "people", "New Ltd", domain)
                    world.edit("people", ids["people"], raw=self.employed("people", company))
                    # Two queries, of which one answers that this was all, come before a POST.
                    world.box.post("fault", side="records", action=action,
                                   match={"method": "POST", "nth": 3,
                                          "path_prefix": "/v2/objects/companies/records"})
                    world.clear_log()
                    world.sync(code=None)
                    self.assertEqual(self.made(world), asked)
                    if domain:
                        self.assertEqual(len(self.employers(world, "records", ids["records"])), 1)
                    world.sync(code=None)
                    world.sync()
                    self.assertEqual(self.companies(world, "records"),
                                     [("New Ltd", *([domain] if domain else []))])
                    self.assertEqual(len(self.employers(world, "records", ids["records"])), 1)
                    world.settled()

    def test_is_told(self):
        """In the summary, and in the history with its reason."""
        world, _ = self.edited("records")
        summary = world.sync()
        self.assertEqual(summary["references"], {"records": 0, "people": 1})
        lines = [json.loads(line)
                 for line in world.run("history", "show", str(summary["id"]), "--json").splitlines()]
        [made] = [line for line in lines if line["field"] == "organizations"]
        self.assertEqual((made["action"], made["side"], made["new"], made["why"]),
                         ("create", "people", "New Ltd", "create_missing"))
        self.assertRegex(made["id"], "^/organizations/.")
        shown = world.run("history", "show", str(summary["id"]))
        self.assertIn(f"create people  ({made['id']}): create_missing", shown)
        self.assertIn("New Ltd", shown)

    def test_not_by_default(self):
        world, ids = self.open_linked()
        company = self.company(world, "records", "New Ltd", "new.test")
        world.edit("records", ids["records"], raw=self.employed("records", company))
        world.sync_and_settle()
        self.assertEqual(self.companies(world, "people"), [])

    def test_once_though_the_answer_is_lost(self):
        world, ids = self.edited("records")
        world.box.post("fault", side="people", action="reset_after",
                       match={"method": "POST", "path_prefix": "/organizations"})
        world.sync(code=None)
        world.sync()
        self.assertEqual(self.companies(world, "people"), [("New Ltd", "https://new.test")])
        self.assertEqual(len(self.employers(world, "people", ids["people"])), 1)
        world.settled()

    def test_a_plan_makes_nothing(self):
        world, _ = self.edited("records")
        world.run("plan", code=None)
        self.assertEqual(self.companies(world, "people"), [])

    @only("attributes")
    def test_tag(self):
        world, ids = self.open_linked(references__tags={"create_missing": True})
        world.sync_and_settle()
        world.edit("records", ids["records"], tags=["Brand New"])
        world.sync()
        self.assertEqual(world.find("people", ids["people"])["tags"], ["Brand New"])
        world.settled()


if __name__ == "__main__":
    unittest.main()
