# SPDX-License-Identifier: Apache-2.0
"""check --online: what does not fit is said, with the row, before a sync runs into it; nothing is written."""

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from front import Front, Reply
from harness import DIALECT, SIDES, Case, only, other
from test_tls import Certificate
from wire import Name

QUESTIONS = 12
SECONDS = 40

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"],
       "phones": ["+12025550143"], "job": "Engineer", "linkedin": "ada-example"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}
SECRETS = ("sandbox-", "ada@", "grace@", "Lovelace", "Hopper", "Engineer", "2025550143")

TEXT_OF = {"values": "description", "attributes": "notes"}[DIALECT]


def row(name, records, people, **more):
    return {"field": name, "type": "text", "records": records, "people": people} | more


class Online(Case):
    """A check may only read, and only so much."""

    def open_both(self, **overrides):
        world = self.open(**overrides)
        for side in SIDES:
            world.create(side, **ADA)
            world.create(side, **GRACE)
        world.clear_log()
        return world

    def front(self, world, side, lie, **settings):
        front = Front(self, world, side)
        front.lie = lie
        world.configure({f"{side}.base_url": front.url} | settings)
        return front

    def check(self, world, code=0):
        began = time.monotonic()
        out = world.run("check", "--online", "--json", code=code)
        self.assertLess(time.monotonic() - began, SECONDS)
        self.assertEqual(world.writes(), [])
        self.assertLessEqual(len(world.box.log()), QUESTIONS)
        for name in ("state.db", "status.json"):
            self.assertFalse(os.path.exists(world.path(name)), "a check leaves nothing behind")
        stderr = world.runs[-1][3].decode()
        for secret in SECRETS:
            self.assertNotIn(secret, out + stderr)
        rows = [json.loads(line) for line in out.splitlines()]
        wrong = [line for line in stderr.splitlines() if line.startswith("crmsync: ")]
        self.assertEqual(len(wrong), 1 if code else 0, stderr)
        self.assertEqual(bool(code), any(row["result"] == "wrong" for row in rows), rows)
        return rows

    def only_row(self, rows, side, check, field=None, result=None):
        found = [row for row in rows if (row["side"], row["check"], row["field"]) ==
                 (side, check, field) and result in (None, row["result"])]
        self.assertEqual(len(found), 1, f"{side} {check} {field}: {rows}")
        return found[0]

    def assert_row(self, rows, side, check, result, words=".", field=None):
        row = self.only_row(rows, side, check, field, result)
        self.assertRegex(row["found"], words)
        if result == "wrong" or result == "warning":
            self.assertTrue(row["todo"], row)

    def assert_checked(self, rows, side):
        """All that there is to say of a side that is well."""
        for check in ("address", "TLS", "token", "read access", "order", "filter"):
            self.assert_row(rows, side, check, "ok")
        for row in rows:
            if row["side"] == side and row["check"] == "attribute":
                self.assertEqual(row["result"], "ok", row)


class Good(Online):
    def test_all(self):
        world = self.open_both()
        rows = self.check(world)
        for side in SIDES:
            self.assert_checked(rows, side)
            for field in ("name", "emails", "job_title"):
                self.assert_row(rows, side, "attribute", "ok", "on 2 of 2", field)
                self.assert_row(rows, side, "round trip", "ok", "2 of 2", field)
        self.assert_row(rows, "both", "first sync", "ok", "2 and 2 persons")
        self.assertEqual({row["result"] for row in rows} - {"ok", "not checked"}, set())

    def test_both_spellings_of_a_list(self):
        for jsonld in ("v4", "hydra", "plain"):
            with self.subTest(jsonld=jsonld):
                world = self.open("--jsonld", jsonld, "--persons", "40", "--common", "40")
                rows = self.check(world)
                self.assert_row(rows, "people", "filter", "ok")
                words = "and at least 30 persons" if jsonld == "plain" else "and 40 persons"
                self.assert_row(rows, "both", "first sync", "ok", words)

    def test_table(self):
        world = self.open_both()
        lines = world.run("check", "--online").splitlines()
        self.assertRegex(lines[0], "^side +check +field +result +found +to do")
        self.assertGreater(len(lines), 20)
        self.assertTrue(any(line.startswith("people  filter") for line in lines), lines)

    def test_what_is_wrong_stands_below(self):
        """On standard error; behind the table where both go to the same place."""
        world = self.open_both(people__timeout=1)
        world.box.post("fault", side="people", action="status", status=403, match={}, count=9)
        with open(world.path("all"), "wb") as out:
            subprocess.run(world.command("check", "--online"), stdout=out, stderr=out, check=False)
        with open(world.path("all"), encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.assertRegex(lines[-1], "^crmsync: people: read access: HTTP 403: refused.*; give ")
        self.assertEqual([line for line in lines[:-1] if "crmsync" in line], [])

    def test_nobody_yet(self):
        rows = self.check(self.open())
        for side in SIDES:
            self.assert_row(rows, side, "read access", "ok", "^0 persons")
            self.assert_row(rows, side, "filter", "not checked", "nobody")

    def test_everything_enabled(self):
        """More is asked for, and still no more than a dozen."""
        settings = {"notes__enabled": True, "notes__category": "/note_categories/none"}
        if DIALECT == "values":
            settings |= {"users__enabled": True, "references__owners__enabled": True,
                         "references__owners__records": "account_owner"}
        else:
            settings |= {"notes__direction": "to_people"}
        world = self.open_both(**settings)
        rows = self.check(world, code=78)
        for side in SIDES:
            self.assert_row(rows, side, "notes", "ok")
        self.assert_row(rows, "people", "category", "wrong", "404")

    @only("values")
    def test_no_more_than_a_dozen(self):
        references = {"tags": {"enabled": True, "records": "tags"},
                      "owners": {"enabled": True, "records": "account_owner"}}
        world = self.open("--custom-attributes", "--persons", "5", notes__enabled=True,
                          notes__category="/note_categories/none", users__enabled=True,
                          references=references)
        rows = self.check(world)
        self.assertEqual(len(world.box.log()), QUESTIONS)
        self.assert_row(rows, "people", "notes", "ok")
        for check in ("category", "companies", "owners"):
            self.assert_row(rows, "people", check, "not checked", "no more than 12")

    def test_usage(self):
        world = self.open()
        for words in (("--online", "--print-fields"), ("--json",), ("--online", "surplus")):
            world.run("check", *words, code=64)
        self.assertEqual(world.box.log(), [])


class Reach(Online):
    """What keeps a side from being asked at all; the other one is checked all the same."""

    def test_wrong_token(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open_both()
                with open(world.path(f"{side}.token"), "w", encoding="utf-8") as file:
                    file.write("of-somebody-else\n")
                rows = self.check(world, code=77)
                self.assert_row(rows, side, "token", "wrong", "401")
                self.assert_checked(rows, other(side))
                self.assertEqual(len([request for request in world.box.log()
                                      if request["side"] == side]), 1)

    def test_nobody_listens(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open_both()
                with socket.socket() as unused:
                    unused.bind(("127.0.0.1", 0))
                    port = unused.getsockname()[1]
                    world.configure({f"{side}.base_url": f"http://127.0.0.1:{port}"})
                    rows = self.check(world, code=69)
                self.assert_row(rows, side, "address", "wrong", "127.0.0.1")
                self.assert_row(rows, side, "token", "not checked")
                self.assert_checked(rows, other(side))
                self.assert_row(rows, "both", "first sync", "not checked")

    def test_nobody_at_all(self):
        world = self.open()
        world.configure({f"{side}.base_url": "https://crm.invalid" for side in SIDES})
        rows = self.check(world, code=69)
        for side in SIDES:
            self.assert_row(rows, side, "address", "wrong", "crm.invalid")

    def test_silence(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open_both()
                world.configure({f"{side}.timeout": 1})
                world.box.post("fault", side=side, action="timeout", match={}, count=9)
                rows = self.check(world, code=69)
                self.assert_row(rows, side, "address", "wrong")
                self.assert_checked(rows, other(side))
                world.box.post("fault/clear")

    def test_a_moment_of_trouble(self):
        """Is no finding."""
        for side in SIDES:
            for action in ("reset_before", "status", "cut_body"):
                with self.subTest(side=side, action=action):
                    world = self.open_both()
                    world.box.post("fault", side=side, action=action, status=503, match={})
                    self.assert_checked(self.check(world), side)

    def test_trouble(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open_both()
                world.box.post("fault", side=side, action="status", status=500, match={}, count=9)
                rows = self.check(world, code=69)
                self.assert_row(rows, side, "address", "wrong", "500")
                self.assert_checked(rows, other(side))

    def test_rate_limit(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open_both()
                world.box.post("fault", side=side, action="status", status=429, match={}, count=9,
                               headers={"Retry-After": "60"})
                rows = self.check(world, code=75)
                self.assertEqual([row["side"] for row in rows if row["result"] == "wrong"], [side])
                self.assert_checked(rows, other(side))

    def test_a_page_of_html(self):
        page = Reply(200, b"<!doctype html><p>Please log in", "text/html")
        for side in SIDES:
            for answer in (page, page._replace(content_type="application/json")):
                with self.subTest(side=side, type=answer.content_type):
                    world = self.open_both()
                    self.front(world, side, lambda _, answer=answer: answer)
                    rows = self.check(world, code=65)
                    self.assertEqual({row["side"] for row in rows if row["result"] == "wrong"},
                                     {side})
                    self.assert_checked(rows, other(side))

    def test_another_api(self):
        """A dialect that this server does not speak."""
        world = self.open_both()
        answer = Reply(404, json.dumps({"status_code": 404, "type": "invalid_request_error",
                                        "code": "not_found",
                                        "message": "Could not find endpoint"}).encode())
        self.front(world, "records", lambda _: answer)
        rows = self.check(world, code=65)
        self.assert_row(rows, "records", "address", "wrong", "404.*Could not find endpoint")
        self.assertIn("dialect", self.only_row(rows, "records", "address")["todo"])
        self.assert_checked(rows, "people")

    def test_a_redirect(self):
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open_both()
                elsewhere = Front(self, world, side)
                answer = Reply(302, headers=(("Location", elsewhere.url + "/"),))
                self.front(world, side, lambda _, answer=answer: answer)
                rows = self.check(world, code=65)
                self.assert_row(rows, side, "address", "wrong", "redirect")
                self.assertEqual(elsewhere.seen, [])
                self.assert_checked(rows, other(side))

    @unittest.skipUnless(shutil.which("openssl"), "needs openssl")
    def test_certificates(self):
        folder = tempfile.mkdtemp(prefix="crmsync-e2e-check-")
        self.addCleanup(shutil.rmtree, folder)
        right = Certificate(folder, "right")
        other_name = Certificate(folder, "name", "DNS:crm.example.com")
        for side in SIDES:
            for served, ca_file, good in ((right, right.path, True), (right, None, False),
                                          (other_name, other_name.path, False)):
                with self.subTest(side=side, ca_file=ca_file):
                    world = self.open_both()
                    front = Front(self, world, side)
                    front.serve_tls(served)
                    settings = {f"{side}.base_url": front.url.replace("http:", "https:")}
                    world.configure(settings | ({f"{side}.ca_file": ca_file} if ca_file else {}))
                    rows = self.check(world, code=0 if good else 69)
                    self.assert_row(rows, side, "address", "ok")
                    self.assert_row(rows, side, "TLS", "ok" if good else "wrong", "trusted")
                    self.assertEqual(front.seen == [], not good)
                    self.assert_checked(rows, other(side))


class Rights(Online):
    """That the token is known proves nothing."""

    def forbidden(self, world, side, path, code=77, status=403):
        world.box.post("fault", side=side, action="status", status=status, count=9,
                       match={"path_prefix": path}, content_type="application/json",
                       body=json.dumps({"status_code": 403, "code": "missing_scope",
                                        "message": "The token lacks a scope"}))
        return self.check(world, code=code)

    def test_persons(self):
        for side, path in (("records", "/v2/objects/people/records"), ("people", "/people")):
            with self.subTest(side=side):
                world = self.open_both()
                rows = self.forbidden(world, side, path)
                self.assert_row(rows, side, "token", "ok")
                self.assert_row(rows, side, "read access", "wrong", "403.*lacks a scope")
                self.assert_checked(rows, other(side))

    @only("values")
    def test_attributes(self):
        """Then at least the persons are looked at."""
        rows = self.forbidden(self.open_both(), "records", "/v2/objects/people/attributes")
        row = self.only_row(rows, "records", "attributes")
        self.assertIn("object_configuration:read", row["todo"])
        self.assert_row(rows, "records", "read access", "ok")
        self.assert_row(rows, "records", "round trip", "ok", "2 of 2", "emails")

    @only("attributes")
    def test_tags(self):
        rows = self.forbidden(self.open_both(), "people", "/tags")
        self.assert_row(rows, "people", "tags", "wrong")
        self.assert_row(rows, "people", "read access", "ok")

    def self_says(self, facts, code, **settings):
        world = self.open_both()

        def lie(call):
            return Reply(200, json.dumps(facts).encode()) if call.path() == "/v2/self" else None
        self.front(world, "records", lie, **settings)
        return self.check(world, code)

    @only("values")
    def test_what_the_server_says_of_the_token(self):
        reading = "record_permission:read object_configuration:read"
        rows = self.self_says({"active": True, "scope": reading}, 77)
        self.assert_row(rows, "records", "scope", "wrong", "record_permission:read-write")
        rows = self.self_says({"active": True}, 0)
        self.assert_row(rows, "records", "scope", "warning", "record_permission:read-write")
        rows = self.self_says({"active": True, "scope": reading}, 0,
                              **{"sync.direction": "to_people"})
        self.assertEqual([row for row in rows if row["check"] == "scope"], [])
        rows = self.self_says({"active": False}, 77)
        self.assert_row(rows, "records", "scope", "wrong", "not active")
        rows = self.self_says({"data": {"active": True}}, 0)
        self.assert_row(rows, "records", "scope", "warning", "active is not a boolean")

    def scoped(self, scopes, code, **settings):
        """What a check finds whose token may do only this."""
        world = self.open("--records-scopes", scopes, *(
            () if DIALECT == "attributes" else ("--custom-attributes",)), **settings)
        for side in SIDES:
            world.create(side, **ADA)
        world.clear_log()
        return self.check(world, code)

    @only("values")
    def test_scopes(self):
        reading = "record_permission:read object_configuration:read"
        everything = {"notes__enabled": True, "notes__category": "/note_categories/none",
                      "references__owners__enabled": True,
                      "references__owners__records": "account_owner"}
        rows = self.scoped("note:read", 77)
        self.assert_row(rows, "records", "token", "ok")
        self.assert_row(rows, "records", "read access", "wrong", "403.*record_permission:read")
        rows = self.scoped("record_permission:read", 77)
        self.assert_row(rows, "records", "read access", "wrong", "403.*object_configuration:read")
        rows = self.scoped(reading, 77)
        self.assert_row(rows, "records", "read access", "ok")
        self.assert_row(rows, "records", "scope", "wrong", "record_permission:read-write")
        rows = self.scoped(reading, 77, **everything)
        for check, scope in (("notes", "note:read"), ("owners", "user_management:read")):
            row = self.only_row(rows, "records", check)
            self.assertEqual(row["result"], "wrong")
            self.assertIn(scope, row["found"])
            self.assertIn(scope, row["todo"])
        self.assert_row(rows, "records", "companies", "ok")

    @only("values")
    def test_scopes_of_a_good_token(self):
        rows = self.scoped("record_permission:read-write object_configuration:read note:read-write "
                           "user_management:read", 0, notes__enabled=True,
                           notes__category="", notes__direction="to_records")
        for check in ("read access", "notes", "companies"):
            self.assert_row(rows, "records", check, "ok")
        self.assertEqual([(row["result"], row["found"].split(",")[0]) for row in rows
                          if row["check"] == "scope"],
                         [("ok", "record_permission:read-write"), ("ok", "note:read-write")])

    @only("attributes")
    def test_scopes_of_the_other_document(self):
        rows = self.scoped("object_configuration:read", 77)
        self.assert_row(rows, "records", "read access", "wrong", "403.*record:read")
        rows = self.scoped("record:read", 77)
        self.assert_row(rows, "records", "read access", "wrong", "403.*record_permission:read")
        rows = self.scoped("record:read record_permission:read", 0)
        self.assert_row(rows, "records", "read access", "ok")

    def test_category(self):
        """One that is there is as good as its notes can be read."""
        world = self.open_both()
        category = world.box.dump("people", "note_categories")[0]["@id"]
        to_people = {"notes.enabled": True, "notes.category": category,
                     "notes.direction": "to_people"}
        world.configure(to_people)
        rows = self.check(world)
        self.assert_row(rows, "people", "category", "ok")
        world.clear_log()
        world.configure(to_people | {"notes.category": "/note_categories/none"})
        rows = self.check(world, code=78)
        row = self.only_row(rows, "people", "category")
        self.assertEqual(row["result"], "wrong")
        self.assertIn("notes.category", row["todo"])

    @only("values")
    def test_an_object_that_is_not_there(self):
        world = self.open_both(records__object="persons")
        rows = self.check(world, code=78)
        self.assert_row(rows, "records", "attributes", "wrong", "404.*persons")


class Fields(Online):
    def check_rows(self, *rows, code=78, **overrides):
        return self.check(self.open_both(fields=list(rows), **overrides), code)

    def test_missing(self):
        mapped = row("nickname", "nick_name", "nickName")
        if DIALECT == "attributes":
            rows = self.check_rows(mapped, code=0)
            self.assert_row(rows, "records", "attribute", "warning", "not seen on any of 2",
                            "nickname")
        else:
            rows = self.check_rows(mapped)
            self.assert_row(rows, "records", "attribute", "wrong", "nick_name does not exist",
                            "nickname")
        self.assert_row(rows, "people", "attribute", "warning", "not seen on any of 2", "nickname")

    def test_undocumented_and_seen(self):
        world = self.open_both(fields=[row("nickname", TEXT_OF, "nickName")])

        def lie(call):
            reply = call.forward()
            if not call.is_list():
                return reply
            persons = json.loads(reply.body)
            persons["member"][0]["nickName"] = "Countess"
            return reply._replace(body=json.dumps(persons).encode())
        self.front(world, "people", lie, fields=[row("nickname", TEXT_OF, "nickName")])
        rows = self.check(world)
        self.assert_row(rows, "people", "attribute", "ok", "on 1 of 2", "nickname")
        self.assertNotIn("Countess", json.dumps(rows))

    def told(self, changes, code, **overrides):
        """The server says this of some of its attributes."""
        world = self.open_both(**overrides)

        def lie(call):
            reply = call.forward()
            if not call.path().endswith("/attributes"):
                return reply
            attributes = json.loads(reply.body)
            for attribute in attributes["data"]:
                attribute |= changes.get(attribute["api_slug"], {})
            return reply._replace(body=json.dumps(attributes).encode())
        settings = {name.replace("__", "."): value for name, value in overrides.items()}
        self.front(world, "records", lie, **settings)
        return self.check(world, code)

    @only("values")
    def test_read_only(self):
        """Where the row writes it, it does not fit; where it is only read, it does."""
        changes = {"job_title": {"is_writable": False}}
        for direction, code in (("both", 78), ("to_records", 78), ("to_people", 0)):
            with self.subTest(direction=direction):
                fields = [{"field": "job_title", "direction": direction}]
                rows = self.told(changes, code, fields=fields)
                self.assert_row(rows, "records", "attribute", "wrong" if code else "ok",
                                "job_title is read-only" if code else ".", "job_title")

    @only("values")
    def test_what_else_attributes_may_be(self):
        rows = self.told({"job_title": {"is_archived": True}}, 78)
        self.assert_row(rows, "records", "attribute", "wrong", "is archived", "job_title")
        rows = self.told({"email_addresses": {"is_multiselect": False}}, 78)
        self.assert_row(rows, "records", "attribute", "wrong", "holds one value", "emails")
        rows = self.told({"job_title": {"is_multiselect": True}}, 0)
        self.assert_row(rows, "records", "attribute", "warning", "several values", "job_title")
        rows = self.told({"facebook": {"is_required": True}}, 0)
        self.assert_row(rows, "records", "attribute", "warning", "facebook is required")
        rows = self.told({"job_title": {"type": "date"}}, 78)
        self.assert_row(rows, "records", "attribute", "wrong", "of type date, which can be read",
                        "job_title")
        rows = self.told({"job_title": {"type": "location"}}, 78)
        self.assert_row(rows, "records", "attribute", "wrong", "is of type location", "job_title")
        rows = self.told({"job_title": {"type": ""}}, 65)
        self.assert_row(rows, "records", "attributes", "wrong", "api_slug or type")

    def test_wrong_type(self):
        rows = self.check_rows(row("score", TEXT_OF, "customerId", type="number"))
        self.assert_row(rows, "records", "attribute", "wrong", "is of type text", "score")
        # A string of people takes the digits; what it can't take is refused offline already.
        self.assertNotIn(("people", "wrong"), [(one["side"], one["result"]) for one in rows])

    def test_a_type_that_only_the_sample_shows(self):
        world = self.open_both()

        def lie(call):
            reply = call.forward()
            if not call.is_list():
                return reply
            persons = json.loads(reply.body)
            persons["member"][1]["jobTitle"] = 7
            return reply._replace(body=json.dumps(persons).encode())
        self.front(world, "people", lie)
        rows = self.check(world, code=78)
        self.assert_row(rows, "people", "attribute", "wrong",
                        "on 1 of 2 persons.*jobTitle is not a string", "job_title")

    def test_lossy(self):
        world = self.open_both()
        if DIALECT == "values":
            side, field, words = "records", "address", "lossy: 1 of 1.*line 1, line 2"
            place = {"line_1": "Damrak 1", "line_2": "Floor 3", "line_3": None, "line_4": None,
                     "locality": "Amsterdam", "region": None, "postcode": None,
                     "country_code": "NL", "latitude": None, "longitude": None}
            person = world.create(side, raw={"primary_location": [place]},
                                  name=Name("Alan", "", "Turing"))
        else:
            side, field, words = "people", "emails", "lossy: 1 of 3.*1 of 2 elements"
            person = world.create(side, name=Name("Alan", "", "Turing"),
                                  emails=["alan@example.com", "turing@example.com"])
        world.clear_log()
        rows = self.check(world)
        self.assert_row(rows, side, "round trip", "warning", words, field)
        told = self.only_row(rows, side, "round trip", field)
        self.assertIn(person, told["found"])
        self.assertIn(f"stays on {side} as it is", told["todo"])
        self.assertNotIn("turing", json.dumps(rows).lower())


class Filters(Online):
    def test_ignored(self):
        """200 with everybody, as if nothing had been asked for."""
        for side in SIDES:
            with self.subTest(side=side):
                world = self.open_both()
                everybody = []

                def lie(call, everybody=everybody):
                    if call.is_list():
                        everybody.append(call.forward())
                    if call.is_list() or "nobody-" in call.target + call.body.decode():
                        return everybody[0]
                    return None
                self.front(world, side, lie)
                rows = self.check(world)
                self.assert_row(rows, side, "filter", "warning", "2 persons.*ignored")
                self.assert_row(rows, other(side), "filter", "ok")

    def test_not_described(self):
        world = self.open_both()

        def lie(call):
            reply = call.forward()
            return reply._replace(body=reply.body.replace(b"emailAddresses.email", b"mail"))
        self.front(world, "people", lie)
        rows = self.check(world)
        self.assert_row(rows, "people", "filter", "warning", r"emailAddresses.email\[\]")
        self.assert_row(rows, "people", "filter", "ok")

    def test_order(self):
        world = self.open("--persons", "20", "--common", "20")

        def lie(call):
            reply = call.forward()
            if not call.is_list():
                return reply
            persons = json.loads(reply.body)
            persons["member"].reverse()
            return reply._replace(body=json.dumps(persons).encode())
        self.front(world, "people", lie)
        rows = self.check(world)
        self.assert_row(rows, "people", "order", "warning")
        self.assert_row(rows, "records", "order", "ok")


class Time(Online):
    def test_first_sync(self):
        """At 20 requests a minute, 90 persons to be made on people: the first 20 at once."""
        world = self.open(people__requests_per_minute=20)
        for number in range(90):
            world.create("records", name=Name(f"Ada{number}", "", "Byron"))
        world.clear_log()
        rows = self.check(world)
        self.assert_row(rows, "both", "first sync", "ok",
                        "^90 and 0 persons: 1 s if all are on both sides, 4 min if none is$")

    def test_only_some_are_told(self):
        world = self.open("--persons", "150", "--common", "150")
        rows = self.check(world)
        words = "^at least 100 and 150 persons: at least" if DIALECT == "values" else \
            "^150 and 150 persons: "
        self.assert_row(rows, "both", "first sync", "ok", words)


if __name__ == "__main__":
    unittest.main()
