# SPDX-License-Identifier: Apache-2.0
"""E3, E4 and D9: mistakes of the one who runs it, and what must never be shown."""

import os
import subprocess
import time
import unittest

from harness import SIDES, Case
from sandbox_client import dying_with_us
from wire import Name

GOOD = """\
records = {
  base_url = "http://127.0.0.1:9";
  dialect = "values";
  token_file = "records.token";
};
people = {
  base_url = "https://crm.example.com";
  token_file = "people.token";
};
state = { path = "state.db"; };
status = { path = "status.json"; };
sync = {
  interval = 60;
};
""".splitlines()

# What stands in which line instead -> line, key and words of each complaint.
MISTAKES = {
    "no value": ({13: "  interval = ;"}, [(13, "sync.interval", "syntax error")]),
    "no equals sign": ({13: "  interval 60;"}, [(13, None, "syntax error")]),
    "text not closed": ({7: '  base_url = "https://crm.example.com;'},
                        [(7, "people.base_url", "not closed")]),
    "comment not closed": ({13: "  /* interval = 60;"}, [(13, None, "never closed")]),
    "group not closed": ({14: ""}, [(12, "sync", "never closed")]),
    "given twice": ({13: "  interval = 60; interval = 61;"}, [(13, "sync.interval", "twice")]),
    "unknown key": ({13: "  intervall = 60;"}, [(13, "sync.intervall", r"sync\.interval\b")]),
    "unknown key, swapped letters": ({4: '  token_flie = "records.token";'},
                                     [(1, "records.token_file", "missing"),
                                      (4, "records.token_flie", r"records\.token_file\b")]),
    "unknown group": ({12: "snyc = {"}, [(12, "snyc", "sync")]),
    "text for a number": ({13: '  interval = "60";'}, [(13, "sync.interval", "must be a number")]),
    "number for a text": ({7: "  base_url = 7;"}, [(7, "people.base_url", "must be a text")]),
    "number for a word": ({13: "  conflict = 1;"}, [(13, "sync.conflict", '"newest"')]),
    "fraction for a count": ({5: "  page_size = 1.5; };"},
                             [(5, "records.page_size", "whole number")]),
    "value for a group": ({10: 'state = "state.db";'}, [(10, "state", "group")]),
    "word for a list": ({13: '  match = "email";'}, [(13, "sync.match", "list")]),
    "missing key": ({2: ""}, [(1, "records.base_url", "missing")]),
    "missing dialect": ({3: ""}, [(1, "records.dialect", "missing")]),
    "unknown word": ({3: '  dialect = "flat";'}, [(3, "records.dialect", '"attributes"')]),
    "negative": ({13: "  interval = -1;"}, [(13, "sync.interval", "out of range")]),
    "zero": ({13: "  max_changed_percent = 50; retry = { attempts = 0; };"},
             [(13, "sync.retry.attempts", "out of range")]),
    "page too large": ({5: "  page_size = 501; };"}, [(5, "records.page_size", "out of range")]),
    "page too large for the dialect": ({3: '  dialect = "attributes";', 5: "  page_size = 101; };"},
                                       [(5, "records.page_size", "out of range")]),
    "not a country": ({13: '  default_region = "us";'}, [(13, "sync.default_region", "capital")]),
    "tag without tags": ({13: '  on_removed = { people = "tag"; };'},
                         [(13, "sync.on_removed.people", 'needs a field "tags"')]),
    "read-only field": (
        {14: '}; fields = ( { field = "x"; type = "text"; records = "x"; '
             'people = "avatarUrl"; } );'}, [(14, "fields[0].direction", "never written")]),
    "no token file": ({8: '  token_file = "nowhere.token";'},
                      [(8, "people.token_file", "nowhere.token.*No such file")]),
    "token that others may read": ({8: '  token_file = "open.token";'},
                                   [(8, "people.token_file", "open.token.*0644")]),
    "token that the group may read": ({4: '  token_file = "group.token";'},
                                      [(4, "records.token_file", "group.token.*0640")]),
    "empty token": ({8: '  token_file = "empty.token";'}, [(8, "people.token_file", "empty")]),
    "folder for a token": ({8: '  token_file = "folder";'},
                           [(8, "people.token_file", "regular file")]),
    "token in the file": ({8: '  token = "CANARY-IN-THE-FILE"; token_file = "people.token";'},
                          [(8, "people.token", "token_file")]),
    "password in the address": ({7: '  base_url = "https://me:CANARY-PW@crm.example.com";'},
                                [(7, "people.base_url", "password")]),
    "plain http": ({7: '  base_url = "http://crm.example.com";'},
                   [(7, "people.base_url", "https")]),
    "http to what only looks local": ({7: '  base_url = "http://127.0.0.1.example.com";'},
                                      [(7, "people.base_url", "https")]),
    "other scheme": ({7: '  base_url = "ftp://crm.example.com";'},
                     [(7, "people.base_url", "https")]),
    "integer that would wrap": ({13: "  interval = 60; history_days = 5000000000;"},
                                [(13, "sync.history_days", "out of range")]),
    "integer of 2^31": ({13: "  max_removals = 2147483648;"},
                        [(13, "sync.max_removals", "out of range")]),
    "hexadecimal that would wrap": ({13: "  max_removals = 0xFFFFFFFF;"},
                                    [(13, "sync.max_removals", "out of range")]),
    "two at once": ({2: '  base_url = "http://crm.example.com";', 13: "  intervall = 60;"},
                    [(2, "records.base_url", "https"), (13, "sync.intervall", "unknown")]),
    "two in one group": ({3: '  dialect = "flat";', 4: '  token_file = "nowhere.token";'},
                         [(3, "records.dialect", "flat"), (4, "records.token_file", "nowhere")]),
}
SPECIAL_FILES = {"open.token": 0o644, "group.token": 0o640, "empty.token": 0o600}


class Checked(Case):
    """E4"""

    def world(self):
        world = self.open()
        for name, mode in SPECIAL_FILES.items():
            with open(world.path(name), "w", encoding="utf-8") as file:
                file.write("" if name == "empty.token" else "CANARY-TOKEN\n")
            os.chmod(world.path(name), mode)
        os.mkdir(world.path("folder"))
        return world

    def write(self, world, replaced):
        lines = [replaced.get(number, line) for number, line in enumerate(GOOD, 1)]
        with open(world.path("sync.conf"), "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")

    def assert_complaints(self, world, expected):
        """One line each, in the order of the file, and nothing else."""
        _, _, stdout, stderr = world.runs[-1]
        self.assertEqual(stdout, b"")
        self.assertNotIn(b"CANARY", stderr)
        lines = stderr.decode().splitlines()
        self.assertEqual(len(lines), len(expected), lines)
        for line, (number, key, words) in zip(lines, expected):
            place = f"{world.path('sync.conf')}:{number}: "
            self.assertTrue(line.startswith(place + (f"{key}: " if key else "")),
                            f"{line!r} is not of line {number}, key {key}")
            self.assertRegex(line, words)

    def test_good(self):
        world = self.world()
        self.write(world, {})
        self.assertIn("ok", world.run("check"))
        self.assertEqual(world.runs[-1][3], b"")

    def test_mistakes(self):
        world = self.world()
        for name, (replaced, expected) in MISTAKES.items():
            with self.subTest(mistake=name):
                self.write(world, replaced)
                world.run("check", code=78)
                self.assert_complaints(world, expected)

    def test_no_file(self):
        world = self.world()
        os.unlink(world.path("sync.conf"))
        for command in ("check", "sync", "status"):
            with self.subTest(command=command):
                world.run(command, code=78)
                [line] = world.runs[-1][3].decode().splitlines()
                self.assertTrue(line.startswith(world.path("sync.conf") + ": "), line)

    def test_bytes_that_are_no_text(self):
        world = self.world()
        for words, bad in (("not UTF-8", b"\xff\xfe"), ("NUL", b"\0")):
            with self.subTest(words=words):
                with open(world.path("sync.conf"), "wb") as file:
                    file.write("\n".join(GOOD[:12]).encode() + b"\n# " + bad + b"\n};\n")
                world.run("check", code=78)
                self.assert_complaints(world, [(13, None, words)])


class NotStarted(Case):
    """A run that cannot go well sends nothing."""

    def test_bad_file(self):
        for key, value in (("sync.conflict", "whatever"), ("sync.no_such_key", 1),
                           ("people.token_file", "nowhere.token"),
                           ("people.base_url", "http://crm.example.com")):
            with self.subTest(key=key):
                world = self.open()
                world.create("records", name=Name("Ada", "", "Lovelace"))
                world.configure({key: value})
                for words in (("sync",), ("plan",), ("sync", "--dry-run")):
                    world.clear_log()
                    world.run(*words, code=78)
                    self.assertEqual(world.box.log(), [])
                    _, _, stdout, stderr = world.runs[-1]
                    self.assertEqual(stdout, b"")
                    self.assertEqual(len(stderr.splitlines()), 1, stderr)
                    self.assertRegex(stderr.decode(), rf"sync\.conf:\d+: {key}: ")

    def test_usage(self):
        world = self.open()
        for words in (("snyc",), (), ("sync", "--no-such-option"), ("-x", "sync"), ("-c",),
                      ("sync", "surplus"), ("check", "surplus"), ("-v", "-q", "sync"),
                      ("--log-format=xml", "sync")):
            with self.subTest(words=words):
                world.run(*words, code=64)
                _, _, stdout, stderr = world.runs[-1]
                self.assertEqual(stdout, b"")
                self.assertEqual(len(stderr.splitlines()), 1, stderr)
                self.assertTrue(stderr.startswith(b"crmsync: "), stderr)
                self.assertIn(b"help" if b"usage:" not in stderr else b"usage:", stderr)
        self.assertEqual(world.box.log(), [])
        for words in (("sync", "--no-such-option"), ("links", "list", "-x"), ("sync", "--only")):
            world.run(*words, code=64)
            self.assertIn(f"see crmsync help {words[0]}".encode(), world.runs[-1][3])
        os.unlink(world.path("sync.conf"))
        world.run("sync", "--no-such-option", code=64)
        world.run("sync", "--dry", "--only=x", code=78)
        self.assertIn(b"behind -c", world.runs[-1][3])
        world.run("snyc", code=64)
        self.assertIn(b"sync", world.runs[-1][3])

    def test_status_without_file(self):
        world = self.open()
        world.run("status", code=3)
        self.assertEqual(len(world.runs[-1][3].splitlines()), 1)
        world.sync()
        world.run("status", code=0)

    def test_status_of_a_bad_file(self):
        """A daemon may run on with the configuration that it has."""
        world = self.open()
        world.sync()
        with open(world.path("sync.conf"), encoding="utf-8") as file:
            good = file.read()
        for bad in ("sync = { interval = ;\n" + good, good + "nonsense = 1;\n", good + "}}"):
            with self.subTest(bad=bad):
                world._write("sync.conf", bad)
                self.assertIn("last cycle", world.run("status"))
                self.assertIn(b"sync.conf:", world.runs[-1][3])
                world.run("sync", code=78)
        os.unlink(world.path("status.json"))
        world.run("status", code=78)

    def test_state_of_another_pair(self):
        world = self.open()
        world.create_both(name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        world.sync()
        for side in SIDES:
            with self.subTest(side=side):
                # The same server under another name is another system as far as one can know.
                elsewhere = world.box.urls[side].replace("127.0.0.1", "localhost")
                world.configure({f"{side}.base_url": elsewhere})
                for words in (("sync",), ("sync", "--dry-run"), ("plan",)):
                    world.clear_log()
                    world.run(*words, code=78)
                    self.assertEqual(world.box.log(), [])
                    _, _, stdout, stderr = world.runs[-1]
                    self.assertEqual(stdout, b"")
                    self.assertRegex(stderr.decode(), r"crmsync: .*reset")
        world.configure({})
        world.settled()


class SecondInstance(Case):
    """D9"""

    def start_slow(self, world):
        """A sync that is in the middle of its reading."""
        world.box.post("fault", side="people", action="delay", delay_ms=4000,
                       match={"path_prefix": "/people?"})
        command = dying_with_us([os.environ["CRMSYNC"], "-c", world.path("sync.conf"), "sync"])
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while not world.box.stats()["people"]["faults"]:
            self.assertLess(time.monotonic(), deadline, "the first sync never came to its list")
            time.sleep(0.02)
        return process

    def test_second_sync(self):
        world = self.open()
        world.create("records", name=Name("Ada", "", "Lovelace"), emails=["ada@example.com"])
        process = self.start_slow(world)
        began = time.monotonic()
        world.run("sync", code=75)
        self.assertLess(time.monotonic() - began, 3, "at once")
        self.assertIsNone(process.poll(), "the first one goes on")
        _, _, stdout, stderr = world.runs[-1]
        self.assertEqual(stdout, b"")
        self.assertEqual(len(stderr.splitlines()), 1, stderr)
        self.assertIn(str(process.pid).encode(), stderr)
        stdout, stderr = process.communicate(timeout=20)
        world.runs.append((("sync", "(the first)"), process.returncode, stdout, stderr))
        self.assertEqual(process.returncode, 0)
        self.assert_mirrored(world, 1)
        world.settled()


class Canaries(Case):
    """E3: no token and no personal data where it does not belong."""

    TOKEN = "CANARY-TOKEN-5cbd62"
    PERSONAL = ("canary", "Kanarienvogel", "+12065550177")
    PERSON = {"name": Name("Kanarienvogel", "", "Kanarienvogel"), "emails": ["canary@example.com"],
              "phones": ["+12065550177"], "job": "Kanarienvogel"}
    LEVELS = ((), ("-v",), ("-v", "--log-format=json"), ("-v", "--log-format=journal"), ("-q",))

    def holders(self, world, personal):
        """name -> bytes of all that a run left behind; the state may hold personal data."""
        places = {}
        for number, (words, _, stdout, stderr) in enumerate(world.runs):
            places[f"stderr of {number}: {' '.join(words)}"] = stderr
            places[f"stdout of {number}: {' '.join(words)}"] = stdout
        for name in os.listdir(world.folder):
            if name.startswith("status") or (not personal and name.startswith("state.db")):
                with open(world.path(name), "rb") as file:
                    places[name] = file.read()
        return places

    def assert_clean(self, world, tokens):
        for name, held in self.holders(world, personal=False).items():
            for token in tokens:
                self.assertNotIn(token.encode(), held, f"{token} in {name}")
        for name, held in self.holders(world, personal=True).items():
            for word in self.PERSONAL:
                self.assertNotIn(word.encode(), held, f"{word} in {name}")

    def test_good_tokens(self):
        for level in self.LEVELS:
            with self.subTest(level=level):
                world = self.open()
                world.create("records", **self.PERSON)
                world.run(*level, "sync")
                world.edit("people", world.view("people")[0]["id"], job="canary")
                world.run(*level, "sync")
                world.run(*level, "status")
                world.run(*level, "check")
                self.assert_mirrored(world, 1)
                self.assert_clean(world, [f"sandbox-{side}-token" for side in SIDES])

    def test_refused_tokens(self):
        for side in SIDES:
            for level in self.LEVELS[:3]:
                with self.subTest(side=side, level=level):
                    world = self.open()
                    world.create_both(**self.PERSON)
                    with open(world.path(f"{side}.token"), "w", encoding="utf-8") as file:
                        file.write(self.TOKEN + "\n")
                    world.run(*level, "sync", code=77)
                    self.assertRegex(world.runs[-1][3].decode(), rf"(?m)^crmsync: {side}\b.*token")
                    self.assertEqual(world.writes(), [])
                    self.assert_clean(world, [self.TOKEN])

    def test_server_that_repeats_what_it_got(self):
        """Its words are kept in the state and shown nowhere else."""
        said = '{"status_code":422,"code":"x","detail":"canary@example.com of Kanarienvogel"}'
        for level in self.LEVELS[:3]:
            with self.subTest(level=level):
                world = self.open()
                world.create("records", **self.PERSON)
                world.box.post("fault", side="people", action="status", status=422, body=said,
                               count=20, match={"method": "POST", "path_prefix": "/people"})
                world.run(*level, "sync", code=1)
                [(words,)] = world.rows("SELECT words FROM quarantine")
                self.assertIn("canary@example.com", words)
                self.assert_clean(world, [f"sandbox-{side}-token" for side in SIDES])


if __name__ == "__main__":
    unittest.main()
