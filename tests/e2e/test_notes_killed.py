# SPDX-License-Identifier: Apache-2.0
"""P7: a sync that carries notes, ended at any call to the disk: none is doubled, none lost."""

import unittest

import faults
from harness import DIALECT
from notes_world import ADA, THEN, Notes, sources

NOTE = ("Call", "She will call back.")


class Killed(Notes):
    """Ended at a call to the disk, over and over: each time at another one."""

    def start(self, world):
        world.box.post("reset", dialect=DIALECT)
        ids = world.create_both(**ADA)
        note = self.add(world, "records", ids["records"], title="Old", at=THEN)
        self.add(world, "people", ids["people"], title="Old", at=THEN)
        return ids, note

    def edits(self, world, ids, note):
        self.edit(world, "records", note, text="Edited.")
        for side in sources():
            self.add(world, side, ids[side], title="From " + side)

    def test_at_any_write(self):
        world = self.notes_world()
        self.start(world)
        world.sync()
        faults.keep(world, "yesterday")
        expected = [("Old", "Edited."), *(("From " + side, NOTE[1]) for side in sources())]
        calls = self.cut_off(world, 0).calls
        for number in faults.chosen(calls, 40):
            with self.subTest(call=number):
                self.cut_off(world, number)
                world.sync()
                self.assert_notes(world, *expected)
                world.settled()

    def cut_off(self, world, number):
        ids, note = self.start(world)
        faults.put_back(world, "yesterday")
        self.edits(world, ids, note)
        return faults.run(world, "sync", how="kill", at=number)


if __name__ == "__main__":
    unittest.main()
