"""Containers that die in every way on a real Engine: each card says the right thing."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from dockertui.engine import containers, system
from dockertui.engine.fields import Reply
from dockertui.engine.log_lines import SECOND
from dockertui.live.last_lines import last_lines
from dockertui.resources.base import Reference
from dockertui.resources.why.diagnosis import diagnose, verdict_by_inspect
from dockertui.resources.why.facts import Facts
from dockertui.resources.why.markdown import markdown
from tests.engine.dockerd import IMAGE, Dockerd
from tests.engine.watching import PATIENCE, opened

SHELL = ("sh", "-c")
EAT = "x=a; while :; do x=$x$x; done"
DEAF = "trap '' TERM; while :; do sleep 1; done"
OBEDIENT = "trap 'exit 0' TERM; while :; do sleep 0.1; done"
LIMIT = ("--memory=16m", "--memory-swap=16m")


@dataclass(frozen=True)
class Case:
    """How a container dies, and what is said of it.

    `options` and `command` go to `docker run`; `then` are further docker commands, NAME for its name. `state` is
    waited for. `says` is what the sentence matches; `shows` stands in the card, `hides` does not.
    """

    id: str
    command: Sequence[str]
    says: str
    options: Sequence[str] = ("--network=none",)
    then: Sequence[str] = ()
    state: str = "exited"
    shows: Sequence[str] = ()
    hides: Sequence[str] = ()
    until: Callable[[dict[str, Any]], object] = field(default=lambda inspect: True)


def _unhealthy(inspect: dict[str, Any]) -> bool:
    return bool(inspect["State"]["Health"]["Status"] == "unhealthy")


CASES = (
    Case(
        "oom",
        (*SHELL, f"echo eating; {EAT}"),
        r"was killed by the kernel's OOM killer after .* more memory than its limit of 16MiB \(137\)$",
        LIMIT,
        shows=[
            "State.OOMKilled is set",
            "reported an OOM kill at",
            "docker update --memory 32m",
            "eating",
            "limit 16MiB",
        ],
        hides=["docker kill", "last line"],
    ),
    Case(
        "oom-of-a-child",
        (*SHELL, f"({EAT}); echo child gone $? >&2; sleep 0.5; exit 3"),
        r"exited with code 3 after .*, and the kernel's OOM killer had killed a process in it: .* 16MiB; "
        r"last line on stderr: child gone 137$",
        LIMIT,
        shows=["oom", "State.OOMKilled is set"],
    ),
    Case(
        "oom-of-a-child-lives-on",
        (*SHELL, f"({EAT}); sleep 1d"),
        r"is running, but the kernel's OOM killer killed a process in it at [\d:]+",
        LIMIT,
        state="running",
    ),
    Case(
        "kill",
        ("sleep", "1d"),
        r"was killed by somebody: SIGKILL from the API at [\d:]+ \(137, no OOM\)$",
        then=["kill NAME"],
        shows=["it sent SIGKILL", "docker kill, docker rm -f"],
        hides=["dmesg"],
    ),
    Case(
        "kill-hup-then-ends-itself",
        (*SHELL, "trap 'echo reload' HUP; i=0; while [ $i -lt 65 ]; do sleep 0.1; i=$((i+1)); done; exit 6"),
        r"exited with code 6 after",
        then=["kill --signal=HUP NAME"],
        shows=["kill SIGHUP", "reload"],
        hides=["by somebody"],
    ),
    Case(
        "stop-that-is-not-obeyed",
        (*SHELL, DEAF),
        r"was stopped by somebody: SIGTERM from the API at [\d:]+, and killed 1\.\d s later because it did not end "
        r"\(137, no OOM\)$",
        then=["stop --time=1 NAME"],
        shows=["it sent SIGTERM", "it sent SIGKILL", "is a shell (sh)", "--init"],
        hides=["docker rm -f"],
    ),
    Case(
        "stop-without-grace",
        ("sleep", "1d"),
        r"was stopped by somebody: SIGTERM .*, and killed at once, without a grace \(137, no OOM\)$",
        then=["stop --time=0 NAME"],
    ),
    Case(
        "stop-that-is-obeyed",
        (*SHELL, OBEDIENT),
        r"was stopped by somebody: SIGTERM from the API at [\d:]+, and it ended .* s later with exit code 0$",
        then=["stop NAME"],
        hides=["Likely"],
    ),
    Case(
        "killed-from-inside",
        (*SHELL, "sleep 1d & p=$!; sleep 0.3; kill -9 $p; wait $p; c=$?; echo Killed >&2; exit $c"),
        r"was killed by SIGKILL after 0\.\d\d s \(137\), and not through the Engine: from its host, or from inside; "
        r"last line on stderr: Killed$",
        shows=["no kill and no OOM among the Engine's events", "its shell passed that on as 137", "dmesg"],
    ),
    Case(
        "segfault",
        (*SHELL, "sh -c 'kill -SEGV $$'; exit $?"),
        r"was killed by SIGSEGV after .*: it crashed, segmentation fault \(139\); "
        r"last line on stderr: Segmentation fault$",
        shows=["core dump"],
    ),
    Case("abort", (*SHELL, "kill -ABRT $$"), r"was killed by SIGABRT .* \(134\)", ("--init", "--network=none")),
    Case(
        "exit-1",
        (*SHELL, "echo fine; echo no database >&2; exit 1"),
        r"exited with code 1 after .*; last line on stderr: no database$",
        shows=["fine", "1: the program reported an error"],
        hides=["Likely"],
    ),
    Case(
        "exit-1-known-trouble",
        (*SHELL, "echo 'dial tcp 10.0.0.5:5432: connect: connection refused' >&2; exit 1"),
        r"exited with code 1 .*connection refused$",
        shows=["something that it needs did not listen"],
    ),
    Case(
        "silent",
        (*SHELL, "exit 1"),
        r"exited with code 1 after .* s$",
        shows=["it wrote nothing to its log", f"--entrypoint sh {IMAGE}"],
    ),
    Case(
        "no-log",
        (*SHELL, "exit 1"),
        r"exited with code 1",
        ("--network=none", "--log-driver=none"),
        shows=["does not support reading", "its log cannot be read"],
    ),
    Case(
        "exit-127-of-a-shell",
        (*SHELL, "nope"),
        r"exited with code 127 .*: a command in it was not found; last line on stderr: sh: nope: not found$",
    ),
    Case("exit-126-of-a-shell", (*SHELL, "/etc"), r"exited with code 126 .*could not be executed"),
    Case(
        "not-executable",
        ("/etc/passwd",),
        r'could not be started: exec: "/etc/passwd": permission denied \(126\)$',
        state="created",
        shows=["lacks the x bit", "126: start failed", "[created] ━━✗ (running)"],
    ),
    Case(
        "not-found",
        ("/nope",),
        r'could not be started: exec: "/nope": .*no such file or directory \(127\)$',
        state="created",
        shows=["look whether /nope is in the image"],
    ),
    Case(
        "not-on-the-path",
        ("nope",),
        r'could not be started: exec: "nope": executable file not found in \$PATH',
        state="created",
    ),
    Case(
        "mounts-a-file-onto-a-directory",
        ("true",),
        r'could not be started: error mounting "/etc/passwd" to rootfs at "/etc".*not a directory \(127\)$',
        ("--network=none", "--volume=/etc/passwd:/etc"),
        state="created",
        shows=["a file is mounted onto a directory"],
        hides=["is in the image"],
    ),
    Case(
        "no-such-user",
        ("true",),
        r"could not be started: unable to find user nosuch",
        ("--network=none", "--user=nosuch"),
        state="created",
        shows=["the image has no such user"],
    ),
    Case(
        "no-such-device",
        ("true",),
        r"could not be started: error gathering device information .*/dev/nosuch",
        ("--network=none", "--device=/dev/nosuch"),
        state="created",
    ),
    Case(
        "failed-restart",
        (*SHELL, "sleep 0.2; exit 4"),
        r"could not be started: .*port is already allocated$",
        ("--publish=18090:80",),
        then=["wait NAME", "run --detach --name=holder --publish=18090:80 IMAGE sleep 1d", "start NAME"],
        shows=["it ran before, until", "port 18090 of the host is published by holder"],
    ),
    Case(
        "unhealthy",
        ("sleep", "1d"),
        r"has been unhealthy since [\d:]+: its check `echo no answer; exit 1` failed \d times? in a row: no answer$",
        ("--network=none", "--health-cmd=echo no answer; exit 1", "--health-interval=0.2s", "--health-retries=2"),
        state="running",
        until=_unhealthy,
        shows=[
            "exit 1: failed",
            "every 0.2 s",
            "2 failures in a row",
            "does not restart a container that is unhealthy",
        ],
    ),
    Case(
        "check-that-hangs",
        ("sleep", "1d"),
        r"has been unhealthy since .*: its check `sleep 30` failed 1 time in a row: it did not answer within 1\.0 s$",
        (
            "--network=none",
            "--health-cmd=sleep 30",
            "--health-interval=1s",
            "--health-timeout=1s",
            "--health-retries=1",
        ),
        state="running",
        until=_unhealthy,
        shows=["no answer within the time limit", "or the time limit of the check is too short"],
    ),
    Case(
        "check-that-is-not-there",
        ("sleep", "1d"),
        r"has been unhealthy since .*: its check `curl -f localhost` failed .*not found$",
        ("--network=none", "--health-cmd=curl -f localhost", "--health-interval=0.2s", "--health-retries=1"),
        state="running",
        until=_unhealthy,
        shows=["the check itself is wrong"],
    ),
    Case(
        "restart-loop",
        (*SHELL, "echo broken >&2; exit 7"),
        r"exited with code 7 after .*, for the \dth time in .* s; its policy always starts it again "
        r"(within .* s|now); last line on stderr: broken$",
        ("--network=none", "--restart=always"),
        state="restarting",
        until=lambda inspect: inspect["RestartCount"] >= 4,
        shows=["[restarting] ×", "docker update --restart no", "policy always"],
    ),
    Case(
        "loop-of-what-ends-normally",
        ("true",),
        r"ends normally soon after its start \(0 after .*\), for the \dth time .*; its policy unless-stopped",
        ("--network=none", "--restart=unless-stopped"),
        state="restarting",
        until=lambda inspect: inspect["RestartCount"] >= 4,
        shows=["stays in the foreground"],
    ),
    Case(
        "gave-up",
        (*SHELL, "exit 5"),
        r"exited with code 5 after .*, for the 3rd time in .* s, and its policy on-failure:2 tries no more$",
        ("--network=none", "--restart=on-failure:2"),
        until=lambda inspect: inspect["RestartCount"] == 2,
    ),
    Case("ended-normally", ("true",), r"ended normally after .* \(0\)", hides=["Likely", "Do next"]),
    Case(
        "paused-then-killed",
        ("sleep", "1d"),
        r"was killed by somebody: SIGKILL from the API",
        then=["pause NAME", "kill NAME"],
        shows=["┗━━▶ paused", "pause"],
    ),
    Case(
        "paused",
        ("sleep", "1d"),
        r"is paused since [\d:]+: its processes are frozen",
        then=["pause NAME"],
        state="paused",
    ),
    Case("never-started", (), r"was never started", then=["create --name=other IMAGE true"], state="created"),
    Case(
        "restarted-by-somebody",
        (*SHELL, OBEDIENT),
        r"has been running again since [\d:]+; before, it was stopped by somebody: SIGTERM .* with exit code 0$",
        then=["restart NAME"],
        state="running",
    ),
    Case(
        "runs-again",
        (*SHELL, "if [ -e /x ]; then sleep 1d; fi; touch /x; echo first >&2; exit 9"),
        r"has been running again since [\d:]+, 1 restart by its policy so far; before, it exited with "
        r"code 9 .*: first$",
        ("--network=none", "--restart=always"),
        state="running",
        until=lambda inspect: inspect["RestartCount"] == 1 and inspect["State"]["Running"],
    ),
    Case("well", ("sleep", "1d"), r"has been running since [\d:]+, no problem reported", state="running"),
)


async def look(dockerd: Dockerd, identity: str, gone: dict[str, Any] | None = None) -> Facts:
    """What the program would know of a container; `gone`: its last inspection, of one that is removed."""
    async with opened(dockerd) as engine:
        inspect = gone or await containers.inspect(engine, identity)
        async with system.events(engine, 1, {"container": [identity]}, time.time_ns()) as stream:
            events = [event async for event in stream]
        log = await last_lines(engine, identity, tty=False, count=30, tail=200, until=None)
        others = await containers.ls(engine)
    return Facts(
        name=inspect["Name"].removeprefix("/"),
        now=time.time(),
        inspect=Reply(inspect),
        events=[event for event in events if not event.action.startswith("exec_")],
        lines=log.lines,
        log_error=log.error,
        port_owners={
            port.public: Reference("container", one.id, one.name)
            for one in others
            for port in one.ports
            if port.public and one.id != identity
        },
        gone=gone is not None,
    )


def inspected(dockerd: Dockerd, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(dockerd.cli("inspect", "--type=container", name))[0]
    return found


def live_through(dockerd: Dockerd, case: Case) -> str:
    """Do what the case says; the container's id."""
    words = ("create",) if case.id == "never-started" else ("run", "--detach")
    dockerd.cli(*words, "--name=patient", *case.options, IMAGE, *(case.command or ("true",)), check=False)
    for line in case.then:
        dockerd.cli(*line.replace("NAME", "patient").replace("IMAGE", IMAGE).split(), check=False)
    give_up = time.monotonic() + PATIENCE
    while True:
        inspect = inspected(dockerd, "patient")
        if inspect["State"]["Status"] == case.state and case.until(inspect):
            return str(inspect["Id"])
        assert time.monotonic() < give_up, inspect["State"]
        time.sleep(0.02)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
async def test_the_card_says_why(clean_dockerd: Dockerd, case: Case) -> None:
    identity = await asyncio.to_thread(live_through, clean_dockerd, case)
    sentence, text = "", ""
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while not re.search(case.says, sentence):  # events are told a moment after the state
                facts = await look(clean_dockerd, identity)
                sentence, text = diagnose(facts).sentence(facts.name), markdown(facts)
                if facts.events_complete or facts.start_failed:
                    break
                await asyncio.sleep(0.05)
    assert re.search(case.says, sentence), sentence
    assert sentence.startswith("patient ")
    for part in case.shows:
        assert part in text, f"{part!r} is missing:\n{text}"
    for part in case.hides:
        assert part not in text, f"{part!r} is there:\n{text}"
    if (told := verdict_by_inspect(Facts("patient", facts.now, inspect=facts.inspect))) is not None:
        assert told.style == diagnose(facts).style


async def test_a_kill_from_the_host(clean_dockerd: Dockerd) -> None:
    """Nobody tells the Engine: only that no event accounts for it."""
    identity = await asyncio.to_thread(clean_dockerd.run)
    pid = inspected(clean_dockerd, identity)["State"]["Pid"]
    await asyncio.to_thread(clean_dockerd.nsenter, "kill", "-9", str(pid))
    await asyncio.to_thread(clean_dockerd.cli, "wait", identity)
    facts = await look(clean_dockerd, identity)
    verdict = diagnose(facts)
    assert "not through the Engine" in verdict.what
    assert any("OOM killer of the host" in text for text in verdict.likely)


async def test_of_a_kill_that_the_engine_has_forgotten_nothing_is_claimed(clean_dockerd: Dockerd) -> None:
    identity = await asyncio.to_thread(clean_dockerd.run)
    await asyncio.to_thread(clean_dockerd.cli, "kill", identity)
    await asyncio.to_thread(clean_dockerd.restart)
    facts = await look(clean_dockerd, identity)
    verdict = diagnose(facts)
    assert facts.events == []
    assert "by whom is not known" in verdict.what
    assert any("no longer has the events" in text for text in verdict.known)


async def test_an_engine_that_went_down_under_it(clean_dockerd: Dockerd) -> None:
    identity = await asyncio.to_thread(clean_dockerd.run)
    await asyncio.to_thread(clean_dockerd.crash)
    await asyncio.to_thread(clean_dockerd.cli, "wait", identity)
    facts = await look(clean_dockerd, identity)
    assert facts.death is not None
    assert facts.death.code is not None
    assert facts.death.code in (137, 255)
    assert "somebody: SIGKILL" not in diagnose(facts).what


async def test_one_that_removes_itself_tells_by_its_events(clean_dockerd: Dockerd) -> None:
    """Its last inspection is of when it ran."""
    identity = await asyncio.to_thread(
        clean_dockerd.cli,
        "run",
        "--detach",
        "--rm",
        "--name=brief",
        "--network=none",
        IMAGE,
        "sh",
        "-c",
        "sleep 1; exit 9",
    )
    running = inspected(clean_dockerd, identity)
    assert running["State"]["Running"]
    async with opened(clean_dockerd) as engine, system.events(engine, since=SECOND) as events:
        async for event in events:
            if event.actor == identity and event.action == "destroy":
                break
    facts = await look(clean_dockerd, identity, running)
    sentence = diagnose(facts).sentence(facts.name)
    assert re.search(r"^brief exited with code 9.*, and was removed at [\d:]+ by its own --rm", sentence)


async def test_one_that_was_removed_by_force(clean_dockerd: Dockerd) -> None:
    identity = await asyncio.to_thread(clean_dockerd.run)
    running = inspected(clean_dockerd, identity)
    await asyncio.to_thread(clean_dockerd.cli, "rm", "--force", identity)
    facts = await look(clean_dockerd, identity, running)
    assert re.search(r"was killed by somebody: SIGKILL .*, and was removed at", diagnose(facts).what)
