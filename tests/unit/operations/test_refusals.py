"""Which field of a form an Engine's refusal is about, in the words of Docker 20.10 and later."""

from __future__ import annotations

import pytest

from dockertui.operations import networks, registries, run_form, volumes
from dockertui.operations.building import BODIES as BUILDING
from dockertui.operations.catalogue import BY_ID
from dockertui.operations.command import Command
from dockertui.operations.command_body import Body, Values
from dockertui.operations.files import BODIES as FILES
from dockertui.operations.refusals import Refused, refused
from dockertui.screens.terminal import form as terminal_form

RUN = {option.id: option.default for option in run_form.OPTIONS}
EXEC = {option.id: option.default for option in terminal_form.OPTIONS}


def of(body: Body) -> Values:
    return {option.id: option.default for option in body.options}


def command(id: str) -> Values:
    found = BY_ID[id]
    assert isinstance(found, Command)
    return of(found.body)


ID = "e878e9602c9c"
OCI = "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "


@pytest.mark.parametrize(
    ("said", "values", "option"),
    [
        (f'Conflict. The container name "/taken" is already in use by container "{ID}". You have to', RUN, "name"),
        ("driver failed programming external connectivity on endpoint x (8182): Bind for 0.0.0.0:18080 failed: port is"
         " already allocated: choose another port, or stop what has it", RUN, "ports"),
        ("driver failed programming external connectivity on endpoint x: Error starting userland proxy: listen tcp4"
         " 9.9.9.9:80: bind: cannot assign requested address", RUN, "ports"),
        ("No such image: nosuch:1: pull it first (c in Images), or check its name", RUN, "image"),
        ('Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host', RUN, "image"),
        ("pull access denied for nosuch, repository does not exist or may require 'docker login'", RUN, "image"),
        ("Duplicate mount point: /a", RUN, "mounts"),
        ('invalid mount config for type "bind": bind source path does not exist: /nosuch', RUN, "mounts"),
        ('create a: "a" includes invalid characters for a local volume name', RUN, "mounts"),
        ("Minimum memory limit allowed is 6MB", RUN, "memory"),
        ("Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", RUN, "cpus"),
        ("network nonet not found", RUN, "network"),
        ("failed to set up container networking: network nonet not found", RUN, "network"),
        ("No such container: nope", RUN, "network"),
        ("unable to find user nobodyxx: no matching entries in passwd file", RUN, "user"),
        ("the working directory 'rel' is invalid, it needs to be an absolute path", RUN, "workdir"),
        (f'{OCI}exec: "nope": executable file not found in $PATH: unknown', {**RUN, "command": ("nope",)}, "command"),
        (f'{OCI}exec: "nope": executable file not found in $PATH: unknown', {**RUN, "entrypoint": "nope"},
         "entrypoint"),
        ("maximum retry count cannot be used with restart policy 'always'", RUN, "restart"),
        ("the disk is full", RUN, ""),
        ("network with name tnet already exists: choose another name", of(networks.BODIES["network.create"]), "name"),
        ("Pool overlaps with other one on this address space", of(networks.BODIES["network.create"]), "subnet"),
        ("no matching subnet for gateway 10.8.0.1", of(networks.BODIES["network.create"]), "gateway"),
        ('plugin "nodrv" not found', of(networks.BODIES["network.create"]), "driver"),
        ("No such container: nope", of(networks.BODIES["network.connect"]), "container"),
        ("endpoint with name web already exists in network tnet", of(networks.BODIES["network.connect"]), "container"),
        ("user specified IP address is supported only when connecting to networks with user configured subnets",
         of(networks.BODIES["network.connect"]), "ip"),
        ('create v4: error looking up volume plugin nodrv: plugin "nodrv" not found',
         of(volumes.BODIES["volume.create"]), "driver"),
        ("create x: volume name is too short, names should be at least two alphanumeric characters",
         of(volumes.BODIES["volume.create"]), "name"),
        ('create v5: invalid option: "a"', of(volumes.BODIES["volume.create"]), "options"),
        ("Minimum memory limit allowed is 6MB", command("container.update"), "memory"),
        ("Minimum memoryswap limit should be larger than memory limit, see usage", command("container.update"), "swap"),
        ("Range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", command("container.update"), "cpus"),
        ('Error when allocating new name: Conflict. The container name "/taken" is already in use',
         command("container.rename"), "name"),
        ("invalid reference format: repository name must be lowercase", command("container.commit"), "reference"),
        ("manifest for x:nosuch not found: manifest unknown", command("image.pull"), "reference"),
        ("no matching manifest for linux/s390x in the manifest list entries", command("image.pull"), "platform"),
        ("Could not find the file /nope in container web", of(FILES["container.copy_out"]), "path"),
        ("/srv/x cannot be written: Permission denied", of(FILES["container.copy_out"]), "folder"),
        ("failed to reach build target x in Dockerfile", of(BUILDING["image.build"]), "target"),
        ("dockerfile parse error line 3: unknown instruction: RUNN", of(BUILDING["image.build"]), "dockerfile"),
        ('Get "http://127.0.0.1:5999/v2/": dial tcp 127.0.0.1:5999: connect: connection refused',
         of(registries.BODIES["registry.login"]), "registry"),
        ("Get \"https://quay.io/v2/\": unauthorized: incorrect username or password",
         of(registries.BODIES["registry.login"]), "password"),
        ('OCI runtime exec failed: unable to start container process: chdir to cwd ("/nope") set in config.json failed:'
         " no such file or directory: unknown", EXEC, "workdir"),
        ("unable to find user nobodyxx: no matching entries in passwd file", EXEC, "user"),
        ('exit 126: OCI runtime exec failed: exec: "nope": executable file not found in $PATH', EXEC, "command"),
    ],
)  # fmt: skip
def test_a_refusal_is_said_at_its_field(said: str, values: Values, option: str) -> None:
    assert refused(said, values) == Refused(option, said)
