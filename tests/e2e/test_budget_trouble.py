#SPDX - License - Identifier : Apache - 2.0
"""A side that is read in slices, while something goes wrong."""

import unittest
import urllib.request

from daemon import Daemon
from harness import DIALECT
from test_budget import Budget, last_turn

#The first page of the records' list.
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


if __name__ == "__main__":
    unittest.main()
