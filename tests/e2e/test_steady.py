# SPDX-License-Identifier: Apache-2.0
"""B1 to B3, B5 and B6: edits of persons that are linked."""

import json
import time
import unittest

from harness import DIALECT, SIDES, Case, only, other
from wire import PEOPLE_FIELDS, RECORDS_FIELDS, Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"],
       "phones": ["+12065550100"], "job": "Engineer", "linkedin": "ada-lovelace"}
if DIALECT == "values":
    ADA["city"] = "London"
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}


def seconds_from_now(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def field_names(side, word):
    """The names under which that side knows a word; of a name all that may change."""
    if side == "records":
        return {RECORDS_FIELDS[DIALECT][word]}
    return {"familyName"} if word == "name" else {PEOPLE_FIELDS[word]}


class Edits(Case):
    def linked(self, *options, **overrides):
        """A world with Ada and Grace on both sides, linked and settled."""
        world = self.open(*options, **overrides)
        ids = world.create_both(**ADA)
        world.create_both(**GRACE)
        world.sync()
        world.settled()
        return world, ids


class OneField(Edits):
    """B1"""

    NEW = {
        "records": {"job": "Analyst", "linkedin": "countess", "phones": ["+12065550111"],
                    "emails": ["ada@example.net"], "name": Name("Ada", "", "King")},
        "people": {"job": "Countess", "linkedin": "ada-king", "phones": ["+12065550122"],
                   "emails": ["ada@example.org"], "name": Name("Ada", "", "Byron")},
    }

    def edit_and_check(self, world, ids, side, word, value):
        """The edit arrives by one update of one field; then all is quiet."""
        world.edit(side, ids[side], **{word: value})
        target = other(side)
        fields = self.only_change(world.sync_and_settle(), target, ids[target])
        self.assertEqual(set(fields), field_names(target, word))
        self.assert_mirrored(world, 2)
        return fields

    def check_all(self, side, words):
        world, ids = self.linked()
        for word, value in words.items():
            with self.subTest(word=word):
                self.edit_and_check(world, ids, side, word, value)

    def test_on_records(self):
        self.check_all("records", self.NEW["records"])

    def test_on_people(self):
        self.check_all("people", self.NEW["people"])

    @only("values")
    def test_city(self):
        for side, city in (("records", "Utrecht"), ("people", "Gent")):
            with self.subTest(side=side):
                self.check_all(side, {"city": city})

    def test_in_each_jsonld(self):
        for jsonld in ("hydra", "plain"):
            for side in SIDES:
                with self.subTest(jsonld=jsonld, side=side):
                    world, ids = self.linked("--jsonld", jsonld)
                    fields = self.edit_and_check(world, ids, side, "job", "Analyst")
                    self.assertIn("Analyst", json.dumps(fields))

    def test_body_for_people(self):
        world, ids = self.linked()
        fields = self.edit_and_check(world, ids, "records", "job", "Analyst")
        self.assertEqual(fields, {"jobTitle": "Analyst"})

    def test_history(self):
        """P9: cycle, field, old value, new value and the reason of every write."""
        world, ids = self.linked()
        self.edit_and_check(world, ids, "records", "job", "Analyst")
        rows = world.rows("SELECT side_id, action, old_value, new_value, reason FROM history "
                          "WHERE field = 'job_title'")
        self.assertEqual([row[:4] for row in rows],
                         [(ids["people"], "update", "Engineer", "Analyst")])
        self.assertTrue(rows[0][4])

    def test_a_server_that_refuses_unchanged_lists(self):
        world, ids = self.linked("--unique-rows", "--exact-search")
        for word, value in (("job", "Analyst"), ("name", Name("Ada", "", "King"))):
            self.edit_and_check(world, ids, "records", word, value)


class TwoFields(Edits):
    """B2"""

    def check(self, on_records, on_people):
        world, ids = self.linked()
        world.edit("records", ids["records"], **on_records)
        world.edit("people", ids["people"], **on_people)
        changes = {change.side: change for change in world.sync_and_settle()}
        self.assertEqual(set(changes), set(SIDES))
        for side, words in (("people", on_records), ("records", on_people)):
            [word] = words
            self.assertEqual(changes[side].id, ids[side])
            self.assertEqual(set(changes[side].fields), field_names(side, word))
        self.assert_mirrored(world, 2)
        view = world.find("people", ids["people"])
        for word, value in (on_records | on_people).items():
            self.assertEqual(view[word], value)

    def test_title_and_phone(self):
        self.check({"job": "Analyst"}, {"phones": ["+12065550122"]})

    def test_name_and_title(self):
        self.check({"name": Name("Ada", "", "King")}, {"job": "Countess"})

    def test_two_fields_of_one_side_go_out_at_once(self):
        world, ids = self.linked()
        world.edit("records", ids["records"], job="Analyst", linkedin="countess")
        fields = self.only_change(world.sync_and_settle(), "people", ids["people"])
        self.assertEqual(fields, {"jobTitle": "Analyst", "linkedinId": "countess"})


class Several(Edits):
    """Edits of several persons: what an API can do in one request is asked for in one."""

    N = 4

    def edited(self, side):
        """The requests to the other side when all persons have another title on this one."""
        world = self.open()
        ids = [world.create_both(name=Name("Ada", "", "X" * (n + 1)), job="Engineer",
                                 emails=[f"ada{n}@example.com"]) for n in range(self.N)]
        world.sync()
        world.settled()
        for n, pair in enumerate(ids):
            world.edit(side, pair[side], job=f"Analyst {n}")
        world.clear_log()
        world.sync()
        target = other(side)
        requests = [request for request in world.box.log() if request["side"] == target]
        self.assertEqual(sorted(change.id for change in world.changes(target)),
                         sorted(pair[target] for pair in ids))
        self.assert_mirrored(world, self.N)
        world.settled()
        alone = [request["target"] for request in requests if request["method"] == "GET" and
                 any(request["target"].split("?")[0].endswith(pair[target]) for pair in ids)]
        self.assertEqual(alone, [], "nobody is read alone")
        return requests, [pair[target] for pair in ids]

    def test_on_people(self):
        requests, ids = self.edited("people")
        filters = [request["body"]["filter"] for request in requests
                   if request["target"].endswith("/query") and "filter" in request["body"]]
        [[(attribute, wanted)]] = [list(one.items()) for one in filters]
        if DIALECT == "values":
            self.assertEqual((attribute, sorted(wanted["$in"])), ("record_id", sorted(ids)))
        else:
            self.assertEqual((attribute, len(wanted["$in"])), ("email", self.N))
            [batch] = [request for request in requests if request["method"] == "PATCH"]
            self.assertEqual(batch["target"], "/v2/objects/people/records/batch")
            self.assertEqual(len(batch["body"]["records"]), self.N)

    def test_on_records(self):
        requests, _ = self.edited("records")
        groups = [request["target"] for request in requests
                  if "emailAddresses.email%5B%5D=" in request["target"]]
        self.assertEqual([group.count("emailAddresses") for group in groups], [self.N])


class SameField(Edits):
    """B3"""

    TITLES = {"records": "Analyst", "people": "Countess"}

    def edit_both(self, world, ids, records_in=1, people_in=1):
        for side, seconds in (("records", records_in), ("people", people_in)):
            world.edit(side, ids[side], at=seconds_from_now(seconds), job=self.TITLES[side])

    def check(self, world, ids, winner):
        loser = other(winner)
        fields = self.only_change(world.sync_and_settle(), loser, ids[loser])
        self.assertEqual(set(fields), field_names(loser, "job"))
        for side in SIDES:
            self.assertEqual(world.find(side, ids[side])["job"], self.TITLES[winner])
        rows = world.rows("SELECT side_id, old_value FROM history WHERE field = 'job_title'")
        self.assertIn(ids[loser], [row[0] for row in rows if self.TITLES[loser] in row[1]],
                      f"the losing value stands in the history: {rows}")

    def test_newest(self):
        for winner, late in (("records", {"records_in": 20}), ("people", {"people_in": 20})):
            with self.subTest(winner=winner):
                fallback = other(winner)
                world, ids = self.linked(sync__newest_fallback=fallback)
                self.edit_both(world, ids, **late)
                self.check(world, ids, winner)

    def test_newest_within_the_tolerance(self):
        for fallback in SIDES:
            with self.subTest(fallback=fallback):
                world, ids = self.linked(sync__newest_fallback=fallback)
                self.edit_both(world, ids)
                self.check(world, ids, fallback)

    def test_one_side_always_wins(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.linked(sync__conflict=side)
                self.edit_both(world, ids, **{other(side) + "_in": 20})
                self.check(world, ids, side)

    def test_manual(self):
        world, ids = self.linked(sync__conflict="manual")
        self.edit_both(world, ids)
        world.edit("records", ids["records"], linkedin="countess")
        world.edit("people", ids["people"], phones=["+12065550122"])
        world.clear_log()
        summary = world.sync(code=1)
        self.assert_counts(summary, conflicts=1)
        self.assertEqual({change.side: set(change.fields) for change in world.changes()},
                         {"people": {"linkedinId"}, "records": field_names("records", "phones")})
        for side in SIDES:
            view = world.find(side, ids[side])
            self.assertEqual((view["job"], view["linkedin"], view["phones"]),
                             (self.TITLES[side], "countess", ["+12065550122"]))
        world.settled(code=1)
        self.assertEqual(world.status()["totals"]["conflicts"], 1)

    def test_manual_ends_when_both_agree(self):
        world, ids = self.linked(sync__conflict="manual")
        self.edit_both(world, ids)
        world.sync(code=1)
        world.edit("people", ids["people"], job=self.TITLES["records"])
        self.assertEqual(world.sync_and_settle(), [])

    def test_the_same_edit_on_both_sides(self):
        world, ids = self.linked()
        for side in SIDES:
            world.edit(side, ids[side], job="Analyst")
        self.assertEqual(world.sync_and_settle(), [])


class Cleared(Edits):
    """B5"""

    EMPTY = {"job": None, "linkedin": None, "phones": []}

    def check(self, side, words):
        world, ids = self.linked()
        for word, empty in words.items():
            with self.subTest(word=word):
                world.edit(side, ids[side], **{word: empty})
                target = other(side)
                fields = self.only_change(world.sync_and_settle(), target, ids[target])
                self.assertEqual(set(fields), field_names(target, word))
                self.assertFalse(world.find(target, ids[target])[word])

    def test_on_records(self):
        self.check("records", self.EMPTY)

    def test_on_people(self):
        self.check("people", self.EMPTY)

    @only("values")
    def test_city(self):
        for side in SIDES:
            self.check(side, {"city": None})

    def test_absent_is_unknown_on_the_records_side(self):
        """A page that leaves out a key says nothing of it."""
        world, ids = self.linked()
        persons = world.box.dump("records")
        group = "values" if DIALECT == "values" else "attributes"
        for person in persons:
            for word in ("job", "phones"):
                person[group].pop(RECORDS_FIELDS[DIALECT][word], None)
        page = {"data": persons}
        if DIALECT == "attributes":
            page["meta"] = {"page": 1, "pageSize": 100, "total": len(persons)}
        world.box.post("fault", side="records", action="raw", status=200, body=page,
                       match={"path_prefix": "/v2/objects/people/records"})
        world.clear_log()
        world.sync()
        self.assertEqual(world.box.stats()["records"]["faults"], 1, "the page was read")
        self.assertEqual(world.writes(), [])
        self.assertEqual(world.find("people", ids["people"])["job"], "Engineer")
        world.settled()

    def test_filled_where_a_page_leaves_it_out(self):
        """A record that never had a title gets the person's."""
        world = self.open("--sparse-queries")
        ids = world.create_both(name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        world.sync()
        for word, value in (("job", "Analyst"), ("linkedin", "ada"), ("phones", ["+12065550122"])):
            with self.subTest(word=word):
                world.edit("people", ids["people"], **{word: value})
                fields = self.only_change(world.sync_and_settle(), "records", ids["records"])
                self.assertEqual(set(fields), field_names("records", word))
        self.assert_mirrored(world, 1)

    @only("values")
    def test_cleared_where_queries_leave_it_out(self):
        """The record's own answer tells that it is cleared, and not only left out."""
        world, ids = self.linked("--sparse-queries")
        for word in self.EMPTY:
            with self.subTest(word=word):
                world.edit("records", ids["records"], **{word: self.EMPTY[word]})
                fields = self.only_change(world.sync_and_settle(), "people", ids["people"])
                self.assertEqual(set(fields), field_names("people", word))


class NewPersons(Edits):
    """B6"""

    ALAN = {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"], "job": "Fellow"}

    def test_on_either_side(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, _ = self.linked()
                world.create(side, **self.ALAN)
                [change] = world.sync_and_settle()
                self.assertEqual((change.side, change.method), (other(side), "POST"))
                self.assert_mirrored(world, 3)

    def test_on_both_sides_with_the_same_email(self):
        world, _ = self.linked()
        world.create("records", **self.ALAN)
        world.create("people", **self.ALAN | {"emails": ["Alan@Example.com"]})
        self.assertEqual(world.sync_and_settle(), [])
        self.assertEqual([len(world.view(side)) for side in SIDES], [3, 3])

    def test_on_both_sides_with_different_titles(self):
        world, _ = self.linked(sync__conflict="people")
        world.create("records", **self.ALAN)
        world.create("people", **self.ALAN | {"job": "Don"})
        [change] = world.sync_and_settle()
        self.assertEqual((change.side, set(change.fields)), ("records", {"job_title"}))
        self.assert_mirrored(world, 3)

    def test_a_second_person_with_a_linked_email(self):
        """A suspected duplicate: reported, not created across."""
        world, ids = self.linked()
        double = world.create("people", name=Name("Augusta", "", "King"), emails=ADA["emails"])
        world.clear_log()
        self.assertGreaterEqual(world.sync(code=1)["conflicts"], 1)
        self.assertEqual(world.writes(), [])
        world.edit("people", ids["people"], job="Countess")
        self.only_change(world.sync_and_settle(code=1), "records", ids["records"])
        self.assertTrue(world.find("people", double))

    def test_several_at_once(self):
        world, _ = self.linked()
        for number in range(3):
            for side in SIDES:
                world.create(side, name=Name(side.title(), "", "X" * (number + 1)),
                             emails=[f"{side}{number}@example.com"])
        changes = world.sync_and_settle()
        self.assertEqual(sorted((change.side, change.method) for change in changes),
                         [("people", "POST")] * 3 + [("records", "POST")] * 3)
        self.assert_mirrored(world, 8)


if __name__ == "__main__":
    unittest.main()
