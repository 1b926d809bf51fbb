# SPDX-License-Identifier: Apache-2.0
"""A7: many persons, half of them common, in hardly more requests than must be."""

import math
import os
import unittest

from harness import DIALECT, SIDES, Case

PERSONS = 10000 if os.environ.get("E2E_FULL") == "1" else 2000
COMMON = PERSONS // 2
PAGE = {"values": 500, "attributes": 100}
BATCH = {"values": 1, "attributes": 50}
ITEMS = 30
COLLECTIONS = 60  # requests that the small collections may take
NEARLY = 1.1
SECONDS = 100


class Volume(Case):
    def pages(self, n):
        """The least requests that read n persons a side."""
        last = 1 if DIALECT == "values" else 0  # ends with an empty page
        return {"records": math.ceil(n / PAGE[DIALECT]) + last, "people": math.ceil(n / ITEMS)}

    def least(self, n, created):
        writes = {"records": math.ceil(created / BATCH[DIALECT]), "people": created}
        return {side: count + writes[side] for side, count in self.pages(n).items()}

    def check_requests(self, world, summary, least):
        counts = world.box.stats()
        for side in SIDES:
            sent = counts[side]["reads"] + counts[side]["writes"]
            with self.subTest(side=side):
                self.assertEqual(summary["requests"][side], sent, "the program counts as we do")
                self.assertLessEqual(sent, least[side] * NEARLY + COLLECTIONS)
                self.assertLessEqual(sent, summary["requests_least"][side] * NEARLY)

    def test_half_in_common(self):
        world = self.open("--persons", str(PERSONS), "--common", str(COMMON))
        world.seconds = SECONDS
        strangers = PERSONS - COMMON
        total = PERSONS + strangers
        world.clear_log()
        summary = world.sync()
        self.assert_counts(summary, outcome="ok", removed={}, conflicts=0, quarantined=0,
                           created=dict.fromkeys(SIDES, strangers), updated={})
        self.assertEqual([len(world.box.dump(side)) for side in SIDES], [total, total])
        self.assertEqual(world.status()["totals"]["links"], total)
        self.check_requests(world, summary, self.least(PERSONS, strangers))
        self.assertEqual(len(world.writes("records")), math.ceil(strangers / BATCH[DIALECT]),
                         "every batch but the last is full")
        self.check_no_duplicate(world, total)

        world.clear_log()
        summary = world.sync()
        self.assertEqual(world.writes(), [])
        self.assert_counts(summary, created={}, updated={}, removed={})
        self.check_requests(world, summary, self.least(total, 0))

    def check_no_duplicate(self, world, total):
        """Every link joins another pair, and no e-mail address stands at two persons."""
        rows = world.rows("SELECT records_id, people_id FROM link WHERE state = 0")
        self.assertEqual([len(set(column)) for column in zip(*rows)], [total, total])
        for side in SIDES:
            emails = [email for view in world.view(side) for email in view["emails"]]
            self.assertEqual(len(emails), len(set(emails)), side)


if __name__ == "__main__":
    unittest.main()
