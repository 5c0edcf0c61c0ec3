"""What is in the files of the demo's images, volumes and containers."""

import json
import zlib
from typing import Final, NamedTuple

from dockertui.demo.world.objects import Container


class Link(NamedTuple):
    """A symbolic link."""

    target: str


class Big(NamedTuple):
    """So many bytes, `data` over and over."""

    size: int
    data: bytes = b"\x7fELF\x02\x01\x01\0" + bytes(range(256))
    mode: int = 0o100755
    uid: int = 0


Made = str | Link | Big

FOLDERS: Final = (
    *("/dev", "/etc", "/home", "/media", "/mnt", "/opt", "/proc", "/root", "/run", "/srv", "/sys", "/tmp", "/usr/bin"),
    *("/usr/lib", "/usr/local/bin", "/usr/share", "/var/cache", "/var/lib", "/var/log", "/var/tmp"),
)
_PROGRAMS: Final = (
    *("awk", "base64", "cat", "chmod", "cp", "date", "df", "du", "env", "find", "grep", "gzip", "head", "id", "ls"),
    *("mkdir", "mv", "ps", "rm", "sed", "sh", "sleep", "sort", "stat", "tail", "tar", "touch", "tr", "wc", "xargs"),
)
_BASE: Final[dict[str, Made]] = {
    "/bin": Link("usr/bin"),
    "/lib": Link("usr/lib"),
    "/etc/group": "root:x:0:\nadm:x:4:\nwww-data:x:33:\nnginx:x:101:\npostgres:x:999:\napp:x:1000:\n",
    "/etc/passwd": (
        "root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33::/var/www:/usr/sbin/nologin\n"
        "nginx:x:101:101::/nonexistent:/bin/false\npostgres:x:999:999::/var/lib/postgresql:/bin/bash\n"
        "app:x:1000:1000::/app:/bin/sh\n"
    ),
    "/etc/shadow": "root:*:20135:0:99999:7:::\nwww-data:*:20135:0:99999:7:::\n",
    "/etc/mtab": Link("/proc/mounts"),
    "/etc/localtime": Link("/usr/share/zoneinfo/Etc/UTC"),
    "/usr/share/zoneinfo/Etc/UTC": Big(114, b"TZif2\0\0\0", 0o100644),
    "/var/run": Link("/run"),
    "/var/log/bootstrap.log": "2026-02-24 00:00:01 chroot: configuring base-files\n",
}
_DEBIAN: Final[dict[str, Made]] = {
    "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
    "/etc/debian_version": "12.9\n",
    "/usr/bin/bash": Big(1_265_648),
    "/usr/lib/x86_64-linux-gnu/libc.so.6": Big(1_922_136),
    "/var/lib/dpkg/status": Big(
        78_204, b"Package: base-files\nStatus: install ok installed\nVersion: 12.4\n\n", 0o100644
    ),
    "/var/log/apt/history.log": "Start-Date: 2026-02-24  00:00:02\nCommandline: apt-get install ca-certificates\n",
}
_ALPINE: Final[dict[str, Made]] = {
    "/etc/os-release": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.21.3\nPRETTY_NAME="Alpine Linux v3.21"\n',
    "/etc/alpine-release": "3.21.3\n",
    "/usr/bin/busybox": Big(808_712),
    "/usr/lib/ld-musl-x86_64.so.1": Big(662_576),
}
_NGINX_CONF: Final = """\
user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;
    log_format  main  '$remote_addr - [$time_local] "$request" $status $body_bytes_sent';
    access_log  /var/log/nginx/access.log  main;
    sendfile        on;
    keepalive_timeout  65;

    server {
        listen 80;
        location / {
            proxy_pass http://api:8000;  # the shop
        }
        location /healthz { return 200 "ok"; }
    }
}
"""
_WSGI: Final = '''\
"""The shop's entry point: gunicorn loads `application` from here."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")


class RequestCounter:
    """Counts what it hands on, for /metrics."""

    def __init__(self, app):
        self.app, self.total = app, 0

    def __call__(self, environ, start_response):
        self.total += 1  # one process, one thread
        return self.app(environ, start_response)


application = RequestCounter(get_wsgi_application())
'''
_SHOP: Final[dict[str, Made]] = {
    **_DEBIAN,
    "/app/manage.py": "#!/usr/bin/env python\nimport sys\n\nfrom django.core import management\n"
    "\nif __name__ == '__main__':\n    management.execute_from_command_line(sys.argv)\n",
    "/app/shop/__init__.py": "",
    "/app/shop/wsgi.py": _WSGI,
    "/app/shop/settings.py": "DEBUG = False\nALLOWED_HOSTS = ['shop.example.com']\nTIME_ZONE = 'UTC'\n",
    "/app/shop/static/app.js": "export const cart = new Map();\nfetch('/api/cart').then((r) => r.json());\n",
    "/app/requirements.txt": "Django==5.1.6\ngunicorn==23.0.0\npsycopg[binary]==3.2.4\nredis==5.2.1\n",
    "/app/package.json": json.dumps({"name": "shop", "version": "2.14.0", "private": True}, indent=2) + "\n",
    "/app/logs/import.log": Big(
        268_435_456, b"2026-03-14T15:09:26Z INFO imported 500 products in 1.2 s\n", 0o100644, 1000
    ),
    "/usr/local/bin/python3": Big(6_831_736),
    "/usr/local/bin/python": Link("python3"),
}
_IMAGES: Final[dict[str, dict[str, Made]]] = {
    "nginx": {
        **_ALPINE,
        "/etc/nginx/nginx.conf": _NGINX_CONF,
        "/etc/nginx/mime.types": "types {\n    text/html  html htm shtml;\n    text/css   css;\n}\n",
        "/usr/sbin/nginx": Big(1_502_032),
        "/usr/share/nginx/html/index.html": "<!DOCTYPE html>\n<title>Welcome to nginx!</title>\n<h1>It works</h1>\n",
        "/var/log/nginx/access.log": Link("/dev/stdout"),
        "/var/log/nginx/error.log": Link("/dev/stderr"),
        "/docker-entrypoint.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
    },
    "postgres": {
        **_DEBIAN,
        "/usr/lib/postgresql/17/bin/postgres": Big(9_934_112),
        "/usr/local/bin/docker-entrypoint.sh": '#!/usr/bin/env bash\nset -Eeo pipefail\nexec "$@"\n',
    },
    "redis": {**_ALPINE, "/usr/local/bin/redis-server": Big(15_204_016)},
    "shop": _SHOP,
    "debian": _DEBIAN,
    "alpine": _ALPINE,
    "busybox": {"/usr/bin/busybox": Big(1_234_376)},
}


def image_files(image: str) -> dict[str, Made]:
    """The files of an image by what its name says it is."""
    names = image.partition("@")[0].split("/")
    own = next((files for word, files in _IMAGES.items() if any(part.startswith(word) for part in names)), _DEBIAN)
    program = Link("busybox") if "/usr/bin/busybox" in own else None
    tools: dict[str, Made] = {
        f"/usr/bin/{name}": program or Big(30_000 + zlib.crc32(name.encode()) % 99_000) for name in _PROGRAMS
    }
    return {**tools, **_BASE, **own}


def engines_files(container: Container) -> dict[str, bytes]:
    """What the Engine itself puts into every container."""
    name = container.id[:12]
    return {
        "/.dockerenv": b"",
        "/etc/hostname": f"{name}\n".encode(),
        "/etc/hosts": f"127.0.0.1\tlocalhost\n172.17.0.2\t{name}\n".encode(),
        "/etc/resolv.conf": b"nameserver 127.0.0.11\noptions ndots:0\n",
        "/proc/loadavg": b"0.12 0.08 0.05 1/312 4711\n",
    }


def volume_files(name: str, destination: str) -> dict[str, Made]:
    """What is in a volume or below another mount, by what it is for."""
    if name.endswith("pgdata"):
        tables: dict[str, Made] = {f"base/16384/{16385 + number}": Big(8192 * (number + 1), bytes(24), 0o100600, 999)
                                   for number in range(12)}  # fmt: skip
        return {"PG_VERSION": "17\n", "postgresql.conf": "max_connections = 100\nshared_buffers = 128MB\n",
                "pg_wal/000000010000000000000001": Big(16_777_216, bytes(512), 0o100600, 999), **tables}  # fmt: skip
    if name.endswith("uploads"):
        return {f"2026-03/{number:04}.jpg": Big(151_000 + 7_000 * number, b"\xff\xd8\xff\xe0\0\x10JFIF", 0o100644, 1000)
                for number in range(1, 10)}  # fmt: skip
    if destination.endswith("nginx.conf"):
        return {}
    return {"README": f"mounted at {destination}\n"} if name else {}
