# SPDX-License-Identifier: Apache-2.0
"""A side that is read in slices, while something goes wrong."""

import unittest
import urllib.request

from daemon import Daemon
from harness import DIALECT
from test_budget import Budget, last_turn

# The first page of the records' list.
LIST = {
    "values": ("POST", "/v2/objects/people/records/query", "",
               b'{"sorts":[{"attribute":"created_at","direction":"asc"}],"limit":20,"offset":0}'),
    "attributes": ("GET", "/v2/objects/people/records", "?page=1&pageSize=20&sort=created_at"
                   "&direction=asc", None),
}


class OtherList(Budget):
    def never_whole(self, world):
        """From now on the records' list is its first page, as it is now, whatever is asked for."""
        method, path, query, body = LIST[DIALECT]
        asked = urllib.request.Request(
            world.box.urls["records"] + path + query, method=method, data=body,
            headers={"Authorization": "Bearer sandbox-records-token",
                     "Content-Type": "application/json"})
        with urllib.request.urlopen(asked) as answer:
            page = answer.read().decode()
        world.box.post("fault", side="records", action="raw", status=200, count=1000000, body=page,
                       content_type="application/json",
                       match={"method": method, "path_prefix": path + query[:6]})

    def test_turns_go_on(self):
        """One list that is never whole does not end the reading of the other one."""
        world = self.linked(records__page_size=20)
        daemon = Daemon(world).wait_ready()
        daemon.wait_cycle()
        self.never_whole(world)
        before = last_turn(daemon.status())
        for _ in range(2):
            daemon.wait_status(lambda now: last_turn(now) != before, "a turn ends")
            before = last_turn(daemon.status())
        middle = self.ids[10]
        world.edit("people", middle["people"], job="Countess")
        daemon.wait(lambda: self.job(world, "records", middle["records"]) == "Countess",
                    "the edit arrives")
        daemon.stop()


class ManyAbsent(Budget):
    def alone(self, world, gone):
        """Those of the absent who were asked for."""
        return {one["people"] for one in gone
                if any(request["side"] == "people" and request["method"] == "GET" and
                       request["target"].endswith(one["people"]) for request in world.box.log())}

    def test_edits_overtake(self):
        """Who is absent at a turn's end is asked for in so many cycles that writes go on."""
        world = self.linked(pairs=20, people__requests_per_minute=120, sync__scan_share=90,
                            sync__on_removed={"people": "delete"})
        daemon = Daemon(world).wait_ready()
        daemon.wait_cycle()
        gone = self.ids[2:18]
        for one in gone:
            world.box.post("delete", side="people", id=one["people"])
        daemon.wait(lambda: self.alone(world, gone), "the turn's end", 60)
        world.edit("records", self.ids[0]["records"], job="Countess")
        daemon.wait(lambda: self.job(world, "people", self.ids[0]["people"]) == "Countess",
                    "the edit arrives", 60)
        self.assertLess(len(self.alone(world, gone)), len(gone))
        daemon.wait(lambda: len(self.alone(world, gone)) == len(gone), "all are asked for", 120)
        daemon.wait(lambda: daemon.status()["last_cycle"]["outcome"] == "guarded",
                    "however few a cycle has asked for, all of them are held", 60)
        daemon.stop()
        self.assertEqual(len(world.view("records")), len(self.ids))


class MassChange(Budget):
    def test_page_by_page(self):
        """The guard counts what a turn shows over many cycles."""
        world = self.linked(pairs=150)
        daemon = Daemon(world).wait_ready()
        daemon.wait_cycle()
        for one in self.ids:
            world.edit("people", one["people"], raw={"jobTitle": None})
        daemon.wait_status(lambda now: now["last_cycle"]["outcome"] == "guarded", "it is held")
        before = last_turn(daemon.status())
        daemon.wait_status(lambda now: last_turn(now) != before, "a turn ends")
        daemon.stop()
        left = sum(1 for view in world.view("records") if view["job"])
        self.assertGreaterEqual(left, len(self.ids) // 2)


if __name__ == "__main__":
    unittest.main()
