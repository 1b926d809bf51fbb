# SPDX-License-Identifier: Apache-2.0
"""P7: the state is yesterday's, or knows other fields than the configuration: nothing goes back."""

import time
import unittest

import faults
from harness import DIALECT, SIDES, Case, other
from wire import PEOPLE_FIELDS, RECORDS_FIELDS, Name

SEVERAL = DIALECT == "values"
NAMES = ("Ada", "Bea", "Cyd", "Dot", "Eva", "Fay", "Gus", "Hal")


def seconds_from_now(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


def address(given):
    return f"{given.lower()}@example.com"


class Yesterday(Case):
    def linked(self, **overrides):
        """NAMES on both sides, and a copy of the state that knows them."""
        world = self.open(**overrides)
        self.ids = {given: world.create_both(name=Name(given, "", "Roe"), emails=[address(given)],
                                             job="Clerk", phones=[f"+1206555010{number}"])
                    for number, given in enumerate(NAMES)}
        world.sync()
        world.settled()
        faults.keep(world, "yesterday")
        return world

    def edit(self, world, side, given, at=None, **words):
        world.edit(side, self.ids[given][side], at=at, **words)

    def job(self, world, given):
        return [world.find(side, self.ids[given][side])["job"] for side in SIDES]

    def a_day(self, world):
        """All that happens in a day; every edit is carried."""
        self.edit(world, "records", "Ada", job="Analyst")
        self.edit(world, "people", "Bea", job="Boss")
        self.edit(world, "records", "Cyd", name=Name("Cyd", "", "Doe"), linkedin="cyd-doe")
        self.edit(world, "people", "Dot", job=None)
        self.edit(world, "people", "Eva", emails=["eva@example.net"])
        world.create("records", name=Name("Rae", "", "Low"), emails=["rae@example.com"])
        world.create("records", name=Name("Cher"))
        world.create("people", name=Name("Sue", "", "Low"), job="Smith")
        world.create_both(name=Name("Tim", "", "Low"), emails=["tim@example.com"])
        world.sync()
        # An address goes from one to another, one is added here and another there, one goes.
        self.edit(world, "records", "Eva", emails=["e@example.com"])
        world.sync()
        self.edit(world, "people", "Fay", emails=["eva@example.net", "fay@example.com"])
        if SEVERAL:
            self.edit(world, "records", "Gus", emails=["gus@example.com", "gus@example.net"])
            self.edit(world, "people", "Gus", emails=["gus@example.com", "gus@example.org"])
            self.edit(world, "records", "Hal", phones=[])
        world.sync()
        self.edit(world, "people", "Ada", linkedin="ada-roe")
        self.edit(world, "records", "Bea", phones=["+12065550199"])
        world.sync()
        world.settled()

    def check_nothing_moves(self, world, copy):
        before = {side: world.box.dump(side) for side in SIDES}
        faults.put_back(world, copy)
        world.clear_log()
        # What was under way then is found to be done, and counted; nothing is sent.
        self.assert_counts(world.sync(), removed={}, conflicts=0)
        self.assertEqual(world.writes(), [])
        self.assertEqual({side: world.box.dump(side) for side in SIDES}, before)
        world.settled()


class Old(Yesterday):
    def test_a_day_later(self):
        for winner in ("newest", *SIDES):
            with self.subTest(winner=winner):
                world = self.linked(sync__conflict=winner)
                self.a_day(world)
                self.check_nothing_moves(world, "yesterday")
                self.assert_mirrored(world, len(NAMES) + 4)

    def test_and_what_nobody_has_carried_yet(self):
        """Edits since: of what was edited before, too."""
        world = self.linked()
        self.a_day(world)
        faults.put_back(world, "yesterday")
        later = seconds_from_now(10)
        self.edit(world, "records", "Ada", at=later, job="Astronaut")
        self.edit(world, "people", "Bea", at=later, job="Bishop")
        self.edit(world, "people", "Cyd", job="Cook")
        self.edit(world, "records", "Dot", at=later, job="Diver")
        self.edit(world, "people", "Gus", linkedin="gus-roe")
        world.create("people", name=Name("Vic", "", "Low"), emails=["vic@example.com"])
        world.sync()
        self.assert_mirrored(world, len(NAMES) + 5)
        for given, job in {"Ada": "Astronaut", "Bea": "Bishop", "Cyd": "Cook",
                           "Dot": "Diver"}.items():
            self.assertEqual(self.job(world, given), [job] * 2)
        world.settled()

    def test_lists(self):
        """Elements that came or went since do not go or come back."""
        if not SEVERAL:
            self.skipTest("a record holds one of them")
        world = self.linked()
        for side in SIDES:
            self.edit(world, side, "Ada", emails=["ada@example.com", f"{side}@example.com"])
            self.edit(world, side, "Bea", phones=[])
            world.sync()
        faults.put_back(world, "yesterday")
        self.edit(world, "people", "Ada", emails=["people@example.com", "records@example.com",
                                                  "new@example.com"])
        world.sync()
        for side in SIDES:
            self.assertEqual(sorted(world.find(side, self.ids["Ada"][side])["emails"]),
                             ["new@example.com", "people@example.com", "records@example.com"])
            self.assertEqual(world.find(side, self.ids["Bea"][side])["phones"], [])
        self.assert_mirrored(world, len(NAMES))
        world.settled()

    def test_with_writes_under_way(self):
        """Copies of the middle of a sync: what it had decided and sent is long done."""
        world = self.linked()
        self.edit(world, "records", "Ada", job="Analyst")
        self.edit(world, "people", "Bea", job="Boss")
        self.edit(world, "people", "Cyd", linkedin="cyd-roe")
        world.create("records", name=Name("Rae", "", "Low"), emails=["rae@example.com"])
        world.create("people", name=Name("Sue", "", "Low"), job="Smith")
        copies, intents = 0, 0
        while copies < 60:
            # On from where the last one died: each gets a few commits further.
            run = faults.run(world, "sync", at=70 + 3 * copies)
            if run.code == 0:
                break
            copies += 1
            faults.keep(world, f"copy{copies}")
        self.assertGreater(copies, 3)
        world.sync()
        world.settled()
        self.edit(world, "people", "Ada", job="Astronaut")
        self.edit(world, "records", "Bea", job="Bishop")
        sue = next(view["id"] for view in world.view("records") if view["full"] == "Sue Low")
        world.edit("records", sue, job="Smithess")
        world.sync()
        world.settled()
        for number in range(1, copies + 1, max(copies // 12, 1)):
            with self.subTest(copy=number, of=copies):
                self.check_nothing_moves(world, f"copy{number}")
                faults.put_back(world, f"copy{number}")
                intents += world.rows("SELECT count(*) FROM intent")[0][0]
        self.assertGreater(intents, 0, "some of them hold writes that were under way")
        self.assert_mirrored(world, len(NAMES) + 2)


class Fields(Yesterday):
    """The table of fields changes: first contact for what is new in it, and for that alone."""

    FIELD = "job_title"

    def mapped(self, world, on, **settings):
        world.configure(settings)
        with open(world.path("sync.conf"), "a", encoding="utf-8") as file:
            if not on:
                file.write(f'fields = ( {{ field = "{self.FIELD}"; enabled = false; }} );\n')

    def names(self, change):
        return set(change.fields)

    def test_newly_mapped(self):
        for winner in SIDES:
            with self.subTest(winner=winner):
                world = self.open()
                self.mapped(world, False)
                self.ids = {given: world.create_both(name=Name(given, "", "Roe"), job="Clerk",
                                                     emails=[address(given)]) for given in NAMES}
                self.edit(world, "records", "Ada", job="Analyst")
                self.edit(world, "people", "Bea", job=None)
                self.edit(world, "records", "Cyd", job=None)
                world.sync()
                world.settled()
                self.assertEqual(self.job(world, "Ada"), ["Analyst", "Clerk"], "not mapped yet")
                self.mapped(world, True, **{"sync.conflict": winner})
                self.edit(world, other(winner), "Dot", linkedin="dot")
                changes = {change.id: self.names(change) for change in world.sync_and_settle()}
                title = {"records": RECORDS_FIELDS[DIALECT]["job"], "people": PEOPLE_FIELDS["job"]}
                handle = {"records": RECORDS_FIELDS[DIALECT]["linkedin"],
                          "people": PEOPLE_FIELDS["linkedin"]}
                self.assertEqual(changes, {
                    self.ids["Ada"][other(winner)]: {title[other(winner)]},
                    self.ids["Bea"]["people"]: {title["people"]},
                    self.ids["Cyd"]["records"]: {title["records"]},
                    self.ids["Dot"][winner]: {handle[winner]}})
                self.assert_mirrored(world, len(NAMES))

    def test_off_and_on_again(self):
        for winner in SIDES:
            with self.subTest(winner=winner):
                settings = {"sync.conflict": winner}
                world = self.linked(sync__conflict=winner)
                for _ in range(2):
                    for on in (False, True):
                        self.mapped(world, on, **settings)
                        world.settled()
                self.mapped(world, False, **settings)
                self.edit(world, winner, "Ada", job="Analyst")
                self.edit(world, "people", "Bea", linkedin="bea")
                self.edit(world, "records", "Bea", job="Boss")
                world.sync()
                self.assertEqual(sorted(self.job(world, "Ada")), ["Analyst", "Clerk"])
                self.mapped(world, True, **settings)
                changed = {change.id for change in world.sync_and_settle()}
                self.assertIn(self.ids["Ada"][other(winner)], changed)
                self.assertLessEqual(changed, {self.ids["Ada"][other(winner)],
                                               *self.ids["Bea"].values()})
                self.assertEqual(self.job(world, "Ada"), ["Analyst"] * 2)
                self.assert_mirrored(world, len(NAMES))

    def test_its_path_moves(self):
        """The same field from another attribute: what that holds is met for the first time."""
        world = self.linked(sync__conflict="records")
        with open(world.path("sync.conf"), "a", encoding="utf-8") as file:
            file.write('fields = ( { field = "job_title"; type = "text"; records = "job_title"; '
                       'people = "customerId"; } );\n')
        changes = world.sync_and_settle()
        self.assertEqual({change.side for change in changes}, {"people"})
        self.assertEqual([self.names(change) for change in changes], [{"customerId"}] * len(NAMES))
        self.assertEqual({view["job"] for view in world.view("people")}, {"Clerk"})


if __name__ == "__main__":
    unittest.main()
