#!/usr/bin/python3
"""Stands in for `systemctl` in a root where no systemd runs: does what the unit files say, as the user they say.

`Type=notify` is waited for on a real NOTIFY_SOCKET, with a watchdog; what a unit prints goes to /run/journal.
"""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

UNITS = Path("/etc/systemd/system")
RUN = Path("/run")


def unit(name):
    """The settings of a unit, each a list of its values."""
    path = UNITS / name
    instance = ""
    if not path.exists() and "@" in name:
        template, _, rest = name.partition("@")
        path, instance = UNITS / f"{template}@.service", rest.removesuffix(".service")
    settings = {}
    for line in path.read_text().splitlines():
        if (found := re.fullmatch(r"(\w+)=(.*)", line.strip())) is not None:
            value = found[2].replace("%i", instance).replace("%n", name)
            settings.setdefault(found[1], []).append(value)
    return settings


def command(settings):
    """The command, as the unit's user, with no rights but those that the unit leaves it."""
    user = settings.get("User", ["nobody" if "DynamicUser" in settings else "root"])[0]
    keeps = settings.get("AmbientCapabilities", [""])[0].lower().removeprefix("cap_")
    caps = "-all" + (f",+{keeps}" if keeps else "")
    words = ["setpriv", "--reuid", user, "--regid", user if user != "nobody" else "nogroup", "--init-groups"]
    words += ["--inh-caps", caps, "--ambient-caps", caps]
    if "CapabilityBoundingSet" in settings:
        words += ["--bounding-set", caps]
    if "NoNewPrivileges" in settings:
        words += ["--no-new-privs"]
    return ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"], words


def start(name):
    settings = unit(name)
    clean, words = command(settings)
    run = shlex.split(settings["ExecStart"][0])
    if settings.get("Type", ["simple"])[0] == "oneshot":
        with (RUN / "journal").open("ab") as journal:
            failed = subprocess.run([*clean, *words, *run], stdout=journal, stderr=journal, check=False).returncode
        if failed and "OnFailure" in settings:
            start(settings["OnFailure"][0])
        return failed
    if os.fork() == 0:
        supervise(name, [*clean, f"NOTIFY_SOCKET=/run/{name}.notify", "WATCHDOG_USEC=2000000", *words, *run])
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if b"READY=1" in read(name, "heard"):
            return 0
        if (RUN / f"{name}.ended").exists():
            return 1
        time.sleep(0.1)
    return 1


def supervise(name, run):
    """Keep the process and its socket, in a process of our own."""
    os.setsid()
    for suffix in ("notify", "heard", "ended"):
        (RUN / f"{name}.{suffix}").unlink(missing_ok=True)
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind(str(RUN / f"{name}.notify"))
    (RUN / f"{name}.notify").chmod(0o666)
    notify.settimeout(0.2)
    with (RUN / "journal").open("ab") as journal, (RUN / f"{name}.heard").open("wb", 0) as heard:
        process = subprocess.Popen(run, stdout=journal, stderr=journal, stdin=subprocess.DEVNULL)
        (RUN / f"{name}.pid").write_text(str(process.pid))
        while process.poll() is None:
            try:
                heard.write(notify.recv(4096) + b"\n")
            except TimeoutError:
                continue
        (RUN / f"{name}.ended").write_text(str(process.returncode))
    os._exit(0)


def read(name, suffix):
    path = RUN / f"{name}.{suffix}"
    return path.read_bytes() if path.exists() else b""


def stop(name):
    os.kill(int(read(name, "pid")), signal.SIGTERM)
    while not (RUN / f"{name}.ended").exists():
        time.sleep(0.1)
    return int(read(name, "ended"))


def reload(name):
    words = unit(name)["ExecReload"][0].replace("$MAINPID", read(name, "pid").decode())
    return subprocess.run(shlex.split(words), check=False).returncode


def status(name):
    pid = read(name, "pid").decode()
    heard = read(name, "heard").decode().split()
    print(f"{name}: process {pid}, {'ended' if (RUN / f'{name}.ended').exists() else 'running'}, said {set(heard)}")
    return 0


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    verb, names = words[0], [word if "." in word else f"{word}.service" for word in words[1:]]
    result = 0
    for name in names:
        if verb == "enable":
            assert "WantedBy" in unit(name), f"{name} is wanted by nothing"
        starts = verb == "start" or (verb == "enable" and "--now" in sys.argv)
        if starts and name.endswith(".timer"):
            subprocess.run(["systemd-analyze", "verify", str(UNITS / name)], check=True)
        elif starts:
            result |= start(name)
        elif verb in {"stop", "reload", "status"}:
            result |= {"stop": stop, "reload": reload, "status": status}[verb](name)
    return result


if __name__ == "__main__":
    sys.exit(main())
