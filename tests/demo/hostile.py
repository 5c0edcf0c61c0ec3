"""Objects with hostile strings: markup, escape sequences, newlines, bidi, wide, far too long."""

import stat

from dockertui.demo.files import File, Files
from dockertui.demo.host import Host
from dockertui.demo.objects import Container, Network, Temper, Volume
from dockertui.demo.scene import add_image
from tests.demo.place import place

STRINGS: dict[str, str] = {
    "markup": "[red]x[/red][link=file:///etc/passwd]y[/link] [/] [@click=app.quit]z",
    "escape": "\x1b[31mred\x1b[0m\x1b]0;owned\x07\x1b]52;c;aGk=\x07\x1b[2J\x9b31m",
    "newlines": "one\ntwo\r\nthree\rfour\x0bfive\x0csix\u2028seven\x85eight",
    "bidi": "abc\u202egnp.exe\u202c \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u2066x\u2069",
    "wide": "日本語のコンテナ👩‍👩‍👧‍👦 e\u0301 \u200b\u200d\ufeff",
    "control": "\x00\x01\x02\x07\x08\t\x7f",
    "long": "x" * 10_240,
}
"""What an attacker may put in a name, a label or an env value, by kind."""


def add(host: Host) -> list[Container]:
    """Put a container, image, network and volume per string on the host, and emit events of their creation."""
    made = []
    for kind, text in STRINGS.items():
        container = _place(host, kind, text)
        # A real Engine refuses such names; a proxy, another engine or a plugin may not.
        del host.names[container.name]
        container.name = f"{kind}{text}"
        host.names[container.name] = container.id
        if any(ord(sign) < 32 for sign in container.name):
            container.files = _files(container)
        host.tell(container, "create")
        made.append(container)
        network = Network(host.new_id(), text, "bridge", host.now(), labels={text: text}, options={kind: text})
        host.networks[network.id] = network
        host.tell_network(network, "create")
        volume = Volume(f"{kind}{text}", host.now(), labels={text: text}, options={text: text})
        host.volumes[volume.name] = volume
        host.tell_volume(volume, "create")
        image = add_image(host, (f"{kind}/{text}:{text}",), 1000, host.now(), {"Labels": {text: text}, "Cmd": [text]})
        host.events.emit("image", "tag", image.id, {"name": image.tags[0]})
    return made


def _files(container: Container) -> Files:
    """Return a file of each string, a name that is not UTF-8, and a link to itself."""
    found = {
        f"/srv/{text.replace('/', chr(0x2215)).replace(chr(0), '')[:200]}": f"{kind}\n{text}\n".encode()
        for kind, text in STRINGS.items()
    }
    found["/srv/no utf-8 \udcff\udcfe"] = b"\xff\xfe"
    files = {path: File(stat.S_IFREG | 0o644, container.created, data) for path, data in found.items()}
    return {**files, "/srv/round": File(stat.S_IFLNK | 0o777, container.created, link="round")}


def _place(host: Host, kind: str, text: str) -> Container:
    return place(
        host,
        f"hostile-{kind}",
        cmd=("sh", "-c", text),
        env=(f"EVIL={text}", f"{text}=1"),
        labels={"com.docker.compose.project": text, "com.docker.compose.service": text, text: text},
        temper=Temper(memory=2 << 20, says=(text,), processes=(("root", text),)),
        created=120.0,
        started=60.0,
        last_words=(text,),
    )
