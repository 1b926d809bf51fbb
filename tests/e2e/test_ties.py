# SPDX-License-Identifier: Apache-2.0
"""Many persons of one second, as an import makes them: no order by time shows all of them."""

import unittest

from harness import Case
from wire import Name

PERSONS = 45
PAGE = 10
MOMENT = "2024-02-03T04:05:06Z"


class Imported(Case):
    def imported(self, **overrides):
        world = self.open("--shuffle-ties", people__items_per_page=PAGE, **overrides)
        for number in range(PERSONS):
            world.create("people", at=MOMENT, name=Name("Ada", "", f"Lovelace {number}"),
                         emails=[f"ada{number}@example.com"])
        return world

    def check_all(self, world):
        emails = sorted(view["emails"][0] for view in world.view("records"))
        self.assertEqual(emails, sorted(f"ada{number}@example.com" for number in range(PERSONS)))

    def test_all_come_across(self):
        world = self.imported()
        world.sync()
        self.check_all(world)
        world.settled()

    def test_in_slices(self):
        """A turn that takes many cycles reads them in each order, too."""
        world = self.imported(people__requests_per_minute=600, sync__interval=0.1)
        for _ in range(200):
            world.sync("--quick", code=None)
            if len(world.view("records")) == PERSONS:
                break
        self.check_all(world)


if __name__ == "__main__":
    unittest.main()
