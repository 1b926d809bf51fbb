# SPDX-License-Identifier: Apache-2.0
"""P6: a person who cannot be read holds up nobody else, and loses nothing."""

import json
import unittest

from front import Front, nothing
from harness import SIDES, Case, other
from test_doubt import without
from test_unusable import MALFORMED, WAITING, spoiling, values_of
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
EDITH = {"name": Name("Edith", "", "Clarke"), "emails": ["edith@example.com"]}
KEYLESS = {"name": Name("Edsger", "", "Dijkstra"), "job": "Professor"}
FORMER = {"name": Name("Fran", "", "Former"), "emails": ["fran@example.com"]}


def spoil(raw):
    """Whichever side's."""
    if "familyName" in raw:
        raw["familyName"] = 5
    else:
        values_of(raw).update(job_title=[{"value": 5}])


def nameless(person):
    """Who cannot be decoded, and does not say who he is."""
    def change(raw):
        spoil(raw)
        raw.update(dict.fromkeys(raw.keys() & {"id", "@id"}))

    return spoiling(person, change)


class Unreadable(Case):
    def linked(self, side, **overrides):
        """Four pairs; a front before the side."""
        world = self.open(**overrides)
        front = Front(self, world, side)
        world.configure({name.replace("__", "."): value for name, value in overrides.items()} |
                        {f"{side}.base_url": front.url})
        pairs = [world.create_both(**words) for words in (ADA, GRACE, FORMER, EDITH)]
        world.sync()
        world.settled()
        return world, front, pairs

    def in_quarantine(self, world):
        return [str(json.loads(line)["person"]) + json.loads(line)["side"] for line in
                world.run("quarantine", "list", "--json").splitlines()]

    def test_everybody_else_goes_on(self):
        """Edited, created and removed, on both sides; he loses nothing."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, grace, former, _) = self.linked(
                    side, sync__on_removed={"people": "delete"})
                front.lie = spoiling(str(ada[side]), spoil)
                world.edit(other(side), ada[other(side)], job="Analyst")
                world.edit(side, ada[side], emails=["ada@example.org"])
                world.edit(side, grace[side], job="Admiral")
                for end in SIDES:
                    world.create(end, name=Name(end, "", "Newcomer"), emails=[f"{end}@example.com"])
                world.box.post("delete", side=side, id=former[side])
                world.clear_log()
                summary = world.sync(code=WAITING)
                self.assertEqual(summary["outcome"], "ok")
                self.assert_counts(summary, created=dict.fromkeys(SIDES, 1),
                                   removed={other(side): 1}, updated={other(side): 1},
                                   quarantined=1)
                self.assertEqual(world.find(other(side), ada[other(side)])["emails"],
                                 ["ada@example.com"])
                self.assertEqual(world.status()["health"], "degraded")
                world.settled(code=WAITING)
                world.run("quarantine", "retry")
                world.settled(code=WAITING)
                self.assertEqual(len(self.in_quarantine(world)), 1)
                front.lie = nothing
                summary = world.sync()
                self.assert_counts(summary, updated=dict.fromkeys(SIDES, 1), quarantined=0)
                self.assertEqual(self.in_quarantine(world), [])
                for end in SIDES:
                    view = world.find(end, ada[end])
                    self.assertEqual((view["job"], view["emails"]), ("Analyst", ["ada@example.org"]))
                world.settled()

    def test_dropped(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side)
                front.lie = spoiling(str(ada[side]), spoil)
                world.sync(code=WAITING)
                world.run("quarantine", "drop", str(ada[side]))
                world.edit(other(side), ada[other(side)], job="Analyst")
                world.clear_log()
                world.sync()
                self.assertEqual(world.writes(), [], "he is left alone all the same")

    def test_counterpart_removed(self):
        """What is to become of him is decided when it is known what he holds."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side, sync__on_removed={"people": "delete"})
                world.edit(side, ada[side], job="Countess")
                front.lie = spoiling(str(ada[side]), spoil)
                world.box.post("delete", side=other(side), id=ada[other(side)])
                for _ in range(2):
                    self.assert_counts(world.sync(code=WAITING), created={}, removed={}, updated={})
                front.lie = nothing
                self.assert_counts(world.sync(), created={other(side): 1}, removed={})
                self.assert_mirrored(world, 4)
                world.settled()

    def test_archived(self):
        """Asked once more before the removal is carried: the counterpart stays until it is known."""
        world, front, (ada, *_) = self.linked("people", sync__on_removed={"people": "delete"})
        world.box.post("archive", id=ada["people"], archived=True)
        lie = spoiling(str(ada["people"]), spoil)
        front.lie = lambda call: None if call.is_list() else lie(call)
        for _ in range(2):
            self.assert_counts(world.sync(code=WAITING), removed={}, quarantined=1)
            self.assertEqual(len(self.in_quarantine(world)), 1)
        front.lie = nothing
        self.assert_counts(world.sync(), removed={"records": 1}, quarantined=0)
        world.settled()

    def test_removed(self):
        """Who is gone is gone, whatever he was."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side, sync__on_removed={"people": "delete"})
                front.lie = spoiling(str(ada[side]), spoil)
                world.sync(code=WAITING)
                world.box.post("delete", side=side, id=ada[side])
                self.assert_counts(world.sync(), removed={other(side): 1}, quarantined=0)
                self.assertEqual(self.in_quarantine(world), [])
                world.settled()

    def test_not_listed(self):
        """His own answer shows that he is there."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side)
                hide, spoiled = without(ada[side]), spoiling(str(ada[side]), spoil)
                front.lie = lambda call, hide=hide, spoiled=spoiled: hide(call) or spoiled(call)
                world.edit(other(side), ada[other(side)], job="Analyst")
                world.clear_log()
                world.sync(code=None)
                self.assertEqual(world.writes(), [])
                self.assertEqual(len(self.in_quarantine(world)), 1)
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 4)
                world.settled()

    def test_a_stranger(self):
        """Never read before: whoever may be the same person waits, nobody else does."""
        for side in SIDES:
            with self.subTest(side=side):
                for words in ({"name": Name("Mary", "", "Shelley"), "emails": ["Mary@example.com"]},
                              KEYLESS):
                    world, front, _ = self.linked(side)
                    stranger = world.create(side, **words)
                    world.create(other(side), **words)
                    world.create(other(side), name=Name("Nora", "", "Newcomer"))
                    front.lie = spoiling(str(stranger), spoil)
                    self.assert_counts(world.sync(code=WAITING), created={side: 1}, linked=0)
                    world.settled(code=WAITING)
                    front.lie = nothing
                    self.assert_counts(world.sync(), created={}, linked=1)
                    self.assert_mirrored(world, 6)
                    world.settled()

    def test_a_stranger_without_a_like(self):
        """Created across once he can be read, and once only."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, _ = self.linked(side)
                stranger = world.create(side, **KEYLESS)
                front.lie = spoiling(str(stranger), spoil)
                for _ in range(2):
                    self.assert_counts(world.sync(code=WAITING), created={}, quarantined=1)
                front.lie = nothing
                self.assert_counts(world.sync(), created={other(side): 1})
                self.assert_mirrored(world, 5)
                world.settled()

    def test_a_stranger_who_goes(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, _ = self.linked(side)
                stranger = world.create(side, **KEYLESS)
                front.lie = spoiling(str(stranger), spoil)
                world.sync(code=WAITING)
                world.box.post("delete", side=side, id=stranger)
                self.assert_counts(world.sync(), quarantined=0)
                world.settled()

    def test_nobody_in_particular(self):
        """Nobody can say who it is: then the list is not whole."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side)
                world.create(other(side), **KEYLESS)
                front.lie = nameless(str(ada[side]))
                world.clear_log()
                for _ in range(2):
                    world.sync(code=MALFORMED)
                    self.assertEqual(world.writes(), [])
                self.assertIn("does not count as whole", world.runs[-1][3].decode())
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 5)

    def test_forgotten(self):
        """Nothing is kept of somebody who was erased."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side)
                front.lie = spoiling(str(ada[side]), spoil)
                world.sync(code=WAITING)
                world.run("forget", str(ada[side]))
                self.assert_counts(world.sync(), quarantined=0, created={}, removed={})
                self.assertEqual(world.rows("SELECT * FROM unreadable"), [])
                self.assertEqual(world.rows("SELECT * FROM unreadable_mark"), [])
                world.settled()

    def test_first_contact(self):
        """The state is lost while he cannot be read: no twin."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side)
                front.lie = spoiling(str(ada[side]), spoil)
                world.forget_state()
                self.assert_counts(world.sync(code=WAITING), created={}, linked=3)
                world.settled(code=WAITING)
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 4)
                world.settled()

    def test_colleague(self):
        """Who shares a number with him waits on both sides: no twin of the counterpart."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open()
                front = Front(self, world, side)
                world.configure({f"{side}.base_url": front.url})
                shared = {"phones": ["+14155550100"]}
                ada = world.create(side, **ADA, **shared)
                world.create_both(**GRACE, **shared)
                front.lie = spoiling(str(ada), spoil)
                self.assert_counts(world.sync(code=WAITING), created={}, linked=0)
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 2)
                world.settled()

    def test_spoiled_key(self):
        """What is wrong of him is his e-mail address, and the state is lost: no twin."""
        def change(raw):
            if "emailAddresses" in raw:
                raw["emailAddresses"] = 5
            else:
                values_of(raw).update(email_addresses=5, email=5)

        for side in SIDES:
            with self.subTest(side=side):
                world, front, (ada, *_) = self.linked(side)
                front.lie = spoiling(str(ada[side]), change)
                world.forget_state()
                self.assert_counts(world.sync(code=WAITING), created={}, linked=3)
                front.lie = nothing
                world.sync()
                self.assert_mirrored(world, 4)
                world.settled()

    def test_survivor(self):
        """The record that a merged one lives on as cannot be read: its person is not removed."""
        world, front, (_, grace, *_) = self.linked("records")
        world.box.post("delete", side="records", id=grace["records"])
        survivor = world.create("records", **GRACE)
        front.lie = spoiling(str(survivor), spoil)
        self.assert_counts(world.sync(code=WAITING), removed={}, created={})
        front.lie = nothing
        world.sync()
        self.assert_mirrored(world, 4)
        world.settled()


if __name__ == "__main__":
    unittest.main()
