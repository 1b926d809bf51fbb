# SPDX-License-Identifier: Apache-2.0
"""The control socket as scripts and enemies use it, and a daemon that has had its first cycle."""

import json
import os
import socket

from daemon import Daemon

SECONDS = 20


def started(world, *options, environment=None):
    """A daemon that is idle, and will be for its interval; its log begins here.  SIGUSR1 would not do: it may
    come during the first cycle, and then asks for another one behind it."""
    daemon = Daemon(world, *options, environment=environment).wait_ready()
    world.run("sync", code=None)
    daemon.wait_status(lambda now: now["state"] == "idle", "idle")
    return daemon.forget_log()


def connected(world, name="crmsync.sock"):
    talk = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    talk.connect(world.path(name))
    talk.settimeout(SECONDS)
    world.test.addCleanup(talk.close)
    return talk


def heard(talk):
    """All lines to the end."""
    data = b""
    while True:
        try:
            chunk = talk.recv(65536)
        except ConnectionResetError:
            chunk = b""
        if not chunk:
            return [json.loads(line) for line in data.splitlines()]
        data += chunk


def asked(world, request):
    """What comes of a request, as bytes or as an object."""
    talk = connected(world)
    if not isinstance(request, bytes):
        request = json.dumps(request).encode() + b"\n"
    try:
        talk.sendall(request)
    except (BrokenPipeError, ConnectionResetError):
        pass
    return heard(talk)


def open_files(daemon):
    return len(os.listdir(f"/proc/{daemon.process.pid}/fd"))
