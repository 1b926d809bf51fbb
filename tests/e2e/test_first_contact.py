# SPDX-License-Identifier: Apache-2.0
"""A1 to A6: the first sync of two systems that don't know each other."""

import unittest

from harness import DIALECT, SIDES, Case, only, other
from wire import Name

JSONLD = ("v4", "hydra", "plain")
STRANGERS = {
    "records": [
        {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"],
         "phones": ["+12065550100"], "job": "Engineer", "linkedin": "ada-lovelace"},
        {"name": Name("Jan", "van der", "Berg"), "emails": ["jan@example.com"]},
        {"name": Name("Grace", "", "Hopper"), "phones": ["+12065550101"]},
    ],
    "people": [
        {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"],
         "phones": ["+442079460123"], "job": "Mathematician", "linkedin": "alan-turing"},
        {"name": Name("Edsger", "", "Dijkstra"), "emails": ["edsger@example.com"]},
        {"name": Name("Barbara", "", "Liskov"), "linkedin": "liskov"},
    ],
}


class CreatedAcross(Case):
    """A1"""

    def check(self, jsonld, sides):
        world = self.open("--jsonld", jsonld)
        for side in sides:
            for words in STRANGERS[side]:
                world.create(side, **words)
        summary = world.sync()
        created = {other(side): len(STRANGERS[side]) for side in sides}
        self.assert_counts(summary, outcome="ok", created=created, updated={}, removed={},
                           conflicts=0, quarantined=0)
        self.assertEqual([change.method for change in world.changes()],
                         ["POST"] * sum(created.values()), "a create carries all it can")
        self.assert_mirrored(world, sum(created.values()))
        world.settled()
        return world

    def test_both_sides_empty(self):
        for jsonld in JSONLD:
            with self.subTest(jsonld=jsonld):
                self.check(jsonld, ())

    def test_one_side_empty(self):
        for jsonld in JSONLD:
            for side in SIDES:
                with self.subTest(jsonld=jsonld, side=side):
                    self.check(jsonld, (side,))

    def test_strangers_only(self):
        for jsonld in JSONLD:
            with self.subTest(jsonld=jsonld):
                self.check(jsonld, SIDES)

    def test_marker(self):
        world = self.check("v4", ("records",))
        marks = {view["raw"].get("externalSource") for view in world.view("people")}
        ids = {"crmsync:" + view["id"] for view in world.view("records")}
        self.assertEqual(marks, ids)


class Matched(Case):
    """A2 and A3: what is the same human is linked, and nothing needs to be sent."""

    def check(self, pairs, records_word, people_word, **overrides):
        world = self.open(**overrides)
        for number, (on_records, on_people) in enumerate(pairs):
            name = Name("Pat", "", f"Number{chr(ord('a') + number)}")
            world.create("records", name=name, **{records_word: on_records})
            world.create("people", name=name, **{people_word: on_people})
        world.clear_log()
        summary = world.sync()
        self.assert_counts(summary, created={}, updated={}, linked=len(pairs), conflicts=0)
        self.assertEqual(world.changes(), [])
        self.assertEqual([len(world.view(side)) for side in SIDES], [len(pairs)] * 2)
        world.settled()

    def test_email_in_other_writing(self):
        self.check([(["ada@example.com"], [" Ada@Example.COM "]),
                    (["Grace@EXAMPLE.com"], ["grace@example.com"]),
                    (["alan@example.com"], ["alan@example.com\t"])], "emails", "emails")

    def test_linkedin_url_and_handle(self):
        urls = ("https://linkedin.com/in/pat-a", "http://linkedin.com/in/pat-b",
                "https://www.linkedin.com/in/pat-c", "https://nl.linkedin.com/in/pat-d",
                "https://linkedin.com/in/pat-e/", "https://www.linkedin.com/in/pat-f?trk=x&y=1",
                "https://LinkedIn.com/in/Pat-G", "http://www.linkedin.com/in/pat-h/?trk=x")
        self.check([(url, f"pat-{chr(ord('a') + number)}") for number, url in enumerate(urls)],
                   "linkedin", "linkedin")

    def test_linkedin_handle_in_other_case(self):
        self.check([("https://linkedin.com/in/pat-a", "Pat-A")], "linkedin", "linkedin")

    def test_phone_national_and_international(self):
        national = {"original_phone_number": "(206) 555-0100", "country_code": "US"}
        if DIALECT == "attributes":
            national = "(206) 555-0100"
        self.check([([national], ["+12065550100"]),
                    (["+12065550101"], ["(206) 555-0101"]),
                    (["+12065550102"], ["206.555.0102"]),
                    (["+442079460123"], ["+44 20 7946 0123"])], "phones", "phones")

    def test_default_region(self):
        self.check([(["+442079460123"], ["020 7946 0123"])], "phones", "phones",
                   sync__default_region="GB")

    def test_phone_of_a_switchboard(self):
        """Without a compatible name a phone number matches nobody."""
        world = self.open()
        world.create("records", name=Name("Ada", "", "Lovelace"), phones=["+12065550100"])
        world.create("people", name=Name("Grace", "", "Hopper"), phones=["+12065550100"])
        self.assert_counts(world.sync(), created={"records": 1, "people": 1})
        self.assert_mirrored(world, 2)
        world.settled()


class Ambiguous(Case):
    """A4"""

    def check(self, world, bystander_on):
        before = {side: world.box.dump(side) for side in SIDES}
        bystander = world.create(bystander_on, name=Name("Alan", "", "Turing"),
                                 emails=["alan@example.com"])
        summary = world.sync(code=1)
        self.assertGreaterEqual(summary["conflicts"], 1)
        self.assert_counts(summary, updated={}, removed={}, linked=0,
                           created={other(bystander_on): 1})
        self.assertGreaterEqual(world.status()["totals"]["conflicts"], 1)
        for side in SIDES:
            after = {str(person["id"]): person for person in world.box.dump(side)}
            for person in before[side]:
                person.pop("@id", None)
                after[str(person["id"])].pop("@id", None)
                self.assertEqual(after[str(person["id"])], person)
            self.assertEqual(len(after), len(before[side]) + 1)
        self.assertTrue(bystander)
        world.settled(code=1)

    def test_two_persons_with_the_email_of_one_record(self):
        world = self.open("--stable-nested-ids")
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        for given in ("Ada", "Augusta"):
            world.create("people", name=Name(given, "", "Lovelace"), emails=["ada@example.com"])
        self.check(world, "records")

    def test_two_records_with_the_handle_of_one_person(self):
        world = self.open("--stable-nested-ids")
        world.create("people", name=Name("Ada", "", "Lovelace"), linkedin="ada")
        for given in ("Ada", "Augusta"):
            world.create("records", name=Name(given, "", "Lovelace"), linkedin="ada")
        self.check(world, "people")


class Differing(Case):
    """A5: the pair matches, a field differs."""

    PERSON = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"]}
    CREATED = "2024-01-01T00:00:00Z"
    UPDATED = "2024-02-01T00:00:00Z"

    def differ(self, record_set_at, **overrides):
        """A person created and updated at the times above; a record whose title has its own."""
        world = self.open(**overrides)
        person = world.create("people", at=self.CREATED, **self.PERSON)
        world.edit("people", person, at=self.UPDATED, job="Countess")
        record = world.create("records", at="2023-01-01T00:00:00Z", **self.PERSON)
        world.edit("records", record, at=record_set_at, job="Engineer")
        return world, {"records": record, "people": person}

    def check(self, world, ids, winner):
        titles = {"records": "Engineer", "people": "Countess"}
        loser = other(winner)
        changes = world.sync_and_settle()
        fields = self.only_change(changes, loser, ids[loser])
        self.assertEqual(list(fields), ["jobTitle" if loser == "people" else "job_title"])
        for side in SIDES:
            self.assertEqual(world.find(side, ids[side])["job"], titles[winner])
        rows = world.rows("SELECT side_id, old_value, new_value, reason FROM history "
                          "WHERE field = 'job_title'")
        lost = [row for row in rows if titles[loser] in row[1] and titles[winner] in row[2]]
        self.assertEqual([row[0] for row in lost], [ids[loser]], f"history: {rows}")
        self.assertTrue(lost[0][3], "the reason")

    @only("values")
    def test_record_is_newer(self):
        world, ids = self.differ("2024-03-01T00:00:00Z", sync__newest_fallback="people")
        self.check(world, ids, "records")

    @only("values")
    def test_record_is_older(self):
        world, ids = self.differ("2023-06-01T00:00:00Z")
        self.check(world, ids, "people")

    def test_not_known_falls_back_to_records(self):
        world, ids = self.differ("2024-01-15T00:00:00Z")
        self.check(world, ids, "records")

    def test_not_known_falls_back_to_people(self):
        world, ids = self.differ("2024-01-15T00:00:00Z", sync__newest_fallback="people")
        self.check(world, ids, "people")

    def test_policy_names_a_side(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.differ("2024-01-15T00:00:00Z", sync__conflict=side)
                self.check(world, ids, side)

    def test_manual(self):
        world, ids = self.differ("2024-01-15T00:00:00Z", sync__conflict="manual")
        summary = world.sync(code=1)
        self.assert_counts(summary, conflicts=1, updated={}, linked=1)
        self.assertEqual(world.find("records", ids["records"])["job"], "Engineer")
        self.assertEqual(world.find("people", ids["people"])["job"], "Countess")
        world.settled(code=1)

    def test_empty_is_filled(self):
        for side, word, value in (("records", "job", "Engineer"), ("people", "job", "Engineer"),
                                  ("records", "linkedin", "ada"), ("people", "linkedin", "ada"),
                                  ("records", "phones", ["+12065550100"]),
                                  ("people", "phones", ["+12065550100"])):
            with self.subTest(side=side, word=word):
                world = self.open()
                ids = world.create_both(**self.PERSON)
                world.edit(side, ids[side], **{word: value})
                changes = world.sync_and_settle()
                fields = self.only_change(changes, other(side), ids[other(side)])
                self.assertEqual(len(fields), 1, fields)
                self.assert_mirrored(world, 1)

    @only("values")
    def test_sets_are_united(self):
        world = self.open()
        name = Name("Ada", "", "Lovelace")
        world.create("records", name=name, emails=["ada@example.com", "a@example.com"])
        world.create("people", name=name, emails=["ada@example.com", "b@example.com"])
        changes = world.sync_and_settle()
        self.assertEqual(sorted(change.side for change in changes), ["people", "records"])
        self.assert_mirrored(world, 1)
        self.assertEqual(len(world.view("records")[0]["emails"]), 3)


class StateLost(Case):
    """P7: everything is matched again by markers and keys; nothing is created or written."""

    def test_second_first_contact(self):
        world = self.open()
        for side in SIDES:
            for words in STRANGERS[side]:
                world.create(side, **words)
            world.create(side, name=Name("No", "", f"Key{side}"), job=f"Keeper of {side}")
        world.sync()
        self.assert_mirrored(world, 8)
        world.forget_state()
        world.clear_log()
        self.assert_counts(world.sync(), created={}, updated={}, linked=8, conflicts=0)
        self.assertEqual(world.writes(), [])
        world.settled()


class Nameless(Case):
    """A6"""

    def family_name(self, **words):
        """The familyName that the person of such a record gets; the record stays as it is."""
        world = self.open()
        record = world.create("records", **words)
        world.sync()
        before = world.box.dump("records")
        [person] = world.view("people")
        world.settled()
        world.edit("people", person["id"], job="Singer")
        fields = self.only_change(world.sync_and_settle(), "records", record)
        self.assertEqual(list(fields), ["job_title"], "what was invented never travels back")
        [after] = world.box.dump("records")
        key = "values" if DIALECT == "values" else "attributes"
        self.assertEqual(after[key].get("name"), before[0][key].get("name"))
        return person["raw"]["familyName"]

    def test_mononym(self):
        self.assertEqual(self.family_name(name=Name("Cher"), emails=["c@example.com"]), "Cher")

    def test_email_only(self):
        self.assertEqual(self.family_name(emails=["info@example.com"]), "info")

    def test_neither_name_nor_email(self):
        world = self.open()
        world.create("records", job="Nobody")
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        summary = world.sync(code=1)
        self.assert_counts(summary, quarantined=1, created={"people": 1})
        self.assertEqual([view["full"] for view in world.view("people")], ["Ada Lovelace"])
        self.assertEqual(world.status()["totals"]["quarantined"], 1)
        [(words,)] = world.rows("SELECT words FROM quarantine")
        self.assertRegex(words.lower(), "name")
        world.settled(code=1)


if __name__ == "__main__":
    unittest.main()
