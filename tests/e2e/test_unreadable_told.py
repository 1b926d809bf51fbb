# SPDX-License-Identifier: Apache-2.0
"""P6: what is said of a person who cannot be read, and what can be done with one who never was."""

import json
import unittest

from front import Front, nothing
from harness import SIDES, Case, other
from test_unreadable import spoil
from test_unusable import WAITING, spoiling
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
MARY = {"name": Name("Mary", "", "Shelley"), "emails": ["mary@example.com"]}
NORA = {"name": Name("Nora", "", "Newcomer"), "emails": ["nora@example.com"]}
USAGE = 64
MANY = 5000
VAGUE = "more than can be compared"
CANNOT = "a person cannot be read"


def spoil_with(texts):
    def change(raw):
        spoil(raw)
        raw["remarks"] = texts
    return change


class Told(Case):
    def world(self, side):
        """One pair; a front before the side."""
        world = self.open()
        front = Front(self, world, side)
        world.configure({f"{side}.base_url": front.url})
        ada = world.create_both(**ADA)
        world.sync()
        world.settled()
        return world, front, ada

    def stranger(self, side, change=spoil):
        """One who was never read."""
        world, front, _ = self.world(side)
        stranger = str(world.create(side, **MARY))
        front.lie = spoiling(stranger, change)
        return world, front, stranger

    def said(self, world, code=WAITING):
        """By the next sync."""
        world.sync(code=code)
        return world.runs[-1][3].decode()

    def words(self, world):
        [line] = world.run("quarantine", "list", "--json").splitlines()
        return json.loads(line)["words"]

    def test_too_much(self):
        """Whoever is new may be the same person: all wait, and it is said for whom."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, stranger = self.stranger(
                    side, spoil_with([f"remark {i}" for i in range(MANY)]))
                self.assertNotIn(VAGUE, self.said(world), "nobody waits")
                self.assertIn(VAGUE, self.words(world))
                world.create(other(side), **NORA)
                for _ in range(2):
                    said = self.said(world)
                    self.assertEqual(said.count(VAGUE), 1)
                    self.assertIn(stranger, said)
                    self.assertNotIn("remark 1", said)
                world.settled(code=WAITING)
                front.lie = nothing
                self.assert_counts(world.sync(), created=dict.fromkeys(SIDES, 1))
                world.settled()

    def test_one_text_often(self):
        """It counts once."""
        for side in SIDES:
            with self.subTest(side=side):
                world, _, _ = self.stranger(side, spoil_with(["the same"] * MANY))
                world.create(other(side), **NORA)
                self.assertNotIn(VAGUE, self.said(world))
                self.assertNotIn(VAGUE, self.words(world))
                self.assertEqual(len(world.view(side)), 3)

    def test_forgotten_stranger(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, stranger = self.stranger(side)
                world.sync(code=WAITING)
                shown = json.loads(world.run("export", stranger))
                self.assertEqual(shown[side]["id"], stranger)
                self.assertIn("unreadable_since", shown[side])
                self.assertIsNone(shown[other(side)])
                self.assertEqual(len(shown["refused"]), 1)
                self.assertIn("cannot be read", world.run("why", stranger))
                # Without what is known of him his counterpart would be created beside him.
                world.run("forget", stranger, code=USAGE)
                self.assertIn("was never read", world.runs[-1][3].decode())
                front.lie = nothing
                world.sync()
                world.run("forget", stranger)
                self.assertIn("forgotten_at", world.run("export", stranger))

    def test_retry(self):
        """Nothing was sent of one who cannot be read."""
        for side in SIDES:
            with self.subTest(side=side):
                world, _, stranger = self.stranger(side)
                world.sync(code=WAITING)
                said = world.run("quarantine", "retry")
                self.assertNotIn("refused", said)
                self.assertIn("1 person who cannot be read is read again", said)
                said = world.run("quarantine", "drop", stranger)
                self.assertNotIn("refused", said)
                self.assertIn("1 person who cannot be read", said)

    def test_own_answer(self):
        """The list's entry can be read, and the own answer cannot: said when it becomes so."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ada = self.world(side)
                lie = spoiling(str(ada[side]), spoil)
                front.lie = lambda call, lie=lie: None if call.is_list() else lie(call)
                said = []
                for job in ("Analyst", "Countess", "Author"):
                    world.edit(other(side), ada[other(side)], job=job)
                    said.append(self.said(world, code=None).count(CANNOT))
                self.assertEqual(said, [1, 0, 0])
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 1)
                front.lie = lambda call, lie=lie: None if call.is_list() else lie(call)
                world.edit(other(side), ada[other(side)], job="Engineer")
                self.assertEqual(self.said(world, code=None).count(CANNOT), 1)


if __name__ == "__main__":
    unittest.main()
