# SPDX-License-Identifier: Apache-2.0
"""Worlds with notes: what the tests of them share."""

from harness import DIALECT, SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
THEN = "2024-02-03T04:05:06Z"
# Sides whose notes this dialect can create and update.
WRITABLE = SIDES if DIALECT == "values" else ("people",)


class Notes(Case):
    def notes_world(self, *options, **overrides):
        world = self.open(*options, **overrides)
        self.settings = {name.replace("__", "."): value for name, value in overrides.items()}
        self.settings |= {"notes.enabled": True, "notes.category": self.category(world)}
        world.configure(self.settings)
        return world

    def category(self, world):
        return world.box.dump("people", "note_categories")[0]["@id"]

    def ada(self, *options, **overrides):
        """A world with one linked person, and her ids."""
        world = self.notes_world(*options, **overrides)
        ids = world.create_both(**ADA)
        world.sync()
        return world, ids

    def add(self, world, side, person, title="Call", text="She will call back.", **more):
        return world.box.post("note", side=side, id=person, title=title, text=text, **more)["id"]

    def edit(self, world, side, note, **words):
        world.box.post("note/edit", side=side, note=note, **words)

    def notes(self, world, side):
        return world.box.get(f"dump?side={side}&object=notes")["notes"]

    def texts(self, world, side):
        """(title, text) of each note of a side."""
        return sorted((note["title"] or "", note["text"] or "")
                      for note in self.notes(world, side))

    def assert_notes(self, world, *expected):
        """Both sides hold these, each once."""
        self.assertEqual({side: self.texts(world, side) for side in SIDES},
                         dict.fromkeys(SIDES, sorted(expected)))

    def history(self, world, **fields):
        where = " AND ".join(f"{name} = ?" for name in fields)
        return world.rows("SELECT side, field, action, old_value, new_value, reason FROM history"
                          f" WHERE {where} ORDER BY id", *fields.values())


def sources():
    """The sides that notes flow from here."""
    return [other(side) for side in WRITABLE]
