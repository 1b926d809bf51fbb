# SPDX-License-Identifier: Apache-2.0
"""Before a person is created on a side that is read in slices, the side is asked for them."""

import json
import unittest
from urllib.parse import parse_qsl, urlsplit

from daemon import Daemon
from front import Front, Reply, nothing
from test_budget import SLOW, PAIRS, Budget, last_turn, list_pages
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Analyst"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"]}
LINKEDIN = {"linkedin": "grace-hopper"}
ALAN = {"name": Name("Alan", "", "Turing"), "phones": ["+12065550109"],
        "linkedin": "alan-turing"}
BARBARA = {"name": Name("Barbara", "", "Liskov"), "phones": ["+12065550108"]}
# In the middle of the list: no newest page shows who was created then.
OF_OLD = "2025-01-01T00:00:30Z"
NOBODY = {"@context": "/contexts/Person", "@id": "/people", "@type": "Collection",
          "totalItems": 0, "member": []}


def is_search(call):
    return call.method == "GET" and call.path() == "/people" and not call.is_list()


def finds_nobody(call):
    return Reply(200, json.dumps(NOBODY).encode(), "application/ld+json") \
        if is_search(call) else None


def garbles(call):
    """Who has an address in that domain cannot be read, where they are searched for."""
    return garbles_everywhere(call) if is_search(call) else None


def garbles_everywhere(call):
    if call.method != "GET" or call.path() != "/people":
        return None
    reply = call.forward()
    document = json.loads(reply.body)
    for one in document.get("member", document.get("hydra:member", [])):
        if "@garbled.example.com" in json.dumps(one):
            one["archivedAt"] = "at no time"
    return reply._replace(body=json.dumps(document).encode())


def refuses(call):
    words = {"title": "An error occurred", "detail": "unknown filter", "status": 400}
    return Reply(400, json.dumps(words).encode(), "application/problem+json") \
        if is_search(call) else None


def knows_phones_only(call):
    if not is_search(call) or "identifiers" not in call.target:
        return None
    reply = call.forward()
    asked = {value for _, value in parse_qsl(urlsplit(call.target).query)}
    document = json.loads(reply.body)
    name = "member" if "member" in document else "hydra:member"
    document[name] = [one for one in document[name]
                      if asked & {phone["phoneNumber"] for phone in one["phoneNumbers"]}]
    document[name.replace("member", "totalItems")] = len(document[name])
    return reply._replace(body=json.dumps(document).encode())


class Lookups(Budget):
    def running(self, newest=(), **overrides):
        """A turn is under way; people may lie.  newest: words of persons on both sides."""
        settings = SLOW | overrides
        world = self.open(**settings)
        front = Front(self, world, "people")
        world.configure({name.replace("__", "."): value for name, value in settings.items()}
                        | {"people.base_url": front.url})
        self.ids = [self.pair(world, n) for n in range(PAIRS)]
        for side in ("records", "people"):
            for n, words in enumerate(newest):
                world.create(side, at=f"2025-01-02T00:00:{n:02}Z", **words)
        world.sync()
        world.clear_log()
        self.slow_down(world, 150)
        daemon = Daemon(world).wait_ready()
        daemon.wait(lambda: len(list_pages(world)) >= 4, "a turn is past the first pages")
        return world, front, daemon

    def posts(self, world):
        return [request for request in world.writes("people") if request["method"] == "POST"]

    def searches(self, world, word):
        return [request["target"] for request in world.box.log()
                if request["side"] == "people" and "?itemsPerPage=30&" in request["target"]
                and word in request["target"]]

    def named(self, world, words):
        return [view for view in world.view("people") if view["full"] == words["name"].full()]

    def garbled(self, world, n):
        """Somebody on both sides who cannot be read on people: the id there."""
        words = {"name": Name(f"Ada{n}", "", "Lovelace"),
                 "emails": [f"ada{n}@garbled.example.com"]}
        world.create("records", at=f"2025-06-01T00:00:{n:02}Z", **words)
        return world.create("people", at=OF_OLD, **words)

    def test_nobody(self):
        """Nor does it find whom it must: then it says of nobody that they are not there."""
        world, front, daemon = self.running()
        front.lie = finds_nobody
        world.create("people", at=OF_OLD, **ADA)
        world.create("records", **ADA)
        daemon.wait_log("does not find who is there")
        daemon.wait_status(lambda now: now["totals"]["links"] == PAIRS + 1, "they are linked")
        daemon.stop()
        self.assertEqual(self.posts(world), [])
        self.assert_mirrored(world, PAIRS + 1)

    def test_nobody_is_new(self):
        """The whole list tells, in the end."""
        world, front, daemon = self.running()
        front.lie = finds_nobody
        before = last_turn(daemon.status())
        world.create("records", **GRACE)
        daemon.wait(lambda: self.named(world, GRACE), "she is created", 60)
        self.assertNotEqual(last_turn(daemon.status()), before, "when a turn has ended")
        daemon.stop()
        self.assert_mirrored(world, PAIRS + 1)

    def test_refused(self):
        """A side that does not know the search has not said either that they are not there."""
        world, front, daemon = self.running()
        front.lie = refuses
        before = last_turn(daemon.status())
        world.create("people", at=OF_OLD, **ADA)
        for words in (ADA, GRACE):
            world.create("records", **words)
        daemon.wait_log("the search is refused")
        daemon.wait(lambda: self.named(world, GRACE), "she is created", 60)
        self.assertNotEqual(last_turn(daemon.status()), before, "when a turn has ended")
        daemon.wait_status(lambda now: now["totals"]["links"] == PAIRS + 2, "both are linked")
        daemon.stop()
        self.assert_mirrored(world, PAIRS + 2)

    def check_unproven(self, words, key):
        """Nobody there has such a key: the list has to tell, and that is said."""
        world, _, daemon = self.running()
        before = last_turn(daemon.status())
        world.clear_log()
        world.create("records", **words)
        daemon.wait_log("could show that the search works")
        now = daemon.wait_status(lambda now: now["last_cycle"]["put_off"]["people"] == 1, "one waits")
        self.assertEqual(now["last_cycle"]["waiting"], 1)
        self.assertTrue(any("whole list of people" in reason for reason in now["reasons"]))
        self.assertEqual(last_turn(now), before)
        asked = len(self.searches(world, ""))
        daemon.wait_cycle()
        daemon.wait_cycle()
        if last_turn(daemon.status()) == before:
            self.assertEqual(len(self.searches(world, "")), asked, "nobody is asked for in vain")
        daemon.wait(lambda: self.named(world, words), "she is created", 60)
        self.assertNotEqual(last_turn(daemon.status()), before, "when a turn has ended")
        daemon.wait_status(lambda now: now["last_cycle"]["waiting"] == 0, "nobody waits")
        lines = daemon.lines("could show that the search works")
        self.assertEqual(len(lines), 1)
        self.assertIn(key, lines[0])
        daemon.stop()
        self.assert_mirrored(world, PAIRS + 1)

    def test_unproven_address(self):
        self.check_unproven(GRACE | LINKEDIN, "linkedin")

    def test_unproven_phone(self):
        self.check_unproven(BARBARA, "phone")

    def test_a_witness_of_all(self):
        """The only one who has an address there has an e-mail as well, which is asked for apart."""
        world, _, daemon = self.running(
            newest=[{"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"],
                     "linkedin": "alan-turing"}])
        before = last_turn(daemon.status())
        world.create("records", **GRACE, **LINKEDIN)
        daemon.wait(lambda: self.named(world, GRACE), "she is created")
        self.assertEqual(last_turn(daemon.status()), before, "while the turn is under way")
        daemon.stop()

    def test_found_by_something_else(self):
        """Who may have been found by a phone does not show that addresses are searched."""
        world, front, daemon = self.running(newest=[ALAN])
        front.lie = knows_phones_only
        before = last_turn(daemon.status())
        twin = {"name": Name("Ada", "", "Lovelace"), "linkedin": "ada-lovelace"}
        world.create("people", at=OF_OLD, **twin)
        world.create("records", name=GRACE["name"], phones=ALAN["phones"])
        world.create("records", **twin)
        daemon.wait_status(lambda now: now["totals"]["links"] >= PAIRS + 2, "she is linked")
        self.assertNotEqual(last_turn(daemon.status()), before, "when a turn has ended")
        daemon.stop()
        self.assertEqual(len(self.named(world, twin)), 1)

    def test_a_witness(self):
        """It stands in the same request, so that it takes no more of them."""
        world, _, daemon = self.running()
        before = last_turn(daemon.status())
        world.clear_log()
        world.create("records", **GRACE)
        daemon.wait(lambda: self.named(world, GRACE), "she is created")
        self.assertEqual(last_turn(daemon.status()), before, "while the turn is under way")
        daemon.stop()
        searches = [request["target"] for request in world.box.log()
                    if request["side"] == "people" and "grace" in request["target"]]
        self.assertEqual(len(searches), 1)
        self.assertIn("p39%40example.com", searches[0])

    def test_unreadable(self):
        """Who cannot be read keeps nobody waiting but those who may be the same."""
        world, front, daemon = self.running()
        front.lie = garbles
        before = last_turn(daemon.status())
        ada = self.garbled(world, 0)
        world.create("records", **GRACE)
        daemon.wait(lambda: self.named(world, GRACE), "the other one is created")
        self.assertEqual(last_turn(daemon.status()), before, "while the turn is under way")
        daemon.wait_log("is in quarantine")
        self.assertTrue(any(str(ada) in line and "archivedAt" in line
                            for line in daemon.lines("is in quarantine")))
        self.assertEqual(daemon.status()["last_cycle"]["outcome"], "ok")
        self.assertEqual(daemon.lines("left out"), [])
        self.assertEqual(len(world.view("people")), PAIRS + 2)
        front.lie = nothing
        daemon.wait_status(lambda now: now["totals"]["links"] == PAIRS + 2, "both are linked")
        daemon.stop()
        self.assert_mirrored(world, PAIRS + 2)

    def test_a_crowd_that_waits(self):
        """However many cannot be created, and came first: the next cycle asks for others."""
        world, front, daemon = self.running(people__requests_per_minute=120, sync__scan_share=90)
        front.lie = garbles_everywhere
        for n in range(12):
            self.garbled(world, n)
        world.create("records", **GRACE)
        daemon.wait(lambda: self.named(world, GRACE), "the other one is created", 60)
        daemon.stop()
        self.assertEqual(len(world.view("people")), PAIRS + 13)

    def test_a_crowd_for_the_list(self):
        """Nor do they hold up others, of whom the list has to tell; it asks for each of them once."""
        at_once = 32  # are asked for in one cycle, at that rate and share
        world, _, daemon = self.running(people__requests_per_minute=80, sync__scan_share=60)
        before = last_turn(daemon.status())
        world.clear_log()
        crowd = 2 * at_once + 6
        for n in range(crowd):
            world.create("records", name=Name(f"Ada{n}", "", "Lovelace"), linkedin=f"ada-x{n}x")
        world.create("records", **GRACE)
        daemon.wait(lambda: self.named(world, GRACE), "the other one is created", 60)
        self.assertEqual(last_turn(daemon.status()), before, "while the turn is under way")
        for n in range(crowd):
            self.assertEqual(len(self.searches(world, f"ada-x{n}x")), 1)
        daemon.stop()


if __name__ == "__main__":
    unittest.main()
