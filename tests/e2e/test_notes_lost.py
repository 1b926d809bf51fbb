# SPDX-License-Identifier: Apache-2.0
"""P2: notes whose writes are lost, before or after they were carried out."""

import unittest

from harness import SIDES, other
from notes_world import THEN, WRITABLE, Notes, sources

NOTE = ("Call", "She will call back.")
UNREACHABLE = 69
PATH = {"records": "/v2/notes", "people": "/people"}
# What becomes of a write: not carried out, and carried out with its answer lost.
LOST = ({"action": "reset_before"}, {"action": "reset_after"},
        {"action": "status_after", "status": 504})


class Lost(Notes):
    def lose(self, world, side, method, how):
        world.box.post("fault", side=side, match={"method": method, "path_prefix": PATH[side],
                                                  "nth": 1}, **how)

    def lost(self, side, method, how):
        """A world in which one write to that side was lost, and the note that it comes from."""
        world, ids = self.ada(sync__retry__attempts=2)
        source = other(side)
        note = self.add(world, source, ids[source], at=THEN)
        if method == "PATCH":
            world.sync()
            self.edit(world, source, note, text="Edited.")
        self.lose(world, side, method, how)
        world.sync(code=UNREACHABLE)
        return world, note

    def cases(self):
        for side in WRITABLE:
            for how in LOST:
                yield side, how


class Creates(Lost):
    def test_found(self):
        """Sent again only where it did not happen."""
        for side, how in self.cases():
            with self.subTest(side=side, **how):
                world, _ = self.lost(side, "POST", how)
                there = len(self.notes(world, side))
                self.assertEqual(there, how != LOST[0])
                if not there:
                    world.clear_log()
                    world.sync()
                    self.assertEqual(world.writes(), [], "one empty list proves nothing")
                world.clear_log()
                world.sync()
                self.assertEqual(len(world.writes()), 1 - there)
                self.assert_notes(world, NOTE)
                created = self.history(world, field="note_text", action="create")
                self.assertEqual([row[4] for row in created], [NOTE[1]], "told once")
                world.settled()

    def test_edited_meanwhile(self):
        """Whoever edits what we made, or what it comes from, makes no twin of it."""
        for side, how in self.cases():
            for edited in SIDES:
                with self.subTest(side=side, edited=edited, **how):
                    world, note = self.lost(side, "POST", how)
                    made = self.notes(world, side)
                    if edited == other(side):
                        self.edit(world, edited, note, title="Email")
                    elif made:
                        self.edit(world, edited, made[0]["id"], title="Email")
                    else:
                        continue
                    if not made:
                        world.sync()
                    world.sync()
                    self.assertEqual([len(self.notes(world, end)) for end in SIDES], [1, 1])
                    if edited in sources():
                        self.assert_notes(world, ("Email", NOTE[1]))
                    world.settled()

    def test_source_deleted_meanwhile(self):
        for side, how in self.cases():
            with self.subTest(side=side, **how):
                world, note = self.lost(side, "POST", how)
                there = len(self.notes(world, side))
                world.box.post("note/delete", side=other(side), note=note)
                world.sync()
                self.assertEqual(len(self.notes(world, side)), there)
                self.assertEqual(self.notes(world, other(side)), [], "it does not come back")
                world.settled()

    def test_twins(self):
        """One of two alike is lost: there are two in the end."""
        for side, how in self.cases():
            with self.subTest(side=side, **how):
                world, ids = self.ada(sync__retry__attempts=2)
                for _ in range(2):
                    self.add(world, other(side), ids[other(side)], at=THEN)
                self.lose(world, side, "POST", how)
                world.sync(code=UNREACHABLE)
                world.sync()
                self.assert_notes(world, NOTE, NOTE)
                world.settled()

    def test_every_one(self):
        """A side that loses every answer is left alone soon; nothing is doubled by that."""
        for side in WRITABLE:
            with self.subTest(side=side):
                world, ids = self.ada(sync__retry__attempts=2)
                for i in range(8):
                    self.add(world, other(side), ids[other(side)], title=str(i))
                world.box.post("fault", side=side, action="reset_after", count=100,
                               match={"method": "POST", "path_prefix": PATH[side], "nth": 1})
                world.sync(code=UNREACHABLE)
                self.assertLess(len(self.notes(world, side)), 8)
                world.box.post("fault/clear")
                world.sync()
                self.assertEqual(len(self.notes(world, side)), 8)
                self.assertEqual(self.texts(world, side), self.texts(world, other(side)))
                world.settled()


class Updates(Lost):
    def test_told_once(self):
        for side, how in self.cases():
            with self.subTest(side=side, **how):
                world, _ = self.lost(side, "PATCH", how)
                world.sync()
                self.assert_notes(world, ("Call", "Edited."))
                updated = self.history(world, field="note_text", action="update")
                self.assertEqual([row[3:5] for row in updated], [(NOTE[1], "Edited.")])
                world.settled()

    def test_edited_meanwhile(self):
        """Whatever loses stands in the history."""
        for side, how in self.cases():
            with self.subTest(side=side, **how):
                world, _ = self.lost(side, "PATCH", how)
                self.edit(world, side, self.notes(world, side)[0]["id"], text="Mine.")
                world.sync()
                texts = {text for end in SIDES for _, text in self.texts(world, end)}
                kept = {row[column] for column in (3, 4)
                        for row in self.history(world, field="note_text")}
                self.assertLessEqual({"Edited.", "Mine."}, texts | kept)
                if len(WRITABLE) == len(SIDES):
                    self.assertEqual(len(texts), 1)
                world.settled()


if __name__ == "__main__":
    unittest.main()
