"""Jobs: a failure of any kind ends one as failed, and what an Engine repeats of a secret is hidden."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from dockertui.engine.call import Call
from dockertui.engine.client import Engine
from dockertui.engine.errors import EngineError, ErrorKind
from dockertui.operations import jobs
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.command_body import InvalidValue, Plan
from dockertui.operations.jobs import Jobs, State, Task
from dockertui.screens.commands.results import one_result

ENGINE = cast(Engine, SimpleNamespace(endpoint=None, trace=SimpleNamespace(clock=lambda: 0.0)))


def task(body: dict[str, Any] | None = None) -> Task:
    command = BY_ID["container.stop"]
    assert isinstance(command, Command)
    return Task(command, "id", "web", Plan((Call("POST", "/x", body=body),), ("stop", "web")))


@pytest.mark.parametrize("error", [AttributeError("no such filter"), OSError(28, "No space left"), KeyError("x")])
async def test_a_fault_of_the_program_ends_the_job_as_failed(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: Any) -> str:
        raise error

    monkeypatch.setattr(jobs, "perform", broken)
    ended: list[Any] = []
    all_jobs = Jobs(ENGINE, lambda job: None, ended.extend)
    (job,) = all_jobs.start([task()])
    await all_jobs.settled()
    assert job.state is State.FAILED
    assert type(error).__name__ in job.said
    assert ended == [job]


async def test_what_the_engine_repeats_of_a_body_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refused(*_: Any) -> str:
        raise EngineError(ErrorKind.BAD_REQUEST, "cannot use value hunter2-x of password=other for URL redis://:pw@h")

    monkeypatch.setattr(jobs, "perform", refused)
    all_jobs = Jobs(ENGINE, lambda job: None, lambda jobs: None)
    (job,) = all_jobs.start([task({"Env": ["DB_PASSWORD=hunter2-x"]})])
    await all_jobs.settled()
    said = one_result(job)
    assert "cannot use value" in said
    for secret in ("hunter2-x", "other", ":pw@"):
        assert secret not in said


def test_what_is_wrong_with_a_hidden_value_does_not_show_it() -> None:
    assert "hunter2" not in str(InvalidValue("DB_PASSWORD=hunter2: has no name"))
