# SPDX-License-Identifier: Apache-2.0
"""Somebody who is gone on one side is never written to, never removed elsewhere, and never hidden."""

import json
import unittest

from harness import SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}


class Gone(Case):
    def vanish(self, world, side, person):
        """Deleted on records; on people the API answers that there is no such person."""
        if side == "records":
            world.box.post("delete", side="records", id=person)
            return
        world.box.post("fault", side="people", action="status", status=404, count=1000,
                       match={"path_prefix": f"/people/{person}"},
                       content_type="application/problem+json",
                       body=json.dumps({"title": "An error occurred", "detail": "Not Found"}))

    def check(self, side):
        world = self.open()
        ada = world.create_both(**ADA)
        grace = world.create_both(**GRACE)
        world.sync()
        world.settled()
        self.vanish(world, side, ada[side])
        world.edit(other(side), ada[other(side)], job="Analyst")
        world.edit(other(side), grace[other(side)], job="Commodore")
        world.clear_log()
        summary = world.sync(code=1)
        self.assertEqual(summary["conflicts"], 1)
        self.assertEqual(summary["removed"], {"records": 0, "people": 0})
        self.assertEqual(world.find(side, grace[side])["job"], "Commodore")
        rows = [json.loads(line) for line in world.run("conflicts", "list", "--json").splitlines()]
        self.assertEqual([row["kind"] for row in rows], ["gone"])
        self.assertEqual(rows[0][f"{side}_id"], ada[side])
        self.assertIn(f"not found on {side}", rows[0]["evidence"])
        self.assertEqual(world.find(other(side), ada[other(side)])["job"], "Analyst")
        world.clear_log()
        world.sync(code=1)
        self.assertEqual(world.writes(), [])
        # The edit is taken back: nothing waits any more.
        world.edit(other(side), ada[other(side)], job="Engineer")
        world.settled()

    def test_edited_on_the_other_side(self):
        for side in SIDES:
            with self.subTest(gone=side):
                self.check(side)


if __name__ == "__main__":
    unittest.main()
