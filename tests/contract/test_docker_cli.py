"""The docker command on the demo Engine and on a real one: the same exit code and the same kind of output.

Each case of the table `demo_engine_cli` is a few lines for a shell. In them `$C` is a container that runs and has
printed `one` and `two`, `$N` a name that nothing else has, and the working directory is the case's own. What needs a
registry or would make the Engine another one runs on the demo Engine alone. The lines are such that a docker command of
20.10 knows them, too.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cases import Case, table
from tests.contract.raw_http import Http
from tests.contract.workshop import Workshop, await_that
from tests.pty.program import Program

pytestmark = pytest.mark.skipif(shutil.which("docker") is None, reason="there is no docker command on the PATH")


class Run(NamedTuple):
    """Lines for a shell, what they print (a regular expression, both streams) and their exit code."""

    lines: str
    prints: str = ""
    code: int = 0
    real: bool = True


class Stage:
    """The docker command, and a container that runs, on one Engine."""

    def __init__(self, shop: Workshop, home: Path) -> None:
        self.shop = shop
        self.home = home
        self.demo = "dockertui-demo" in shop.http.url
        self._count = 0
        script = "echo one; echo two >&2; sleep 1d"
        ports = {"NetworkMode": "bridge", "PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18431"}]}}
        health = {"Test": ["CMD-SHELL", "echo fine"], "Interval": 1_000_000_000}
        self.container = shop.container(
            "box", start=True, Cmd=["sh", "-c", script], HostConfig=ports, Healthcheck=health,
            ExposedPorts={"80/tcp": {}}, StopSignal="SIGKILL",
        )  # fmt: skip

    def environment(self) -> dict[str, str]:
        self._count += 1
        own = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
        names = {"C": self.shop.name("box"), "N": f"{self.shop.prefix}-{self._count}"}
        where = {"DOCKER_HOST": self.shop.http.url, "DOCKER_CONFIG": str(self.home / "config"), "DOCKER_BUILDKIT": "0"}
        return {**own, **where, **names, "DOCKER_CLI_HINTS": "false", "LC_ALL": "C"}

    def forget(self) -> None:
        """Remove what the cases have left."""
        mine = f"{self.shop.prefix}-"
        for row in self.shop.get("/containers/json", all=1):
            if row["Names"][0].startswith(f"/{mine}"):
                self.shop.http("DELETE", f"/containers/{row['Id']}?force=1&v=1")
        for row in self.shop.get("/images/json"):
            for tag in row["RepoTags"] or []:
                if tag.startswith(mine):
                    self.shop.http("DELETE", f"/images/{tag}?force=1")


@pytest.fixture(scope="module")
def stage(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    shop = Workshop(Http(url))
    stage = Stage(shop, tmp_path_factory.mktemp("docker"))
    yield stage
    stage.forget()
    shop.close()


ID = r"^[0-9a-f]{64}$"
SHA = r"sha256:[0-9a-f]{64}"
D = "docker run -d --name $N --network none busybox sleep 1d >/dev/null; "
"""A container of the case's own, that sleeps."""
DOCKERFILE = "printf 'FROM busybox\\nRUN echo made\\nCMD [\"sh\"]\\n' >Dockerfile; "

RUNS: dict[str, Run] = {
    "docker version": Run("docker version", r"Server:(.|\n)* API version:\s+1\.\d+"),
    "docker info": Run("docker info", r"Server:(.|\n)* Running: \d+(.|\n)*Server Version: \d+"),
    "docker ps -a": Run("docker ps -a", r"CONTAINER ID +IMAGE +COMMAND(.|\n)* Up .*127\.0\.0\.1:18431->80/tcp"),
    "docker ps -a -s": Run("docker ps -a -s -f name=$C", r"SIZE\n.*\(virtual [\d.]+[kMG]?B\)"),
    "docker images -a --digests": Run("docker images -a --digests", r"TAG +DIGEST(.|\n)*busybox +latest"),
    "docker network ls": Run("docker network ls", r"bridge +bridge +local"),
    "docker system df": Run("docker system df", r"RECLAIMABLE\nImages +\d+(.|\n)*Build Cache +\d+"),
    "docker system df -v": Run("docker system df -v", r"Images space usage:(.|\n)*Local Volumes space usage:"),
    "docker inspect C": Run("docker inspect -f '{{.State.Status}} {{.Config.Image}}' $C", r"^running busybox:latest$"),
    "docker logs --tail 2 C": Run("docker logs --tail 2 $C", r"^(one\ntwo|two\none)$"),
    "docker logs --since 1h --until 10m -t C": Run("docker logs --since 1h --until 10m -t $C", r"^$"),
    "docker logs --details C": Run("docker logs --details $C 2>/dev/null", r"^ one$"),
    "docker top C": Run("docker top $C", r"^UID +PID(.|\n)*(sleep 1d|sh -c)"),
    "docker port C": Run("docker port $C", r"^80/tcp -> 127\.0\.0\.1:18431$"),
    "docker stats --no-stream": Run("docker stats --no-stream $C", r"CPU %(.|\n)*\d+\.\d\d%"),
    "docker stats --no-stream --all --format json": Run(
        "docker stats --no-stream --all --format '{{json .}}'", r'"CPUPerc":"[\d.-]+%?"'
    ),
    "docker exec -i C echo hi": Run("echo x | docker exec -i $C echo hi", r"^hi$"),
    "docker exec -e A=b -w /tmp -u root C sh -c CMD": Run(
        "docker exec -e A=b -w /tmp -u root $C sh -c 'echo $A; pwd; whoami; exit 5'", r"^b\n/tmp\nroot$", 5
    ),
    "docker exec C nosuchcmd (127)": Run("docker exec $C nosuchcmd || [ $? -ge 126 ]", "not found"),
    "docker events --since 1h --until 1s": Run(
        "docker events --since 1h --until 0s", r"container start [0-9a-f]{64} \(.*name="
    ),
    "docker events --format json": Run(
        "docker events --since 1h --until 0s --format '{{json .}}'", r'(?m)^\{"status":"start",.*"Type":"container"'
    ),
    "docker run -d --name X busybox sleep 100": Run(
        "docker run -d --name $N --network none busybox sleep 100 && docker inspect -f '{{.State.Running}}' $N",
        r"^[0-9a-f]{64}\ntrue$",
    ),
    "docker create": Run("docker create --name $N --network none busybox sleep 1d", ID),
    "docker start": Run("docker create --name $N --network none busybox sleep 1d; docker start $N", r"-\d+$"),
    "docker wait": Run(
        "docker run -d --name $N --network none busybox sh -c 'exit 7' >/dev/null; docker wait $N", r"^7$"
    ),
    "docker stop -t 1": Run(
        D + "docker stop -t 1 $N; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' $N", r"-\d+\nexited 137$"
    ),
    "docker pause": Run(D + "docker pause $N; docker inspect -f '{{.State.Status}}' $N", r"paused$"),
    "docker unpause": Run(
        D + "docker pause $N; docker unpause $N; docker inspect -f '{{.State.Status}}' $N", r"running$"
    ),
    "docker rename": Run(D + "docker rename $N $N-b; docker inspect -f '{{.Name}}' $N-b", r"^/\S+-b$"),
    "docker update --memory": Run(
        D + "docker update --memory 64m --memory-swap 64m $N; docker inspect -f '{{.HostConfig.Memory}}' $N",
        r"-\d+\n67108864$",
    ),
    "docker rm -f": Run(D + "docker rm -f $N; docker inspect $N", r"(?i)no such (object|container)", 1),
    "docker cp C:/file DIR": Run("docker cp $C:/etc/passwd . && cat passwd", r"^root:x:0:0:"),
    "docker cp C:/dir NEW": Run("docker cp $C:/etc new && cat new/passwd", r"^root:x:0:0:"),
    "docker cp C:/dir/. NEW": Run("docker cp $C:/etc/. new && cat new/passwd", r"^root:x:0:0:"),
    "docker cp FILE C:/srv/new": Run(
        "echo mine >f; docker cp f $C:/tmp/new && docker exec $C cat /tmp/new && docker diff $C",
        r"^mine\n(.|\n)*A /tmp/new",
    ),
    "docker cp C:/nosuch . (error)": Run(
        "docker cp $C:/nosuch .", r"No such container:path|Could not find the file /nosuch in", 1
    ),
    "docker cp - C:/tmp (empty: error)": Run("docker cp - $C:/tmp </dev/null", r"^$"),
    "docker build (classic)": Run(DOCKERFILE + "docker build -t $N .", r"made\n(.|\n)*Successfully tagged \S+:latest"),
    "docker build -q": Run(DOCKERFILE + "docker build -q -t $N . 2>/dev/null", rf"^{SHA}$"),
    "docker pull": Run("docker pull cli/pulled:1", r"Pull complete(.|\n)*Downloaded newer image", real=False),
    "docker pull of a private one (error)": Run(
        "docker pull cli/private:1", r"pull access denied for cli/private", 1, real=False
    ),
    "docker tag": Run("docker tag busybox $N:2 && docker images -q $N:2", r"^[0-9a-f]{12}$"),
    "docker image inspect": Run("docker image inspect -f '{{.Os}} {{.Id}}' busybox", rf"^linux {SHA}$"),
    "docker history": Run("docker history busybox", r"CREATED BY +SIZE"),
    "docker image prune -f": Run("docker image prune -f --filter label=$N", r"^Total reclaimed space: 0B$"),
    "docker network create": Run("docker network create $N && docker network rm $N", r"^[0-9a-f]{64}\n\S+-\d+$"),
    "docker network connect": Run(
        D + "docker network create $N >/dev/null; docker run -d --name $N-b busybox sleep 1d >/dev/null; "
        "docker network connect --alias nick $N $N-b; docker inspect -f '{{json .NetworkSettings.Networks}}' $N-b; "
        "docker rm -f $N-b >/dev/null; docker network rm $N >/dev/null",
        r'"bridge":(.|\n)*"nick"',
    ),
    "docker network disconnect": Run(
        "docker run -d --name $N busybox sleep 1d >/dev/null; docker network disconnect bridge $N; "
        "docker inspect -f '{{len .NetworkSettings.Networks}}' $N",
        r"^0$",
    ),
    "docker network prune -f": Run(
        "docker network create --label of=$N $N >/dev/null; docker network prune -f --filter label=of=$N",
        r"^Deleted Networks:\n\S+-\d+$",
    ),
    "docker volume create": Run("docker volume create $N && docker volume rm $N", r"^(\S+-\d+)\n\1$"),
    "docker volume rm": Run("docker volume create $N >/dev/null; docker volume rm $N $N", "(?i)no such volume", 1),
    "docker volume prune -f": Run(
        "docker volume prune -f --filter label=$N", r"^Total reclaimed space: 0B$"
    ),
    "docker container prune -f": Run(
        "docker create --label of=$N --name $N --network none busybox true >/dev/null; "
        "docker container prune -f --filter label=of=$N",
        r"^Deleted Containers:\n[0-9a-f]{64}\n\nTotal reclaimed space: 0B$",
    ),
    "docker login": Run(
        "echo right | docker login -u me --password-stdin registry.example.com; "
        "echo wrong | docker login -u me --password-stdin registry.example.com",
        r"Login Succeeded(.|\n)*unauthorized",
        1,
        real=False,
    ),
    "docker ps -f health=": Run("docker ps -q -f health=unhealthy -f name=$C", r"^$"),
    "docker ps -f name=": Run("docker ps --no-trunc -q -f name=$C", ID),
    "docker ps -f ancestor=": Run("docker ps --no-trunc -q -f ancestor=busybox -f name=$C", ID),
    "docker ps -f network=": Run("docker ps --no-trunc -q -f network=bridge -f name=$C", ID),
    "docker ps -l": Run(
        "docker create --name $N --network none busybox true >/dev/null; docker ps -l --no-trunc -q", ID
    ),
    "docker ps -f id=": Run("docker ps --no-trunc -q -f id=$(docker inspect -f '{{.Id}}' $C)", ID),
    "docker ps -f since=": Run(
        "docker create --name $N --network none busybox true >/dev/null; docker ps -a -f since=$C", r"Created"
    ),
    "docker ps -f publish=": Run("docker ps --no-trunc -q -f publish=18431", ID),
    "docker ps -f nosuch= (error)": Run("docker ps -f nosuch=1", r"(?i)invalid filter", 1),
    "docker images -f dangling=true": Run("docker images -q -f dangling=true", r"^([0-9a-f]{12}\n?)*$"),
    "docker images --filter before=": Run(
        f"{D}docker commit $N $N:1 >/dev/null; docker images --filter before=$N:1; docker images --filter since=$N:1",
        r"^REPOSITORY(.|\n)*busybox(.|\n)*\nREPOSITORY.*$",
    ),
    "docker inspect nosuch (error)": Run("docker inspect nosuch", r"(?i)no such object: nosuch", 1),
    "docker start nosuch (error)": Run("docker start nosuch", r"No such container: nosuch", 1),
    "docker inspect IMAGE": Run("docker inspect -f '{{.RepoTags}}' busybox", r"busybox:latest"),
    "docker exec -d C sleep 1": Run("docker exec -d $C sleep 1", r"^$"),
    "docker run --rm busybox echo hello": Run(
        "docker run --rm --network none busybox echo hello; echo in | docker run -i --rm --network none busybox cat; "
        "docker run --rm --network none busybox sh -c 'echo bad >&2; exit 4'",
        r"^hello\nin\nbad$",
        4,
    ),
    "docker save": Run("docker save busybox -o a.tar && tar tf a.tar", r"(?m)^manifest\.json$"),
    "docker load": Run(
        "docker tag busybox $N:1; docker save $N:1 -o a.tar; docker rmi $N:1; docker load -i a.tar; "
        "docker run --rm --network none $N:1 ls /etc",
        r"Loaded image: \S+:1\n(.|\n)*passwd",
    ),
    "docker search": Run("docker search nginx", r"NAME +DESCRIPTION +STARS(.|\n)*nginx .*\[OK\]", real=False),
    "docker commit": Run(
        D + "docker commit -m why -a me -c 'CMD [\"ls\", \"/etc\"]' $N $N:1; docker run --rm --network none $N:1; "
        "docker image inspect -f '{{.Comment}} {{.Author}} {{.Config.Cmd}}' $N:1",
        rf"{SHA}\n(.|\n)*passwd\n(.|\n)*why me \[ls /etc\]$",
    ),
    "docker builder prune -f": Run("docker builder prune -f", r"Total(:| reclaimed space:)\s+[\d.]+[kMG]?B"),
    "docker service ls": Run("docker service ls", r"This node is not a swarm manager", 1),
    "docker plugin ls": Run("docker plugin ls", r"^ID +NAME +DESCRIPTION +ENABLED\n?"),
}  # fmt: skip


def swarm_init(stage: Stage, folder: Path) -> None:
    if not stage.demo:
        pytest.skip("the Engine of the tests is to stay out of a swarm")
    refused = "Error response from daemon: the demo Engine is a single host: it does not become a part of a swarm"
    assert shell(stage, "docker swarm init", folder) == (1, refused)


def exec_tty(stage: Stage, folder: Path) -> None:
    with terminal(stage, "exec", "-it", stage.container, "sh") as program:
        await_that(lambda: size_told(program) == "30 90", "the terminal's size")
        program.type("exit 3\r")
        assert program.wait() == 3


def exec_detach(stage: Stage, folder: Path) -> None:
    with terminal(stage, "exec", "-it", stage.container, "sh") as program:
        await_that(lambda: size_told(program) == "30 90", "the terminal's size")
        program.press("ctrl+p", "ctrl+q")
        program.wait()
    assert stage.shop.state(stage.container) == "running"


def run_tty(stage: Stage, folder: Path) -> None:
    with terminal(stage, "run", "-it", "--rm", "--network", "none", "busybox", "sh") as program:
        await_that(lambda: size_told(program) == "30 90", "the terminal's size")
        program.resize(100, 20)
        await_that(lambda: size_told(program) == "20 100", "the terminal's new size")
        program.type("exit 4\r")
        assert program.wait() == 4


def attach(stage: Stage, folder: Path) -> None:
    made = stage.shop.container("attached", start=True, Cmd=["sh"], Tty=True, OpenStdin=True)
    with terminal(stage, "attach", made) as program:
        program.wait_quiet(0.3)
        program.type("echo answer\r")
        program.wait_for(lambda screen: "answer" in screen.splitlines())
        program.press("ctrl+p", "ctrl+q")
        program.wait()
    assert stage.shop.state(made) == "running"
    logged = shell(stage, f"docker logs {made}", folder)
    assert "echo answer" in logged[1]


def size_told(program: Program) -> str:
    """What the shell in a program says of its terminal's size."""
    program.type("clear; stty size\r")
    program.wait_quiet(0.3)
    return next((line for line in program.text.splitlines() if re.fullmatch(r"\d+ \d+", line)), "")


TYPED: dict[str, Callable[[Stage, Path], None]] = {
    "docker exec -it C sh (pty), exit code 3": exec_tty,
    "docker exec -it detach by ctrl-p ctrl-q": exec_detach,
    "docker run -it --rm busybox sh": run_tty,
    "docker attach to a running -dit container, type echo": attach,
    "docker swarm init": swarm_init,
}


def terminal(stage: Stage, *words: str) -> Program:
    return Program(["docker", *words], size=(90, 30), env=stage.environment())


def shell(stage: Stage, lines: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "-c", lines],
        env=stage.environment(),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.strip("\n")


@table("demo_engine_cli")
def test_the_docker_command(stage: Stage, case: Case, tmp_path: Path) -> None:
    if (typed := TYPED.get(case.given)) is not None:
        typed(stage, tmp_path)
        return
    run = RUNS[case.given]
    if not run.real and not stage.demo:
        pytest.skip("a real Engine would need a registry for this")
    code, output = shell(stage, run.lines, tmp_path)
    assert code == run.code, output
    assert re.search(run.prints, output), output


def test_push(stage: Stage, tmp_path: Path) -> None:
    """Into the registries that the demo imagines; what is not there is refused alike."""
    code, output = shell(stage, "docker push $N/nothing:1", tmp_path)
    assert code == 1
    assert "An image does not exist locally with the tag: " in output
    if stage.demo:
        code, output = shell(stage, "docker tag busybox r.example.com/$N:1; docker push r.example.com/$N:1", tmp_path)
        assert code == 0
        assert re.search(r"Pushed(.|\n)*\n1: digest: sha256:[0-9a-f]{64} size: \d+$", output), output
        code, output = shell(stage, "docker tag busybox $N/private:1; docker push $N/private:1", tmp_path)
        assert (code, output.splitlines()[-1]) == (1, "denied: requested access to the resource is denied")


def test_a_real_engine_loads_what_the_demo_saved(stage: Stage, demo_url: str, tmp_path: Path) -> None:
    demo = Workshop(Http(demo_url))
    (tmp_path / "saved.tar").write_bytes(demo.http("GET", "/images/get?names=alpine:3.21").body)
    code, output = shell(stage, "docker load -i saved.tar", tmp_path)
    assert (code, output) == (0, "Loaded image: alpine:3.21")
    if not stage.demo:
        assert shell(stage, "docker rmi alpine:3.21", tmp_path)[0] == 0
