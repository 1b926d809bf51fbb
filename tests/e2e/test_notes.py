# SPDX-License-Identifier: Apache-2.0
"""F2: notes both ways, once each, and what is not carried."""

import unittest

from harness import SIDES, only, other
from notes_world import ADA, GRACE, THEN, Notes, sources

NOTE = ("Call", "She will call back.")


class Both(Notes):
    def test_each_once(self):
        """Title, text and time arrive, and nothing else is ever written."""
        for side in sources():
            with self.subTest(side=side):
                world, ids = self.ada()
                self.add(world, side, ids[side], at=THEN)
                world.clear_log()
                summary = world.sync()
                self.assert_notes(world, NOTE)
                self.assertEqual([write["side"] for write in world.writes()], [other(side)])
                self.assertEqual(summary["notes"][other(side)], 1)
                times = {end: [note["created_at"][:19] for note in self.notes(world, end)]
                         for end in SIDES}
                self.assertEqual(times, dict.fromkeys(SIDES, [THEN[:19]]))
                world.settled()

    def test_of_new_persons(self):
        """A person and its notes arrive in one sync."""
        for side in sources():
            with self.subTest(side=side):
                world = self.notes_world()
                for words in (ADA, GRACE):
                    person = world.create(side, **words)
                    self.add(world, side, person, title="Of " + words["name"].given)
                    self.add(world, side, person, title="Again of " + words["name"].given)
                world.sync()
                self.assertEqual(len(self.notes(world, other(side))), 4)
                self.assertEqual(self.texts(world, side), self.texts(world, other(side)))
                world.settled()

    @only("values")
    def test_both_ways_at_once(self):
        world, ids = self.ada()
        for side in SIDES:
            self.add(world, side, ids[side], title="From " + side)
        world.sync()
        self.assert_notes(world, ("From people", NOTE[1]), ("From records", NOTE[1]))
        world.settled()

    def test_same_on_both(self):
        """What both have already is linked: at first contact whatever its time, later by it."""
        world = self.notes_world()
        ids = world.create_both(**ADA)
        self.add(world, "records", ids["records"], at=THEN)
        self.add(world, "people", ids["people"])
        world.sync()
        self.assert_notes(world, NOTE)
        for side in SIDES:
            self.add(world, side, ids[side], title="Later", at=THEN)
        world.clear_log()
        world.sync()
        self.assertEqual(world.writes(), [])
        world.settled()

    def test_twins(self):
        """Two notes of the same words are two notes."""
        side = sources()[-1]
        world, ids = self.ada()
        for day in ("03", "04"):
            self.add(world, side, ids[side], at=f"2024-02-{day}T04:05:06Z")
        world.sync()
        self.assert_notes(world, NOTE, NOTE)
        world.settled()

    def test_many(self):
        """More than a page of either side."""
        side = sources()[-1]
        world, ids = self.ada()
        for i in range(120):
            self.add(world, side, ids[side], title=f"{i:03}")
        world.sync()
        self.assertEqual(len(self.notes(world, other(side))), 120)
        self.assertEqual(self.texts(world, side), self.texts(world, other(side)))
        world.settled()

    def test_words(self):
        """Lines, marks and emoji; a note that has no title, or only one."""
        words = [("Zürich 🚲", "é\nline two\n\n  <b>bold</b> \"quoted\" \\"), ("", "no title")]
        side = sources()[-1]
        world, ids = self.ada()
        for title, text in words:
            self.add(world, side, ids[side], title=title, text=text)
        world.sync()
        self.assert_notes(world, *words)
        self.add(world, "records", ids["records"], title="Only a title", text="")
        world.sync()
        self.assertIn(("Only a title", "Only a title"), self.texts(world, "people"))
        world.settled()

    def test_state_lost(self):
        for side in sources():
            with self.subTest(side=side):
                world, ids = self.ada()
                self.add(world, side, ids[side])
                self.add(world, side, ids[side], title="Another")
                world.sync()
                world.forget_state()
                world.clear_log()
                world.sync()
                self.assertEqual(world.writes(), [])
                world.settled()

    def test_switched_off(self):
        world, ids = self.ada()
        world.configure({})
        for side in SIDES:
            self.add(world, side, ids[side])
        world.clear_log()
        world.sync()
        self.assertEqual([request for request in world.box.log()
                          if "note" in request["target"] or "activit" in request["target"]], [])


class Bounds(Notes):
    """What is not carried."""

    def test_private(self):
        world, ids = self.ada()
        self.add(world, "people", ids["people"], private=True)
        world.sync()
        self.assertEqual(self.notes(world, "records"), [])
        world.settled()

    def test_made_private(self):
        """Its pair stays, and nothing passes in either direction until it is public again."""
        world, ids = self.ada()
        note = self.add(world, "records", ids["records"])
        world.sync()
        twin = self.notes(world, "people")[0]["id"]
        self.edit(world, "people", twin, private=True)
        self.edit(world, "records", note, text="Edited.")
        world.clear_log()
        world.sync()
        self.assertEqual(world.writes(), [])
        self.edit(world, "people", twin, private=False)
        world.sync()
        self.assert_notes(world, ("Call", "Edited."))

    @only("attributes")
    def test_other_activities(self):
        world, ids = self.ada()
        self.add(world, "records", ids["records"], type="email")
        self.add(world, "people", ids["people"], title="From people")
        world.sync()
        self.assertEqual(self.texts(world, "people"), [("From people", NOTE[1])])
        self.assertEqual(len(self.notes(world, "records")), 1)
        world.settled()

    @only("values")
    def test_directions(self):
        for direction, side in (("to_people", "records"), ("to_records", "people")):
            with self.subTest(direction=direction):
                world, ids = self.ada(notes__direction=direction)
                for end in SIDES:
                    self.add(world, end, ids[end], title="From " + end)
                world.sync()
                self.assertEqual(self.texts(world, side), [("From " + side, NOTE[1])])
                self.assertEqual(len(self.notes(world, other(side))), 2)
                world.settled()

    def test_too_long(self):
        side = sources()[-1]
        world, ids = self.ada()
        note = self.add(world, side, ids[side], text="x" * 70000)
        self.add(world, side, ids[side], title="Short")
        world.sync(code=1)
        self.assertEqual(len(self.notes(world, other(side))), 1)
        self.assertIn("65536", world.run("quarantine", "list", "--json"))
        world.settled(code=1)
        self.edit(world, side, note, text="Short by now.")
        world.sync()
        self.assertEqual(self.texts(world, side), self.texts(world, other(side)))
        world.settled()

    def test_gone(self):
        """What is deleted on one side is kept on the other, and never comes back by us."""
        for side in SIDES:
            with self.subTest(side=side):
                world, ids = self.ada()
                self.add(world, "records", ids["records"])
                world.sync()
                note = self.notes(world, side)[0]["id"]
                world.box.post("note/delete", side=side, note=note)
                world.clear_log()
                world.sync()
                self.assertEqual(world.writes(), [])
                self.assertEqual(self.notes(world, side), [])
                self.assertEqual(self.texts(world, other(side)), [NOTE])
                world.settled()

    def test_plan(self):
        side = sources()[-1]
        world, ids = self.ada()
        self.add(world, side, ids[side])
        world.clear_log()
        said = world.run("plan", code=2)
        self.assertIn(NOTE[1], said)
        self.assertIn("note_text", world.run("plan", "--json", code=2))
        world.run("sync", "--dry-run", code=2)
        self.assertEqual(world.writes(), [])
        world.sync()
        self.assert_notes(world, NOTE)
        self.assertNotIn("note", world.run("plan", code=0))


if __name__ == "__main__":
    unittest.main()
