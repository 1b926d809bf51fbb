# SPDX-License-Identifier: Apache-2.0
"""B7: servers that rewrite what they store; the program's own writes never come back."""

import unittest

from harness import DIALECT, SIDES, Case, other
from wire import Name

CYCLES = 5
# In writings that the servers of the sandbox change: blanks, national numbers, upper case, NFD.
ODD = {"name": Name("Zoe\u0308 ", "", " Lindqvist"), "emails": ["Zoe@EXAMPLE.com"],
       "phones": ["+1 (206) 555-0100"], "job": "  Head of  Research "}
ODDER = {"name": Name(" Zoe\u0301", "", "Lindqvist "), "emails": ["Zoe.L@EXAMPLE.org"],
         "phones": ["+1 206.555.0111"], "job": "Buyer "}


class Rewriting(Case):
    def quiet(self, world):
        """No write in five cycles."""
        for cycle in range(CYCLES):
            with self.subTest(cycle=cycle):
                world.settled()

    def test_created_across(self):
        for side in SIDES:
            for rewrite in ((), ("--rewrite",)):
                with self.subTest(side=side, rewrite=rewrite):
                    world = self.open(*rewrite)
                    world.create(side, **ODD)
                    world.clear_log()
                    world.sync()
                    self.assertEqual([change.method for change in world.changes()], ["POST"])
                    self.quiet(world)
                    self.assertEqual([len(world.view(at)) for at in SIDES], [1, 1])

    def test_edited(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open("--rewrite")
                ids = world.create_both(**ODD)
                world.sync()
                world.edit(side, ids[side], **ODDER)
                world.clear_log()
                world.sync()
                self.only_change(world.changes(), other(side), ids[other(side)])
                self.quiet(world)
                self.assertEqual(*[world.find(at, ids[at])["emails"] for at in SIDES])

    def test_edited_on_both_sides(self):
        world = self.open("--rewrite")
        ids = world.create_both(**ODD)
        world.sync()
        world.edit("records", ids["records"], **ODDER)
        world.edit("people", ids["people"], linkedin=" Zoe-Lindqvist ")
        world.sync()
        self.quiet(world)

    def test_tags_in_an_order_of_the_server(self):
        overrides = {}
        if DIALECT == "values":
            overrides = {"references__tags__enabled": True, "references__tags__records": "tags"}
        world = self.open("--rewrite", "--custom-attributes", **overrides)
        world.create("records", tags=["VIP", "Customer", "Press", "Partner"], **ODD)
        world.create("people", name=Name("Ada", "", "Lovelace"),
                     tags=["Press", "VIP", "Supplier", "Customer"])
        world.sync()
        self.quiet(world)
        self.assertEqual([len(world.view(at)) for at in SIDES], [2, 2])


if __name__ == "__main__":
    unittest.main()
