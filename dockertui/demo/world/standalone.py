"""Containers that no Compose project owns: a cron job, a failed import, a shell, leftovers."""

from dockertui.demo.world.objects import Temper
from dockertui.demo.world.spec import DAY, HOUR, MINUTE, Spec

BACKUP = Spec(
    name="backup",
    image="alpine:3.21",
    cmd=("sh", "-c", "tar cz /data | age -r age1qx… > /out/$(date +%F).tar.gz.age"),
    env=("RESTIC_PASSWORD=correct-horse",),
    labels={"ofelia.enabled": "true", "ofelia.job-exec.backup.schedule": "@every 20s"},
    mounts=("shop_uploads:/data:ro", "backup_out:/out"),
    temper=Temper(
        cpu=0.4,
        memory=9 << 20,
        disk=2_000_000,
        runs_for=3.0,
        rests_for=17.0,
        exit_code=0,
        processes=(("root", "tar cz /data"), ("root", "age -r age1qx…")),
        says=("backing up /data", "312 files, 48 MB"),
    ),
    state="exited",
    created=20 * DAY,
    started=12.0,
    finished=9.0,
    last_words=("backing up /data", "312 files, 48 MB"),
)

IMPORT = Spec(
    name="legacy-import",
    image="registry.example.com/tools/legacy:latest",
    cmd=("./import.sh", "--from", "ftp://legacy.example.com"),
    env=("FTP_PASSWORD=letmein", "LANG=C.UTF-8"),
    labels={"owner": "data-team", "ticket": "OPS-4711"},
    temper=Temper(
        cpu=0.51,
        memory=74 << 20,
        net=420_000,
        disk=88_000,
        voice="legacy",
        log_every=0.5,
        stop_exit=None,
        processes=(("root", "sh ./import.sh"), ("root", "python3 convert.py")),
    ),
    created=50 * MINUTE,
    started=50 * MINUTE,
    size_rw=734_003_200,
)

DEVBOX = Spec(
    name="devbox",
    image="debian:bookworm",
    cmd=("bash",),
    env=("TERM=xterm-256color", "EDITOR=vim"),
    mounts=("/home/ana/src:/src",),
    tty=True,
    workdir="/src",
    restart="no",
    temper=Temper(
        cpu=0.0004,
        memory=6 << 20,
        voice="shell",
        log_every=40.0,
        processes=(("root", "bash"),),
        stop_exit=None,
        played=True,
    ),
    created=6 * DAY,
    started=7 * HOUR,
    finished=8 * HOUR,
    size_rw=212_000_000,
)

REGISTRY = Spec(
    name="registry",
    image="registry:2",
    ports=("0.0.0.0:5000:5000/tcp", "5001/tcp"),
    mounts=(":/var/lib/registry",),
    restart="always",
    temper=Temper(
        cpu=0.001, memory=14 << 20, net=120, processes=(("root", "registry serve /etc/docker/registry/config.yml"),)
    ),
    created=80 * DAY,
    started=12 * DAY,
)

BUILD_FAILED = Spec(
    name="eager_lamarr",
    image="node:22",
    cmd=("npm", "run", "build"),
    state="exited",
    exit_code=1,
    created=26 * HOUR,
    started=26 * HOUR,
    finished=26 * HOUR - 40,
    size_rw=88_000_000,
    last_words=(
        "> shop-front@3.2.0 build",
        "> vite build",
        "error during build:",
        '[vite]: Rollup failed to resolve import "@shop/ui" from "src/main.ts".',
        "npm error Lifecycle script `build` failed with error: code 1",
    ),
)

NEW = Spec(
    name="web-canary",
    image="nginx:1.27-alpine",
    ports=("8090:80/tcp",),
    networks={"shop_front": ("web-canary",)},
    state="created",
    created=4 * MINUTE,
)

DEAD = Spec(
    name="old-proxy",
    image="haproxy:2.9",
    state="dead",
    exit_code=255,
    error='container old-proxy: driver "overlay2" failed to remove root filesystem: unlinkat '
    "/var/lib/docker/overlay2/5c1f/merged: device or resource busy",
    created=200 * DAY,
    started=199 * DAY,
    finished=61 * DAY,
)

DEBUG = Spec(
    name="net-debug",
    image="busybox:latest",
    cmd=("sleep", "infinity"),
    networks={"none": ()},
    temper=Temper(cpu=0.0004, memory=1 << 20, stop_exit=None, processes=(("root", "sleep infinity"),)),
    created=3 * HOUR,
    started=3 * HOUR,
)

STANDALONE = (BACKUP, IMPORT, DEVBOX, REGISTRY, BUILD_FAILED, NEW, DEAD, DEBUG)
