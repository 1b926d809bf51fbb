# SPDX-License-Identifier: Apache-2.0
"""F2: edits of notes follow where the API allows; what a side refuses; what is left of somebody forgotten."""

import unittest

from harness import DIALECT, SIDES, only, other
from notes_world import Notes, sources

NOTE = ("Call", "She will call back.")
CONFIG = 78


class Edits(Notes):
    def pair(self, *options, **overrides):
        world, ids = self.ada(*options, **overrides)
        self.add(world, "records", ids["records"])
        world.sync()
        world.settled()
        return world, {side: self.notes(world, side)[0]["id"] for side in SIDES}

    def test_follow(self):
        for side in sources():
            with self.subTest(side=side):
                world, note = self.pair()
                self.edit(world, side, note[side], text="Edited.")
                world.sync()
                self.assert_notes(world, ("Call", "Edited."))
                world.settled()
                self.edit(world, side, note[side], title="Email")
                world.sync()
                self.assert_notes(world, ("Email", "Edited."))
                self.assertEqual(self.history(world, field="note_text", action="update"),
                                 [(SIDES.index(other(side)), "note_text", "update", NOTE[1],
                                   "Edited.", f"edited on {side}")])
                world.settled()

    @only("values")
    def test_different_parts(self):
        """Title here, text there: both arrive."""
        world, note = self.pair()
        self.edit(world, "records", note["records"], title="Email")
        self.edit(world, "people", note["people"], text="Edited.")
        world.sync()
        self.assert_notes(world, ("Email", "Edited."))
        world.settled()

    @only("values")
    def test_same_part(self):
        """No API says when a note was edited: newest falls back; the loser is kept."""
        for settings, winner in (({}, "records"), ({"sync__newest_fallback": "people"}, "people"),
                                 ({"sync__conflict": "people"}, "people"),
                                 ({"sync__conflict": "records"}, "records")):
            with self.subTest(**settings):
                world, note = self.pair(**settings)
                for side in SIDES:
                    self.edit(world, side, note[side], text=f"By {side}.")
                world.sync()
                self.assert_notes(world, ("Call", f"By {winner}."))
                lost = f"By {other(winner)}."
                self.assertEqual([row[3] for row in self.history(world, action="update")], [lost])
                world.settled()

    @only("values")
    def test_manual(self):
        world, note = self.pair(sync__conflict="manual")
        for side in SIDES:
            self.edit(world, side, note[side], text=f"By {side}.")
        world.sync(code=1)
        for side in SIDES:
            self.assertEqual(self.texts(world, side), [("Call", f"By {side}.")])
        self.assertIn(note["people"], world.run("conflicts", "list"))
        world.settled(code=1)
        self.edit(world, "people", note["people"], text="By records.")
        world.sync()
        self.assertNotIn(note["people"], world.run("conflicts", "list"))
        world.settled()

    @only("values")
    def test_no_update(self):
        """A records API that can't update notes: asked once a day."""
        world, note = self.pair("--no-note-updates")
        self.edit(world, "people", note["people"], text="Edited.")
        world.sync()
        self.assertEqual(self.texts(world, "records"), [NOTE])
        world.settled()
        self.edit(world, "records", note["records"], title="Email")
        world.sync()
        self.assertEqual(self.texts(world, "people"), [("Email", "Edited.")])
        world.settled()


    @only("values")
    def test_not_found(self):
        """A 404 that says less may pass, or stay; the other notes wait meanwhile."""
        for times in (1, 100):
            with self.subTest(times=times):
                world, note = self.pair()
                self.edit(world, "people", note["people"], text="Edited.")
                world.box.post("fault", side="records", action="status", status=404, count=times,
                               match={"method": "PATCH", "path_prefix": "/v2/notes", "nth": 1},
                               body='{"code":"not_found","message":"Not here."}',
                               content_type="application/json")
                world.clear_log()
                for _ in range(5):
                    world.sync()
                writes = world.writes()
                self.assertEqual(len(writes), 2 if times == 1 else 3)
                text = "Edited." if times == 1 else NOTE[1]
                self.assertEqual(self.texts(world, "records"), [("Call", text)])
                world.settled()


class Refusals(Notes):
    def test_one_note(self):
        """It is in quarantine with the server's words; person and other notes go on."""
        side = sources()[-1]
        path = "/people" if side == "records" else "/v2/notes"
        world, ids = self.ada()
        self.add(world, side, ids[side], title="First")
        self.add(world, side, ids[side], title="Second")
        world.edit(side, ids[side], job="Analyst")
        world.box.post("fault", side=other(side), action="status", status=422,
                       match={"method": "POST", "path_prefix": path, "nth": 1},
                       body='{"detail":"no such words, please","message":"no such words, please"}',
                       content_type="application/json")
        world.sync(code=1)
        self.assertEqual(self.texts(world, other(side)), [("Second", NOTE[1])])
        self.assertEqual(world.find(other(side), ids[other(side)])["job"], "Analyst")
        shown = world.run("quarantine", "show", "1")
        self.assertIn("no such words", shown)
        world.settled(code=1)
        world.run("quarantine", "retry")
        world.sync()
        self.assertEqual(self.texts(world, side), self.texts(world, other(side)))
        world.settled()

    def test_dead_category(self):
        """Named at once, by its key; everything else is done."""
        world, ids = self.ada()
        world.configure(self.settings | {"notes.category": "/note_categories/nowhere"})
        for i in range(3):
            self.add(world, "records", ids["records"], title=str(i))
        if DIALECT == "values":
            self.add(world, "people", ids["people"], title="From people")
        world.edit("records", ids["records"], job="Analyst")
        world.clear_log()
        world.sync(code=CONFIG)
        said = world.runs[-1][3].decode()
        self.assertIn("notes.category", said)
        self.assertEqual(len([write for write in world.writes("people")
                              if write["method"] == "POST"]), 1)
        self.assertEqual(world.find("people", ids["people"])["job"], "Analyst")
        if DIALECT == "values":
            self.assertIn(("From people", NOTE[1]), self.texts(world, "records"))
        world.configure(self.settings)
        world.sync()
        self.assertEqual(self.texts(world, "people")[:3], [(str(i), NOTE[1]) for i in range(3)])
        world.settled()

    def test_forget(self):
        world, ids = self.ada()
        self.add(world, "records", ids["records"], text="A secret of hers.")
        world.sync()
        shown = world.run("export", ids["people"])
        self.assertIn(self.notes(world, "people")[0]["id"], shown)
        world.run("forget", ids["people"])
        for table in ("note", "note_write", "note_turn", "history"):
            self.assertEqual(world.rows(f"SELECT * FROM {table}"), [], table)
        world.clear_log()
        world.sync()
        self.assertEqual(world.writes(), [])

    def test_logs(self):
        """Whatever happens to it, a note's text is in no log, status file or error."""
        world, ids = self.ada(log__level="debug")
        text = "Mentioned-in-confidence"
        note = self.add(world, "records", ids["records"], title=text, text=text)
        world.sync()
        self.edit(world, "records", note, text=text + "!")
        world.box.post("fault", side="people", action="status", status=422,
                       match={"method": "PATCH", "path_prefix": "/people", "nth": 1},
                       body='{"detail":"%s"}' % text, content_type="application/json")
        world.sync(code=1)
        self.assertNotIn(text, str(world.status()))
        for _, _, stdout, stderr in world.runs:
            self.assertNotIn(text.encode(), stdout + stderr)


if __name__ == "__main__":
    unittest.main()
