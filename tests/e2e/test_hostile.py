# SPDX-License-Identifier: Apache-2.0
"""D7, D8: what a server may answer to a reading, and what is never made of it.

None of it takes more memory than CEILING_KIB.
"""

import copy
import json
import os
import unittest
import zlib

from front import Front, Reply, nothing
from harness import DIALECT, SIDES, Case, other
from wire import Name

ADA = {"name": Name("Ada", "", "Lovelace"), "emails": ["ada@example.com"], "job": "Engineer"}
GRACE = {"name": Name("Grace", "", "Hopper"), "emails": ["grace@example.com"], "job": "Admiral"}
ALAN = {"name": Name("Alan", "", "Turing"), "emails": ["alan@example.com"], "job": "Logician"}
EDSGER = {"name": Name("Edsger", "", "Dijkstra"), "emails": ["edsger@example.com"]}
PERSONAL = ("Lovelace", "Hopper", "Turing", "Dijkstra", "@example.com", "Analyst", "Commodore")
HTML = b"<!DOCTYPE html><html><body>Sign in to the Wi-Fi, Ada Lovelace</body></html>"
MEGABYTE = b" " * (1024 * 1024)
# A sanitizer keeps what was freed, and a shadow of the rest.
CEILING_KIB = (40 if os.environ.get("E2E_FULL") == "1" else 640) * 1024
EXIT = {"malformed": 65, "unreachable": 69, "auth": 77}


def text_after(body, find, new):
    """The body with the first `find` replaced, which has to be there."""
    assert find in body, (find, body)
    return body.replace(find, new, 1)


def huge(prefix, part, count=100):
    yield prefix
    for _ in range(count):
        yield part


def ok(body, **more):
    return Reply(200, body, **more)


def bomb(prefix, megabytes):
    """Much in little: gzip of blanks."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [squeeze.compress(prefix)]
    parts += [squeeze.compress(MEGABYTE) for _ in range(megabytes)]
    return b"".join([*parts, squeeze.flush()])


def zipped(body):
    return ok(body, headers=(("Content-Encoding", "gzip"),))


def many_headers(n):
    return tuple((f"X-Header-{i}", "x" * 1000) for i in range(n))


# name -> (what becomes of the true Reply of a page, how the sync ends).
PAGES = {
    "cut, length right": (lambda true: ok(true.body[:-40]), "unreachable"),
    "cut, chunked": (lambda true: ok(true.body[:-40], length="chunked"), "unreachable"),
    "cut, length absent": (lambda true: ok(true.body[:-40], length="absent"), "unreachable"),
    "empty body": (lambda true: ok(b""), None),
    "HTML": (lambda true: ok(HTML, content_type="text/html"), "malformed"),
    "HTML that says it is JSON": (lambda true: ok(HTML), "malformed"),
    "plain text": (lambda true: ok(b"OK", content_type="text/plain"), "malformed"),
    "null": (lambda true: ok(b"null"), "malformed"),
    "a number": (lambda true: ok(b"12"), "malformed"),
    "an empty object": (lambda true: ok(b"{}"), "malformed"),
    "an error with status 200": (lambda true: ok(b'{"status":500,"detail":"no"}'), "malformed"),
    "bytes behind the end": (lambda true: ok(true.body + b"{}"), "malformed"),
    "a comma too many": (lambda true: ok(text_after(true.body, b"{", b"{,")), "malformed"),
    "10,000 deep": (lambda true: ok(text_after(
        true.body, b"{", b'{"x":' + b"[" * 10000 + b"]" * 10000 + b",")), "malformed"),
    "10,000 deep in a person": (lambda true: ok(text_after(
        true.body, b"[{", b'[{"x":' + b"[" * 10000 + b"]" * 10000 + b",")), "malformed"),
    "10,000 deep and never closed": (lambda true: ok(text_after(
        true.body, b"[{", b'[{"x":' + b"[" * 10000)), "malformed"),
    "a person of 2 MB": (lambda true: ok(text_after(
        true.body, b"[{", b'[{"x":"' + b"x" * 2000000 + b'",')), "malformed"),
    "100 MB of blanks": (lambda true: ok(huge(true.body[:-1], MEGABYTE), length="chunked"),
                         "malformed"),
    "100 MB in a text": (lambda true: ok(huge(b'{"x":"', MEGABYTE), length="absent"), "malformed"),
    "100 MB that are announced": (lambda true: ok(
        true.body, headers=(("Content-Length", str(100 * 1024 * 1024)),), length="own"),
        "malformed"),
    "100 MB of an error": (lambda true: Reply(
        500, huge(b'{"message":"', MEGABYTE), length="chunked"), None),
    "100 MB of a refusal": (lambda true: Reply(
        400, huge(b'{"message":"', MEGABYTE), length="chunked"), "malformed"),
    "a bomb of blanks": (lambda true: zipped(bomb(true.body[:-1], 200)), "malformed"),
    "a bomb in a text": (lambda true: zipped(bomb(b'{"x":"', 200)), "malformed"),
    "no gzip": (lambda true: zipped(b"\x1f\x8b" + true.body), "malformed"),
    "half of a gzip": (lambda true: zipped(bomb(true.body, 0)[:40]), None),
    "2 MB of headers": (lambda true: ok(true.body, headers=many_headers(2000)), None),
    "half a million nulls": (lambda true: ok(
        b'{"data":[' + b"null," * 500000 + b'null],"member":[],"totalItems":1}'), "malformed"),
    "half a million keys": (lambda true: ok(b'{"data":[],"member":[{' + b",".join(
        b'"%d":0' % i for i in range(500000)) + b"}]}"), None),
    "a list of a list": (lambda true: ok(b'{"data":[[]],"member":[[]],"totalItems":1}'),
                         "malformed"),
    "an array of an array": (lambda true: ok(b"[[]]"), "malformed"),
    "persons are null": (lambda true: ok(b'{"data":null,"member":null,"totalItems":0}'),
                         "malformed"),
    "persons are texts": (lambda true: ok(b'{"data":["x"],"member":["x"],"totalItems":1}'),
                          "malformed"),
    "persons are nulls": (lambda true: ok(b'{"data":[null],"member":[null],"totalItems":1}'),
                          "malformed"),
    "persons stand there twice": (lambda true: ok(
        b'{"data":[],"member":[],' + true.body.lstrip()[1:]), "malformed"),
    "status 204": (lambda true: Reply(204, b"", None), None),
    "status 401": (lambda true: Reply(401, b'{"code":401,"message":"no"}'), "auth"),
    "status 403": (lambda true: Reply(403, b'{"message":"no"}'), "auth"),
    "status 400": (lambda true: Reply(400, b'{"message":"no"}'), "malformed"),
    "status 404": (lambda true: Reply(404, b'{"message":"no such thing"}'), "malformed"),
    "status 404 of a proxy": (lambda true: Reply(404, HTML, "text/html"), "malformed"),
    "status 410": (lambda true: Reply(410, b'{"message":"gone"}'), "malformed"),
    "status 500": (lambda true: Reply(500, HTML, "text/html"), "unreachable"),
    "status 302 to nowhere": (lambda true: Reply(302, b""), "malformed"),
}

# What becomes of one good person (parsed), or of its JSON text (from a name in it), among others.
BAD_VALUE = {"records": {
    "values": {
        "name is a text": ("name", "Grace"), "name is a list of texts": ("name", ["Grace"]),
        "addresses are a number": ("email_addresses", 5),
        "addresses hold a number": ("email_addresses", [{"email_address": 7}]),
        "title is an object": ("job_title", {"value": "Admiral"}),
        "title holds a list": ("job_title", [{"value": ["Admiral"]}]),
    },
    "attributes": {
        "name is a number": ("name", 5), "name is a list": ("name", ["Grace"]),
        "address is an object": ("email", {"value": "grace@example.com"}),
        "tags are an object": ("tags", {"a": "b"}), "tags hold a number": ("tags", [5]),
    }}[DIALECT],
    "people": {
        "name is an object": ("familyName", {"x": "Hopper"}), "name is a number": ("givenName", 7),
        "addresses are a number": ("emailAddresses", 5),
        "addresses hold texts": ("emailAddresses", ["grace@example.com"]),
        "addresses hold a number": ("emailAddresses", [{"email": 7}]),
        "title is a list": ("jobTitle", ["Admiral"]), "archivedAt is a number": ("archivedAt", 5),
        "archivedAt is no time": ("archivedAt", "soon"), "id is an object": ("id", {"x": 1}),
        "no id": ("id", None),
    }}
BAD_TEXT = {
    "invalid UTF-8": b"Hop\xffper", "overlong UTF-8": b"Hop\xc0\xafper",
    "a surrogate in UTF-8": b"Hop\xed\xa0\x80per", "beyond Unicode": b"Hop\xf5\x80\x80\x80per",
    "an escaped NUL": b"Hop\\u0000per", "a raw NUL": b"Hop\0per", "a raw newline": b"Hop\nper",
    "a lone surrogate": b"Hop\\ud800per", "a bad escape": b"Hop\\xper",
}
BAD_TOKEN = {
    "a key twice": b'"job":1,"job":2,', "NaN": b'"x":NaN,', "single quotes": b"\"x\":'y',",
    "an integer beyond 2^64": b'"x":123456789012345678901234567890,',
    "a NUL in a key": b'"a\\u0000b":1,', "a comma too many": b",",
}


class Hostile(Case):
    def front(self, side, *options, **overrides):
        """A world whose side can lie, with Ada, Grace and Alan linked."""
        # What vanishes from a side is to be removed from the other one, whichever side lies.
        overrides = {"sync__on_removed": {"people": "delete"}} | overrides
        world = self.open(*options, **overrides)
        world.ceiling_kib = CEILING_KIB
        front = Front(self, world, side)
        self.settings = {name.replace("__", "."): value for name, value in overrides.items()}
        self.settings[f"{side}.base_url"] = front.url
        world.configure(self.settings)
        ids = {name: world.create_both(**words)
               for name, words in (("ada", ADA), ("grace", GRACE), ("alan", ALAN))}
        world.sync()
        return world, front, ids

    def waiting(self, world, side, ids):
        """An edit and a new person on each side, and a person deleted on the side that lies."""
        world.edit(side, ids["ada"][side], job="Analyst")
        world.edit(other(side), ids["grace"][other(side)], job="Commodore")
        world.create(side, **EDSGER)
        world.create(other(side), name=Name("Barbara", "", "Liskov"), emails=["b@example.org"])
        world.box.post("delete", side=side, id=ids["alan"][side])
        world.clear_log()

    def assert_said(self, world, side, code):
        """One line says what is wrong with which side, without a word of any person."""
        _, _, _, stderr = world.runs[-1]
        text = stderr.decode()
        with open(world.path("status.json"), encoding="utf-8") as file:
            status = file.read()
        for word in PERSONAL:
            self.assertNotIn(word, text)
            self.assertNotIn(word, status)
        said = [line for line in text.splitlines() if line.startswith("crmsync: ")]
        self.assertEqual(len(said), 1 if code > 1 else 0, text)
        for line in said:
            self.assertIn(side, line)

    def assert_nothing_of_the_whole(self, world, summary, side, ids):
        """What only a complete reading of the side allows has not been done."""
        self.assert_counts(summary, created={}, removed={})
        alan = world.find(other(side), ids["alan"][other(side)])
        self.assertFalse(alan.get("raw", {}).get("archivedAt"))

    def sync_ends(self, world, codes):
        """One sync with any of these codes."""
        try:
            world.run("sync", "--json", code=codes[0])
        except AssertionError:
            if world.runs[-1][1] not in codes:
                raise
        return world.runs[-1][1], json.loads(world.runs[-1][2])


class WholePages(Hostile):
    """No page can be read: nothing is concluded and nothing written."""

    def check(self, side):
        world, front, ids = self.front(side, sync__retry__attempts=2)
        self.waiting(world, side, ids)
        for name, (lie, end) in PAGES.items():
            with self.subTest(side=side, page=name):
                front.lie = lambda call, lie=lie: lie(call.forward()) if call.is_list() else None
                front.seen.clear()
                codes = [EXIT[end]] if end else [EXIT["malformed"], EXIT["unreachable"]]
                code, _ = self.sync_ends(world, codes)
                self.assertEqual(world.writes(), [])
                self.assert_said(world, side, code)
                self.assertLess(len(front.seen), 12, "no hammering")
        front.lie = nothing
        world.sync()
        self.assertEqual({side: len(world.view(side)) for side in SIDES},
                         {"records": 4, "people": 5 if side == "records" else 4})
        self.assertEqual(world.find(other(side), ids["ada"][other(side)])["job"], "Analyst")
        world.settled()

    def test_records(self):
        self.check("records")

    def test_people(self):
        self.check("people")


class OnePerson(Hostile):
    """
    One bad person among good ones: the others are synced, created and removed.  A page that holds
    nobody who can be named is not.
    """

    def bad_persons(self, side):
        """name -> a function of the true page's bytes."""
        def with_value(key, value):
            def lie(body):
                page = json.loads(body)
                for person in page.get("data", page.get("member")):
                    inner = person.get("values") or person.get("attributes") or person
                    if "Hopper" in json.dumps(person):
                        inner[key] = copy.deepcopy(value)
                        if key == "id":
                            inner.pop("@id", None)  # either one names a person
                return json.dumps(page).encode()
            return lie

        def with_text(text):
            return lambda body: text_after(body, b"Hopper", text)

        def with_token(token):
            def lie(body):
                at = body.rindex(b'{"id":' if side == "records" else b'{"@', 0,
                                 body.index(b"Hopper"))
                return body[:at + 1] + token + body[at + 1:]
            return lie

        return ({name: with_value(*pair) for name, pair in BAD_VALUE[side].items()} |
                {name: with_text(text) for name, text in BAD_TEXT.items()} |
                {name: with_token(token) for name, token in BAD_TOKEN.items()})

    def check(self, side):
        world, front, ids = self.front(side)
        self.waiting(world, side, ids)
        target = other(side)
        for number, (name, lie) in enumerate(self.bad_persons(side).items()):
            with self.subTest(side=side, person=name):
                title = f"Analyst {number}"
                world.edit(side, ids["ada"][side], job=title)
                before = world.find(target, ids["grace"][target])
                front.lie = lambda call, lie=lie: call.forward()._replace(
                    body=lie(call.forward().body)) if call.is_list() and call.page() == 1 else None
                # 0: asked for alone, he could be read.
                code, summary = self.sync_ends(world, [65, 1, 0])
                self.assert_counts(summary, created=dict.fromkeys(SIDES, 1) if number == 0 else {},
                                   removed={target: 1} if number == 0 else {})
                self.assert_said(world, side, code)
                self.assertEqual(world.find(target, ids["ada"][target])["job"], title)
                self.assertEqual(world.find(target, ids["grace"][target]), before)
        front.lie = nothing
        world.sync()
        self.assertEqual(world.find(side, ids["grace"][side])["job"], "Commodore")
        world.settled()

    def test_records(self):
        self.check("records")

    def test_people(self):
        self.check("people")

    def test_the_line_names_the_person(self):
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.front(side)
                key, value = list(BAD_VALUE[side].values())[0]
                lie = self.bad_persons(side)[list(BAD_VALUE[side])[0]]
                front.lie = lambda call, lie=lie: call.forward()._replace(
                    body=lie(call.forward().body)) if call.is_list() and call.page() == 1 else None
                self.sync_ends(world, [65, 1])
                stderr = world.runs[-1][3].decode()
                self.assertIn(str(ids["grace"][side]), stderr, "which person")
                self.assertIn(key, stderr, f"which field held {value!r}")


class InTheMiddle(Hostile):
    """Some pages can be read, one cannot."""

    def pages(self, side):
        size = {"records__page_size": 2} if side == "records" else {"people__items_per_page": 2}
        world, front, ids = self.front(side, sync__retry__attempts=2, **size)
        self.waiting(world, side, ids)
        return world, front, ids

    def check(self, side):
        for name in ("HTML", "status 401", "status 404", "status 500", "cut, length right"):
            with self.subTest(side=side, page=name):
                world, front, ids = self.pages(side)
                lie, end = PAGES[name]
                front.lie = lambda call, lie=lie: (
                    lie(call.forward()) if call.is_list() and call.page() == 2 else None)
                code, summary = self.sync_ends(world, [EXIT[end]])
                self.assert_said(world, side, code)
                self.assert_nothing_of_the_whole(world, summary, side, ids)
                front.lie = nothing
                world.sync()
                world.settled()

    def test_records(self):
        self.check("records")

    def test_people(self):
        self.check("people")


class Lists(Hostile):
    def test_empty_first_page_with_a_total(self):
        for side in SIDES if DIALECT == "attributes" else ("people",):
            with self.subTest(side=side):
                world, front, ids = self.front(side)
                self.waiting(world, side, ids)
                page = (b'{"data":[],"meta":{"page":1,"pageSize":100,"total":5}}'
                        if side == "records" else b'{"member":[],"totalItems":5}')
                front.lie = lambda call, page=page: ok(page) if call.is_list() else None
                code, summary = self.sync_ends(world, [65])
                self.assert_nothing_of_the_whole(world, summary, side, ids)
                self.assert_said(world, side, code)

    def test_endless(self):
        """Every page shows the same persons and promises more of them."""
        for side in SIDES:
            with self.subTest(side=side):
                world, front, ids = self.front(side)
                self.waiting(world, side, ids)
                first = self.first_page(world, front, side)
                front.lie = lambda call, first=first: ok(first) if call.is_list() else None
                world.seconds = 10
                _, summary = self.sync_ends(world, [65, 69])
                self.assert_nothing_of_the_whole(world, summary, side, ids)

    def first_page(self, world, front, side):
        """The first page as it is, but for a total that is never reached."""
        held = []

        def listen(call):
            if call.is_list() and call.page() == 1 and not held:
                held.append(call.forward().body)

        front.lie = listen
        world.sync("--dry-run", code=2)
        page = json.loads(held[0])
        if side == "people":
            page["totalItems"] = 10 ** 6
            page["view"] = {"next": "/people?page=2"}
        elif "meta" in page:
            page["meta"]["total"] = 10 ** 6
        return json.dumps(page).encode()


class Redirected(Hostile):
    """D8"""

    def test_key_stays_here(self):
        for side in SIDES:
            for status in (301, 302, 303, 307, 308):
                with self.subTest(side=side, status=status):
                    world, front, ids = self.front(side)
                    self.waiting(world, side, ids)
                    thief = Front(self, world, side)
                    front.lie = lambda call, status=status, thief=thief: Reply(
                        status, b"", headers=(("Location", thief.url + call.target),))
                    code, _ = self.sync_ends(world, [65])
                    self.assertEqual(thief.seen, [])
                    self.assertEqual(world.writes(), [])
                    self.assert_said(world, side, code)


if __name__ == "__main__":
    unittest.main()
