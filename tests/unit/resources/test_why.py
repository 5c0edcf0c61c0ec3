"""Why a container died: the verdict by what is known, and no claim beyond it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockertui.engine.exit_codes import name_of_signal, signal_number
from dockertui.engine.fields import Reply
from dockertui.engine.log_lines import SECOND, LogLine
from dockertui.engine.models import Event
from dockertui.engine.stats import Usage
from dockertui.masking import MASK
from dockertui.resources import format
from dockertui.resources.base import Reference
from dockertui.resources.why.card import card, moment
from dockertui.resources.why.diagnosis import diagnose, is_well, verdict_by_inspect
from dockertui.resources.why.facts import Facts
from dockertui.resources.why.last_words import likely_by_log
from dockertui.resources.why.markdown import code, fenced, markdown
from dockertui.resources.why.path import drawing, steps
from dockertui.resources.why.start_reasons import core, short
from dockertui.resources.why.verdict import Verdict
from dockertui.widgets.page_lines import Accent, styled

NOW = 1_773_500_966.0
"""2026-03-14 15:09:26 UTC."""
ID = "5c1f" * 16
PORT_TAKEN = (
    "driver failed programming external connectivity on endpoint web (206eda5b15228fc793e315e58f40bf): "
    "Bind for 0.0.0.0:8080 failed: port is already allocated"
)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def stamp(at: float) -> str:
    """Epoch seconds as an Engine writes them."""
    whole, rest = divmod(round(at * 1000), 1000)
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}000000Z"


def event(at: float, action: str, detail: str = "", **attributes: str) -> Event:
    """An event `at` seconds before now."""
    return Event("container", action, detail, ID, attributes, int((NOW - at) * SECOND), "local")


def said(at: float, text: str, *, stderr: bool = False) -> LogLine:
    return LogLine(int((NOW - at) * SECOND), stderr, text)


def known(
    state: str = "exited",
    code: int = 0,
    *,
    started: float | None = 100.0,
    ended: float | None = 40.0,
    config: Mapping[str, Any] | None = None,
    host: Mapping[str, Any] | None = None,
    restarts: int = 0,
    args: Sequence[str] = ("/app/server",),
    **more: Any,
) -> Reply:
    """An inspection; times in seconds before now. `more` goes into its State."""
    return Reply(
        {
            "Id": ID,
            "Created": stamp(NOW - 200),
            "Path": args[0],
            "Args": list(args[1:]),
            "RestartCount": restarts,
            "Image": "sha256:1",
            "State": {
                "Status": state,
                "ExitCode": code,
                "StartedAt": "0001-01-01T00:00:00Z" if started is None else stamp(NOW - started),
                "FinishedAt": "0001-01-01T00:00:00Z" if ended is None else stamp(NOW - ended),
                "Error": "",
                "OOMKilled": False,
                **more,
            },
            "Config": {"Image": "app:9", **(config or {})},
            "HostConfig": {"RestartPolicy": {"Name": "no", "MaximumRetryCount": 0}, **(host or {})},
        }
    )


def facts(inspect: Reply, *events: Event, **more: Any) -> Facts:
    return Facts("app", NOW, inspect=inspect, events=events, **more)


BEGUN = (event(200, "create"), event(100, "start"))
LIMIT = {"Memory": 512 << 20}
UNHEALTHY = {
    "Status": "unhealthy",
    "FailingStreak": 3,
    "Log": [
        {"Start": stamp(NOW - at), "End": stamp(NOW - at + 1), "ExitCode": 1, "Output": f"{text}\n"}
        for at, text in ((30, "refused once"), (20, "refused twice"), (10, "connection refused"))
    ],
}
CHECK = {"Healthcheck": {"Test": ["CMD-SHELL", "curl -f localhost"], "Interval": 10 * SECOND, "Timeout": 5 * SECOND}}
ALWAYS = {"RestartPolicy": {"Name": "always"}}

DIE_137 = event(39.95, "die", exitCode="137", execDuration="60")


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (
            facts(known(code=137, OOMKilled=True, host=LIMIT), *BEGUN, event(40.1, "oom"), DIE_137),
            "was killed by the kernel's OOM killer after 1 minute: it wanted more memory than its limit of "
            "512MiB (137)",
        ),
        (
            facts(known(code=137, host=LIMIT), *BEGUN, event(40.1, "oom"), DIE_137),
            "was killed by the kernel's OOM killer after 1 minute: it wanted more memory than its limit of "
            "512MiB (137)",
        ),
        (
            facts(known(code=137, OOMKilled=True)),
            "was killed by the kernel's OOM killer after 1 minute: it wanted memory that there was not (137)",
        ),
        (
            facts(known(code=0, OOMKilled=True, host=LIMIT)),
            "ended normally (0) after 1 minute, and the kernel's OOM killer had killed a process in it: it wanted more "
            "memory than its limit of 512MiB",
        ),
        (
            facts(
                known(code=137, OOMKilled=True, host=LIMIT),
                *BEGUN,
                event(60, "oom"),
                event(40.1, "kill", signal="9"),
                DIE_137,
            ),
            "was killed by somebody: SIGKILL from the API at 15:08:45 (137)",
        ),
        (  # Podman names no signal
            facts(known(code=137), *BEGUN, event(40.1, "kill"), DIE_137, podman=True, stopped=True),
            "was killed by somebody: SIGKILL from the API at 15:08:45 (137, no OOM)",
        ),
        (  # a SIGTERM, it may be, long before the end
            facts(known(code=137), *BEGUN, event(43, "kill"), DIE_137, podman=True, stopped=True),
            "was killed by somebody after 1 minute (137, no OOM): at once, or after a stop that it did not obey in "
            "time",
        ),
        (  # and tells of no stop
            facts(known(code=137), *BEGUN, DIE_137, podman=True, stopped=True),
            "was killed by somebody after 1 minute (137, no OOM): at once, or after a stop that it did not obey in "
            "time",
        ),
        (
            facts(known(code=0), *BEGUN, event(39.95, "die", exitCode="0"), podman=True, stopped=True),
            "was stopped by somebody, and ended after 1 minute with exit code 0",
        ),
        (
            facts(known(code=137), *BEGUN, DIE_137, podman=True),
            "was killed by SIGKILL after 1 minute (137), and not by its limit of memory; by whom is not known",
        ),
        (
            facts(known(code=143), *BEGUN, event(39.95, "die", exitCode="143"), podman=True),
            "was ended by SIGTERM after 1 minute (143): by whom is not known",
        ),
        (  # an Engine that was away, and ends what it finds
            facts(
                known(code=137),
                *BEGUN,
                event(50.1, "kill", signal="15"),
                event(40.1, "kill", signal="9"),
                DIE_137,
                event(39.9, "stop"),
                gaps=((0.0, NOW - 200), (NOW - 70, NOW - 50.1)),
            ),
            "was stopped by SIGTERM, which the Engine sent at 15:08:35, and killed 10 s later because it did not end "
            "(137, no OOM)",
        ),
        (  # not if it answered all the time
            facts(
                known(code=137),
                event(40.1, "kill", signal="9"),
                DIE_137,
                gaps=((0.0, NOW - 40.1),),
                linked=NOW - 90,
            ),
            "was killed by somebody: SIGKILL from the API at 15:08:45 (137, no OOM)",
        ),
        (  # the order of Engine 20.10: die before stop
            facts(
                known(code=137),
                *BEGUN,
                event(50.1, "kill", signal="15"),
                event(40.1, "kill", signal="9"),
                DIE_137,
                event(39.9, "stop"),
            ),
            "was stopped by somebody: SIGTERM from the API at 15:08:35, and killed 10 s later because it did not end "
            "(137, no OOM)",
        ),
        (  # the order of Engine 28.5: stop before die
            facts(
                known(code=143),
                *BEGUN,
                event(42, "kill", signal="15"),
                event(40, "stop"),
                event(39.9, "die", exitCode="143"),
            ),
            "was stopped by somebody: SIGTERM from the API at 15:08:44, and it ended 2.0 s later with exit code 143",
        ),
        (
            facts(
                known(code=3),
                *BEGUN,
                event(42, "kill", signal="15"),
                event(39.9, "die", exitCode="3"),
                event(39, "stop"),
            ),
            "was stopped by somebody: SIGTERM from the API at 15:08:44, and it ended 2.0 s later with exit code 3",
        ),
        (
            facts(known(code=129), *BEGUN, event(90, "kill", signal="1"), event(39.9, "die", exitCode="129")),
            "was ended by somebody: SIGHUP from the API at 15:07:56, and it ended 50 s later with exit code 129",
        ),
        (
            facts(known(code=1), *BEGUN, event(90, "kill", signal="1"), event(39.9, "die", exitCode="1")),
            "exited with code 1 after 1 minute",
        ),
        (
            facts(known(code=137), *BEGUN, DIE_137),
            "was killed by SIGKILL after 1 minute (137), and not through the Engine: from its host, or from inside",
        ),
        (
            facts(known(code=137)),
            "was killed by SIGKILL after 1 minute (137), and not by its limit of memory; by whom is not known",
        ),
        (
            facts(known(code=137), event(41, "kill", signal="9"), DIE_137),
            "was killed by SIGKILL, which the Engine sent at 15:08:45 (137, no OOM)",
        ),
        (facts(known(code=143)), "was ended by SIGTERM after 1 minute (143): by whom is not known"),
        (
            facts(known(code=143), *BEGUN, event(39.9, "die", exitCode="143")),
            "was ended by SIGTERM after 1 minute (143): nobody asked the Engine for it",
        ),
        (
            facts(known(code=139)),
            "was killed by SIGSEGV after 1 minute: it crashed, segmentation fault (139)",
        ),
        (facts(known(code=164)), "was killed by signal 36 after 1 minute: it crashed (164)"),
        (facts(known(code=1)), "exited with code 1 after 1 minute"),
        (facts(known(code=1, started=40.0, ended=40.001)), "exited with code 1 after less than 0.01 s"),
        (facts(known(code=255)), "ended with exit code 255 after 1 minute"),
        (
            facts(known(code=126)),
            "exited with code 126 after 1 minute: a command in it could not be executed",
        ),
        (facts(known(code=0)), "ended normally after 1 minute (0): its work was done, or it had nothing to do"),
        (
            facts(known(code=5, restarts=3, host={"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": 3}})),
            "exited with code 5 after 1 minute, for the 4th time, and its policy on-failure:3 tries no more",
        ),
        (
            facts(known("restarting", 7, restarts=13, host=ALWAYS)),
            "exited with code 7 after 1 minute, for the 13th time; its policy always starts it again within 20 s",
        ),
        (
            facts(known("restarting", 0, restarts=2, ended=4, started=4.05, host=ALWAYS)),
            "ends normally soon after its start (0 after 0.05 s), for the 2nd time; its policy always "
            "starts it again now",
        ),
        (
            facts(known("created", started=None, ended=None)),
            "was never started: it was created 3 minutes 20 seconds ago, and waits for somebody to start it",
        ),
        (
            facts(known("created", 128, started=None, ended=None, Error=PORT_TAKEN)),
            "could not be started: Bind for 0.0.0.0:8080 failed: port is already allocated (128)",
        ),
        (
            facts(known("exited", 4, Error=PORT_TAKEN)),
            "could not be started: Bind for 0.0.0.0:8080 failed: port is already allocated",
        ),
        (
            facts(known("dead", 137, Error="device or resource busy")),
            "is dead: the Engine tried to remove it, and could not: device or resource busy",
        ),
        (facts(known("removing", 0)), "is being removed"),
        (
            facts(known("paused"), event(20, "pause")),
            "is paused since 15:09:06: its processes are frozen, and keep their memory",
        ),
        (
            facts(known("running", ended=None, config=CHECK, Health=UNHEALTHY)),
            "has been unhealthy since 15:08:57: its check `curl -f localhost` failed 3 times in a row: "
            "connection refused",
        ),
        (
            facts(known("running", ended=None, config=CHECK, Health=UNHEALTHY | {"FailingStreak": 50})),
            "has been unhealthy for about 8 minutes 20 seconds: its check `curl -f localhost` failed 50 times in a "
            "row: connection refused",
        ),
        (
            facts(
                known("running", ended=None, config=CHECK, Health=UNHEALTHY | {"FailingStreak": 50}),
                event(480, "health_status", "unhealthy"),
            ),
            "has been unhealthy for about 8 minutes 20 seconds: its check `curl -f localhost` failed 50 times in a "
            "row: connection refused",
        ),
        (
            facts(known("running", ended=None, config=CHECK, Health=UNHEALTHY | {"Status": "starting"})),
            "is starting: its check failed 3 times so far: connection refused",
        ),
        (
            facts(known("running", ended=None, config=CHECK, Health={"Status": "starting", "Log": None})),
            "is starting: its check has not passed yet",
        ),
        (
            facts(known("running", ended=None), event(60, "oom")),
            "is running, but the kernel's OOM killer killed a process in it at 15:08:26: it is at its limit of memory",
        ),
        (
            facts(known("running", ended=None, OOMKilled=True)),
            "is running, but the kernel's OOM killer killed a process in it: it is at its limit of memory",
        ),
        (
            facts(
                known("running", started=30, ended=40, restarts=2), event(39.9, "die", exitCode="9", execDuration="8")
            ),
            "has been running again since 15:08:56, 2 restarts by its policy so far; before, it exited with code 9 "
            "after 8.0 s",
        ),
        (
            facts(known("running", started=30, ended=40)),
            "has been running again since 15:08:56; its last run ended at 15:08:46",
        ),
        (
            facts(known("running", started=90_000, ended=99_000)),
            "has been running since 03-13 14:09:26, no problem reported",
        ),
        (
            facts(known("running", ended=None), event(41, "die", exitCode="9"), event(40, "destroy"), gone=True),
            "exited with code 9 after 59 s, and was removed at 15:08:46",
        ),
        (
            facts(known("running", ended=None), event(40, "destroy"), gone=True),
            "was removed at 15:08:46; how it ended was not seen",
        ),
        (
            facts(known("exited", 2, host={"AutoRemove": True}), gone=True),
            "exited with code 2 after 1 minute, and was removed by its own --rm",
        ),
        (Facts("app", NOW, "exited"), "ended; with which exit code is not known"),
        (Facts("app", NOW, "running"), "is running; nothing more is known yet"),
        (Facts("app", NOW, "hibernating"), "is hibernating"),
        (Facts("app", NOW), "is in a state that the Engine does not tell"),
        (facts(known("stopped", 1)), "exited with code 1 after 1 minute"),  # Podman's word
    ],
)
def test_the_verdict(found: Facts, what: str) -> None:
    assert diagnose(found).what == what


def test_the_last_word_is_the_last_line_on_stderr_of_that_run() -> None:
    lines = [
        said(110, "of the run before", stderr=True),
        said(50, "no database", stderr=True),
        said(45, "goodbye"),
        said(44, "  "),
        said(20, "of the next run", stderr=True),
    ]
    verdict = diagnose(facts(known(code=1), lines=lines))
    assert verdict.sentence("app") == ("app exited with code 1 after 1 minute; last line on stderr: no database")
    assert diagnose(facts(known(code=1), lines=lines[2:3])).quote == "last line: goodbye"
    assert diagnose(facts(known(code=1), lines=[said(50, "x" * 999)])).quote == f"last line: {'x' * 159}…"


def test_no_request_is_claimed_only_with_complete_events() -> None:
    inspect = known(code=137)
    whole = facts(inspect, *BEGUN, DIE_137)
    assert whole.events_complete
    assert not facts(inspect, *BEGUN).events_complete
    assert not facts(inspect, event(50, "exec_create"), DIE_137).events_complete
    assert facts(known(code=137, started=9000), event(2000, "attach"), DIE_137).events_complete
    assert not facts(inspect, *BEGUN, DIE_137, gaps=[(NOW - 60, NOW - 50)]).events_complete
    assert facts(inspect, *BEGUN, DIE_137, gaps=[(0, NOW - 110), (NOW - 20, NOW)]).events_complete


def test_limits_stand_beside_the_last_usage() -> None:
    usage = Usage(31.0, 487 << 20, 512 << 20, None, None, None, None, 5, NOW - 42)
    host = {**LIMIT, "NanoCpus": 2_000_000_000, "PidsLimit": 200, "MemorySwap": 512 << 20}
    sections = card(facts(known(code=137, OOMKilled=True, host=host), usage=usage, peak=500 << 20))
    (limits,) = [section.fields for section in sections if section.title == "Limits and usage"]
    values = {field.label: field.value for field in limits}
    assert str(values["Memory"]).endswith("487MiB (95%), peak 500MiB")
    assert str(values["CPU"]).startswith("limit 2 CPUs, last seen")
    assert str(values["Processes"]).endswith(": 5")


@pytest.mark.parametrize(
    ("swap", "advice"), [(0, "1536m"), (512 << 20, "1024m"), (768 << 20, "1280m"), (1 << 30, "1536m"), (-1, "-1")]
)
def test_more_memory_leaves_the_swap_as_it_was(swap: int, advice: str) -> None:
    inspect = known(code=137, OOMKilled=True, host={**LIMIT, "MemorySwap": swap})
    verdict = diagnose(replace(facts(inspect), docker="docker --host ssh://prod"))
    told = f"docker --host ssh://prod update --memory 1024m --memory-swap {advice} app"
    assert verdict.todo[0].endswith(f"{told}, then docker --host ssh://prod start app")


def test_podman_may_never_run_a_check() -> None:
    waits = known("running", ended=None, config=CHECK, Health={"Status": "starting", "Log": None})
    assert diagnose(facts(waits, podman=True)).todo == ("on its host: podman healthcheck run app",)
    assert not diagnose(facts(waits)).todo


def test_podman_repeats_a_single_word_among_the_arguments() -> None:
    config = {"Cmd": ["/app"], "Entrypoint": []}
    assert facts(known(args=("/app", "/app"), config=config)).command == "/app"
    assert facts(known(args=("/app", "/app"), config={"Cmd": ["/app", "/app"]})).command == "/app /app"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PORT_TAKEN, "port in use"),
        ('exec: "nosuch": executable file not found in $PATH: unknown', "command not found"),
        ("OCI runtime create failed: something quite new and unheard of: unknown", "something quite new and…"),
        ("brief", "brief"),
        ("login as API_KEY=abcdef", f"login as API_KEY={MASK}"),
    ],
)
def test_a_start_error_in_few_words(error: str, words: str) -> None:
    assert short(error) == words


@pytest.mark.parametrize(
    ("error", "said_of_it"),
    [
        (PORT_TAKEN, "Bind for 0.0.0.0:8080 failed: port is already allocated"),
        (
            "crun: executable file `nope` not found in $PATH: No such file or directory: OCI runtime attempted to "
            "invoke a command that was not found",
            "crun: executable file `nope` not found in $PATH: No such file or directory",
        ),
        (
            "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create "
            'failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown',
            'exec: "nope": executable file not found in $PATH',
        ),
        (
            "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container "
            'process: error during container init: error mounting "/a" to rootfs at "/b": mount /a:/b: not a '
            "directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)? Check",
            'error mounting "/a" to rootfs at "/b": mount /a:/b: not a directory',
        ),
        ("something new", "something new"),
        ("unable to start container process: ", "unable to start container process: "),
    ],
)
def test_the_core_of_an_error(error: str, said_of_it: str) -> None:
    assert core(error) == said_of_it


@pytest.mark.parametrize(
    ("error", "part"),
    [
        (PORT_TAKEN, "port 8080 of the host is published by web"),
        ('exec: "/app": permission denied', "lacks the x bit"),
        (
            "crun: the path `/app` exists but it is not executable: Operation not permitted: OCI permission denied",
            "x bit",
        ),
        ("crun: executable file `/app` not found: No such file or directory", "look whether /app is in the image"),
        ('exec: "/app": stat /app: no such file or directory', "look whether /app is in the image"),
        ('error mounting "/a" to rootfs at "/b": not a directory', "a file is mounted onto a directory"),
        ("invalid mount config for type bind: bind source path does not exist: /srv", "on the Engine's host"),
        ('OCI: chdir to cwd ("/work") set in config.json failed: permission denied', "working directory"),
        ("unable to find user bob: no matching entries in passwd file", "the image has no such user"),
        ("network 5c1f not found", "the network was removed"),
        ("cannot join network of a non running container: 5c1f", "start that one first"),
        ('could not select device driver "" with capabilities: [[gpu]]', "--gpus"),
        ('error gathering device information while adding custom device "/dev/x"', "the device is not there"),
        ("write /var/lib/docker/x: no space left on device", "docker system df"),
        ("exec /app: exec format error", "another processor architecture"),
        ("failed to initialize logging driver: dial udp: no such host", "log driver"),
        ("error setting rlimits: operation not permitted", "--ulimit"),
    ],
)
def test_a_known_error_has_its_advice(error: str, part: str) -> None:
    owners = {8080: Reference("container", "1", "web")}
    verdict = diagnose(facts(known("created", 128, started=None, ended=None, Error=error), port_owners=owners))
    assert part in " ".join((*verdict.likely, *verdict.todo))


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("exec /entrypoint.sh: no such file or directory", "CRLF"),
        ("exec /app: exec format error", "another processor architecture"),
        ("listen tcp :80: bind: address already in use", "listens on the port already"),
        ("OSError: [Errno 28] No space left on device", "is full"),
        ("java.lang.OutOfMemoryError: Java heap space", "its own heap"),
        ("FATAL ERROR: Reached heap limit - JavaScript heap out of memory", "its own heap"),
        ("sh: can't fork: Resource temporarily unavailable", "--pids-limit"),
        ("java.lang.OutOfMemoryError: unable to create native thread", "its own heap"),
        ("accept: too many open files", "nofile"),
        ("error while loading shared libraries: libssl.so.3", "a library is missing"),
        ('FATAL: password authentication failed for user "shop"', "credentials"),
        ("getaddrinfo ENOTFOUND db", "on the same network"),
        ("dial tcp 10.0.0.5:5432: connect: connection refused", "did not listen"),
        ("x509: certificate has expired", "certificate"),
        ("yaml: line 14: did not find expected key", "configuration"),
        ("ModuleNotFoundError: No module named 'shop'", "a module of the program is missing"),
        ("mkdir /data: permission denied", "its user may not"),
        ("sh: nope: not found", "is not there"),
        ("everything went fine", ""),
    ],
)
def test_last_log_lines_suggest_a_likely_cause(line: str, part: str) -> None:
    likely = likely_by_log(facts(known(code=1), lines=[said(50, "hello"), said(45, line)]))
    assert part in likely
    assert bool(part) == bool(likely)


def test_unquoted_line_is_quoted_with_its_likely_cause() -> None:
    lines = [said(50, "connection refused"), said(45, "bye", stderr=True)]
    assert likely_by_log(facts(known(code=1), lines=lines)).endswith("(its log: connection refused)")


# the path


def test_path_comes_from_events_and_from_inspect_where_they_are_missing() -> None:
    found = facts(known(code=1), event(70, "pause"), event(60, "unpause"), event(39.9, "die", exitCode="1"))
    assert [(step.state, round(NOW - step.at)) for step in steps(found)] == [
        ("created", 200),
        ("running", 100),
        ("paused", 70),
        ("running", 60),
        ("exited", 40),
    ]


@pytest.mark.parametrize(
    ("found", "drawn"),
    [
        (
            facts(known(code=1)),
            """
created ━━▶ running ━━▶ [exited] ┄┄▷ (removed)
            △ ┆ ┆
            ┆ ┆ └┄┄▷ (paused)
            └┄┴┄▷ (restarting)""",
        ),
        (
            facts(known("restarting", 1, restarts=13), event(70, "pause")),
            """
created ━━▶ running ━━▶ exited ┄┄▷ (removed)
            ▲ ┃ ┃
            ┃ ┃ ┗━━▶ paused
            ┗━┻━▶ [restarting] ×13""",
        ),
        (
            facts(known("created", 127, started=None, ended=None, Error="exec failed")),
            """
[created] ━━✗ (running) ┄┄▷ (exited) ┄┄▷ (removed)
              △ ┆ ┆
              ┆ ┆ └┄┄▷ (paused)
              └┄┴┄▷ (restarting)""",
        ),
        (
            facts(known("dead", 1)),
            """
created ━━▶ running ━━▶ exited ━━▶ [dead]
            △ ┆ ┆
            ┆ ┆ └┄┄▷ (paused)
            └┄┴┄▷ (restarting)""",
        ),
    ],
)
def test_the_state_machine_shows_the_path_taken(found: Facts, drawn: str) -> None:
    assert "\n".join(["", *drawing(found, "bad").lines]) == drawn


def test_words_with_a_style_of_their_own() -> None:
    accents = (Accent("[exited]", "bad"), Accent("┄", "dim"))
    assert list(styled("a [exited] ┄┄ b", accents)) == [
        ("a ", ""),
        ("[exited]", "bad"),
        (" ", ""),
        ("┄┄", "dim"),
        (" b", ""),
    ]
    assert list(styled("", accents)) == []
    assert list(styled("plain", (Accent("", "bad"),))) == [("plain", "")]


# Markdown


@pytest.mark.parametrize("text", ["plain", "`", "a ``` b", "````", "` `` ```", "", "\n# x\n", "a\x1b]52;c;x\x07\u202e"])
def test_code_cannot_be_ended_from_inside(text: str) -> None:
    inline = code(text)
    marks = inline[: len(inline) - len(inline.lstrip("`"))]
    assert inline.endswith(marks)
    assert marks not in inline[len(marks) : -len(marks)].strip(" ") or not text.strip()
    assert "\n" not in inline
    assert not {"\x1b", "\u202e"} & set(inline)
    block = fenced([text]).splitlines()
    fence = block[0].removesuffix("text")
    assert block[-1] == fence
    assert all(fence not in line for line in block[1:-1])


def test_the_markdown_has_every_part_and_no_more_headings_than_ours() -> None:
    evil = "```\n# owned\n<script>@everyone</script> ~~~~"
    found = facts(
        known(code=1, config=CHECK, Error="", args=("sh", "-c", evil)), *BEGUN, lines=[said(45, evil, stderr=True)]
    )
    text = markdown(found)
    outside, inside = [], False
    fence = ""
    for line in text.splitlines():
        if not inside and line.startswith("```"):
            fence, inside = line.removesuffix("text"), True
        elif inside and line == fence:
            inside = False
        elif not inside:
            outside.append(line)
    assert not inside
    titles = [line for line in outside if line.startswith("#")]
    assert titles[0] == "# Why did it die: `app`"
    assert titles[1:] == [
        "## Do next",
        "## Last log lines",
        "## Run",
        "## Lifecycle",
        "## Health",
        "## Events before",
    ]
    assert "# owned" not in titles
    assert not any(line.startswith("<script>") for line in outside)


def test_the_last_log_lines_come_before_the_evidence() -> None:
    lines = [said(50 - n / 10, f"line {n} {'x' * 100}") for n in range(9)]
    found = facts(known(code=137, OOMKilled=True, host=LIMIT), *BEGUN, lines=lines)
    sections = {section.title: section.fields for section in card(found, (60, 6))}
    assert [*sections][:3] == ["Why", "Last log lines", "Evidence"]
    assert [str(field.value)[:6] for field in sections["Last log lines"]] == ["line 6", "line 7", "line 8"]
    assert [str(field.value)[:6] for field in sections["Log lines before"]] == [f"line {n}" for n in range(6)]
    assert [*sections][-1] == "Log lines before"
    (whole,) = [part for part in markdown(found).split("\n\n") if "line 0" in part]
    assert "line 8" in whole, "a ticket has the log in one piece"


def test_only_a_long_last_line_exceeds_the_room() -> None:
    found = facts(known(code=1), *BEGUN, lines=[said(45, "short"), said(44, "x" * 500)])
    sections = {section.title: section.fields for section in card(found, (60, 6))}
    assert [str(field.value) for field in sections["Last log lines"]] == ["x" * 500]


def test_facts_without_content_are_left_out() -> None:
    def labels(inspect: Reply, **more: Any) -> set[str]:
        return {field.label for section in card(facts(inspect, *BEGUN, **more)) for field in section.fields}

    assert not {"OOM killed", "Restarts", "Stop", "Memory", "CPU", "Processes"} & labels(known(code=1))
    host = {**ALWAYS, "Memory": 1 << 20, "NanoCpus": 10**9, "PidsLimit": 5}
    config = {"StopSignal": "SIGQUIT"}
    inspect = known(code=137, OOMKilled=True, host=host, config=config)
    assert labels(inspect) >= {"OOM killed", "Restarts", "Stop", "Memory", "CPU", "Processes"}
    assert "Stop" in labels(known(code=143), stopped=True), "what was done by default is told when it was done"


def test_secrets_are_masked_until_they_are_to_be_seen() -> None:
    lines = [said(45, "connecting to postgres://shop:hunter2@db:5432 with API_KEY=abcdef", stderr=True)]
    inspect = known(code=1, args=("app", "--token", "s3cr3t", "--db-password=letmein"))
    hidden, shown = (markdown(facts(inspect, lines=lines, reveal=reveal)) for reveal in (False, True))
    for secret in ("hunter2", "abcdef", "s3cr3t", "letmein"):
        assert secret not in hidden
        assert secret in shown
    assert MASK in hidden


# small words


@pytest.mark.parametrize(
    ("number", "word"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (122, "122nd")]
)
def test_ordinals(number: int, word: str) -> None:
    assert format.ordinal(number) == word


@pytest.mark.parametrize(
    ("seconds", "word"),
    [(0, "less than 0.01 s"), (0.04, "0.04 s"), (3.21, "3.2 s"), (42.9, "42 s"), (552, "9 minutes 12 seconds")],
)
def test_how_long_something_took(seconds: float, word: str) -> None:
    assert format.lasted(seconds) == word


def test_signals_go_there_and_back() -> None:
    assert [signal_number(name) for name in ("15", "SIGTERM", "term", "SIGWINCH", "nonsense", "")] == [
        15,
        15,
        15,
        28,
        0,
        0,
    ]
    assert [name_of_signal(number) for number in (9, 28, 40)] == ["SIGKILL", "SIGWINCH", "signal 40"]


def test_verdict_by_inspect_alone() -> None:
    proven = (
        known(code=137, OOMKilled=True),
        known("dead"),
        known("restarting", 1),
        known("created", 127, started=None, ended=None, Error="exec failed"),
        known("running", ended=None, config=CHECK, Health=UNHEALTHY),
    )
    assert all(isinstance(verdict_by_inspect(facts(inspect)), Verdict) for inspect in proven)
    for inspect in (known(code=137), known(code=1), known(code=0), known("running", ended=None), known("paused")):
        assert verdict_by_inspect(facts(inspect)) is None


def test_healthy_container_has_no_verdict() -> None:
    assert is_well(facts(known("running", ended=None)))
    assert is_well(facts(known("running", started=90_000, ended=99_000)))
    assert not is_well(facts(known("running", started=30, ended=40)))
    assert not is_well(facts(known("running", started=90_000, ended=99_000, restarts=1)))
    assert not is_well(facts(known("running", ended=None, config=CHECK, Health=UNHEALTHY)))
    assert not is_well(facts(known("exited")))


# whatever an Engine may say

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
TIMES = st.sampled_from(
    ["0001-01-01T00:00:00Z", stamp(NOW - 100), stamp(NOW), stamp(NOW + 100), "now", "9999-12-31T23:59:59Z"]
)
WORDS = st.sampled_from(
    ["created", "running", "paused", "restarting", "removing", "exited", "dead", "stopped", "unhealthy", "starting", ""]
)
VALUES = {
    "Status": WORDS,
    "StartedAt": TIMES,
    "FinishedAt": TIMES,
    "Created": TIMES,
    "Start": TIMES,
    "End": TIMES,
    "ExitCode": st.integers(-2, 300),
    "OOMKilled": st.booleans(),
    "Error": st.sampled_from(["", PORT_TAKEN, 'exec: "x": permission denied', "`"]) | st.text(max_size=20),
    "RestartCount": st.integers(-1, 10**6),
    "Memory": st.integers(),
    "Output": st.text(max_size=20),
}


def maybe(*names: str) -> dict[str, st.SearchStrategy[Any]]:
    """For each field what belongs there, or anything."""
    return {name: VALUES.get(name, JUNK) | JUNK for name in names}


PROBES = st.lists(st.fixed_dictionaries({}, optional=maybe("Start", "End", "ExitCode", "Output")) | JUNK, max_size=3)
HEALTH = st.fixed_dictionaries({}, optional={**maybe("Status", "FailingStreak"), "Log": PROBES | JUNK})
STATE = st.fixed_dictionaries(
    {},
    optional={**maybe("Status", "StartedAt", "FinishedAt", "ExitCode", "OOMKilled", "Error"), "Health": HEALTH | JUNK},
)
POLICY = st.fixed_dictionaries({}, optional=maybe("Name", "MaximumRetryCount"))
HOST = st.fixed_dictionaries(
    {},
    optional={**maybe("Memory", "MemorySwap", "NanoCpus", "CpuQuota", "PortBindings"), "RestartPolicy": POLICY | JUNK},
)
INSPECT = st.fixed_dictionaries(
    {},
    optional={
        **maybe("Id", "Path", "Args", "Created", "RestartCount", "Image"),
        "State": STATE | JUNK,
        "HostConfig": HOST | JUNK,
        "Config": st.fixed_dictionaries({}, optional=maybe("Image", "Healthcheck", "StopSignal", "StopTimeout")) | JUNK,
    },
)
EVENTS = st.lists(
    st.builds(
        Event,
        type=st.just("container"),
        action=st.sampled_from(
            ["create", "start", "die", "died", "kill", "stop", "oom", "pause", "destroy", "health_status"]
        ),
        detail=st.sampled_from(["", "unhealthy"]),
        actor=st.just(ID),
        attributes=st.dictionaries(
            st.sampled_from(["signal", "exitCode", "execDuration"]),
            st.sampled_from(["9", "15", "137", "x", "²", "-1", ""]),
        ),
        time_ns=st.integers(0, int(NOW + 200) * SECOND),
        scope=st.just("local"),
    ),
    max_size=6,
).map(lambda events: sorted(events, key=lambda each: each.time_ns))
LINES = st.lists(st.builds(LogLine, st.integers(0, int(NOW) * SECOND), st.booleans(), st.text(max_size=30)), max_size=4)


@settings(max_examples=400, deadline=None)
@given(inspect=INSPECT | JUNK, events=EVENTS, lines=LINES, gone=st.booleans(), listed=WORDS)
def test_any_reply_is_diagnosed_without_error(
    inspect: Any, events: list[Event], lines: list[LogLine], gone: bool, listed: str
) -> None:
    found = Facts("app", NOW, listed, Reply(inspect), events=events, lines=lines, gone=gone)
    verdict = diagnose(found)
    assert verdict.what
    assert verdict.style in ("", "good", "warn", "bad", "dim")
    text = markdown(found)
    assert text.startswith("# Why")
    assert card(found)[0].title == "Why"
    moment(found)
    is_well(found)
    verdict_by_inspect(found)
