# SPDX-License-Identifier: Apache-2.0
"""crmsync on a disk that is full or broken, or killed while it writes: tests/fault/fault.c before libc."""

import os
import shutil
import subprocess
from typing import NamedTuple

from harness import dying_with_us

SECONDS = 30
# With sanitizers too: theirs comes before all others otherwise, and says so.
SANITIZER = "verify_asan_link_order=0"


def library():
    """Where CMake put it, beside the sandbox, unless the environment says so."""
    beside = os.path.join(os.path.dirname(os.environ["SANDBOX"]), "..", "fault", "fault.so")
    return os.path.abspath(os.environ.get("FAULT", beside))


class Run(NamedTuple):
    code: int
    stdout: str
    stderr: str
    calls: list  # "pwrite /…/state.db-wal": those that counted, in order


def run(world, *words, how="kill", at=0, last="", file="state.db", user=()):
    """crmsync WORDS, whose calls from number `at` to number `last` on that file do not work."""
    log = world.path("fault.log")
    if os.path.exists(log):
        os.unlink(log)
    options = os.environ.get("ASAN_OPTIONS")
    settings = {"LD_PRELOAD": library(), "FAULT_FILE": file, "FAULT_HOW": how,
                "FAULT_AT": str(at), "FAULT_LAST": str(last), "FAULT_LOG": log,
                "ASAN_OPTIONS": f"{options}:{SANITIZER}" if options else SANITIZER}
    command = [*user, os.environ["CRMSYNC"], "-c", world.path("sync.conf"), *words]
    done = subprocess.run(dying_with_us(command), stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=SECONDS, check=False, env=os.environ | settings)
    world.runs.append(((*words, how, str(at)), done.returncode, done.stdout, done.stderr))
    calls = []
    if os.path.exists(log):
        with open(log, encoding="utf-8") as lines:
            calls = lines.read().splitlines()
    return Run(done.returncode, done.stdout.decode(), done.stderr.decode(), calls)


def state_files(world):
    return [name for name in os.listdir(world.folder)
            if name.startswith("state.db") and not name.endswith((".lock", "-shm"))]


def keep(world, name):
    """A copy of the state as it is; nobody may be writing to it."""
    os.mkdir(world.path(name))
    for file in state_files(world):
        shutil.copy2(world.path(file), world.path(os.path.join(name, file)))


def put_back(world, name):
    """The copy in place of whatever became of the state."""
    world.forget_state()
    for file in os.listdir(world.path(name)):
        shutil.copy2(world.path(os.path.join(name, file)), world.path(file))


def chosen(calls, most):
    """Numbers of the calls to be hit: all that are not one of many, and some of the many.

    With E2E_FULL=1 all of them.
    """
    every = list(range(1, len(calls) + 1))
    if os.environ.get("E2E_FULL") == "1":
        return every
    rare = [number for number in every if not calls[number - 1].startswith("pwrite")]
    many = [number for number in every if calls[number - 1].startswith("pwrite")]
    few = max(most - len(rare), most // 3)
    step = max(len(many) // few, 1)
    return sorted({*rare[::max(len(rare) * 2 // most, 1)], *many[::step], *many[-1:]})
