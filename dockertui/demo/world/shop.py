"""The web shop: a Compose project with replicas, health checks, a worker, and one that ran out of memory."""

from dockertui.demo.world.objects import Temper
from dockertui.demo.world.spec import DAY, HOUR, MINUTE, Check, Spec, compose

FRONT, BACK = "shop_front", "shop_back"
_NGINX = (
    ("root", "nginx: master process nginx -g daemon off;"),
    ("101", "nginx: worker process"),
    ("101", "nginx: worker process"),
)
_DATABASE_URL = "DATABASE_URL=postgres://shop:Qv7-hunter2@db:5432/shop"


def _web(number: int) -> Spec:
    return Spec(
        name=f"shop-web-{number}",
        image="nginx:1.27-alpine",
        env=("NGINX_VERSION=1.27.3", "NGINX_ENTRYPOINT_QUIET_LOGS=1"),
        labels=compose("shop", "web", number, "api:service_healthy:false"),
        ports=(f"{8079 + number}:80/tcp",),
        mounts=("/srv/shop/nginx.conf:/etc/nginx/nginx.conf:ro", "tmpfs:/var/cache/nginx"),
        networks={FRONT: (f"shop-web-{number}", "web")},
        memory=128 << 20,
        cpus=0.5,
        restart="unless-stopped",
        check=Check("wget -qO- http://localhost/healthz || exit 1", 15),
        temper=Temper(
            cpu=0.021 + number * 0.004,
            memory=(17 + number) << 20,
            net=9_200,
            disk=300,
            voice="nginx",
            log_every=2.0,
            processes=_NGINX,
            probe_output="ok\n",
        ),
        created=12 * DAY,
        started=5 * DAY + 2 * HOUR,
        size_rw=1_095,
    )


API = Spec(
    name="shop-api-1",
    image="registry.example.com/shop/api:2.14.0",
    cmd=("gunicorn", "shop.wsgi", "--workers=4", "--bind=0.0.0.0:8000"),
    env=(
        _DATABASE_URL,
        "REDIS_URL=redis://cache:6379/0",
        "SECRET_KEY=b1946ac92492d2347c6235b4d2611184",
        "LOG_FORMAT=json",
    ),
    labels=compose("shop", "api", 1, "db:service_healthy:false,cache:service_started:false"),
    ports=("127.0.0.1:8000:8000/tcp",),
    mounts=("shop_uploads:/app/uploads", "/etc/localtime:/etc/localtime:ro"),
    networks={FRONT: ("shop-api-1", "api"), BACK: ("shop-api-1", "api")},
    memory=512 << 20,
    cpus=2.0,
    pids=200,
    restart="unless-stopped",
    user="1000:1000",
    workdir="/app",
    check=Check("curl -fsS http://localhost:8000/healthz", 10),
    temper=Temper(
        cpu=0.31,
        memory=287 << 20,
        net=21_000,
        disk=4_100,
        voice="api",
        log_every=1.0,
        processes=(("1000", "gunicorn: master [shop.wsgi]"), *(("1000", "gunicorn: worker [shop.wsgi]"),) * 4),
        probe_output='{"status":"ok","db":"ok","cache":"ok"}',
    ),
    created=2 * DAY,
    started=2 * DAY,
    size_rw=48_233,
)

WORKER = Spec(
    name="shop-worker-1",
    image="registry.example.com/shop/api:2.14.0",
    cmd=("celery", "--app=shop", "worker", "--loglevel=info"),
    env=(_DATABASE_URL, "REDIS_URL=redis://cache:6379/1", "C_FORCE_ROOT=1"),
    labels=compose("shop", "worker", 1, "db:service_healthy:false,cache:service_started:false"),
    mounts=("shop_uploads:/app/uploads",),
    networks={BACK: ("shop-worker-1", "worker")},
    memory=512 << 20,
    restart="on-failure",
    retries=5,
    user="1000:1000",
    workdir="/app",
    check=Check("celery --app=shop inspect ping -d celery@$HOSTNAME", 20, "unhealthy", 3, 41),
    temper=Temper(
        cpu=0.094,
        memory=401 << 20,
        net=3_900,
        disk=900,
        voice="worker",
        log_every=3.0,
        processes=(("1000", "celery worker MainProcess"), ("1000", "celery worker ForkPoolWorker-1")),
        probe_exit=1,
        probe_output="Error: No nodes replied within time constraint\n",
        stop_exit=None,
    ),
    created=2 * DAY,
    started=2 * DAY - 4 * MINUTE,
    size_rw=9_120,
)

DB = Spec(
    name="shop-db-1",
    image="postgres:17",
    env=("POSTGRES_USER=shop", "POSTGRES_PASSWORD=Qv7-hunter2", "POSTGRES_DB=shop", "PGDATA=/var/lib/postgresql/data"),
    labels=compose("shop", "db"),
    ports=("5432/tcp",),
    mounts=("shop_pgdata:/var/lib/postgresql/data", "/srv/shop/initdb:/docker-entrypoint-initdb.d:ro"),
    networks={BACK: ("shop-db-1", "db", "postgres")},
    memory=1 << 30,
    restart="unless-stopped",
    check=Check("pg_isready -U shop -d shop", 10),
    temper=Temper(
        cpu=0.058,
        memory=342 << 20,
        net=14_000,
        disk=61_000,
        voice="postgres",
        log_every=30.0,
        processes=(
            ("999", "postgres"),
            ("999", "postgres: checkpointer "),
            ("999", "postgres: background writer "),
            ("999", "postgres: walwriter "),
            ("999", "postgres: shop shop 172.19.0.3(51022) idle"),
        ),
        probe_output="/var/run/postgresql:5432 - accepting connections\n",
    ),
    created=31 * DAY,
    started=12 * DAY,
    size_rw=63,
)

CACHE = Spec(
    name="shop-cache-1",
    image="redis:7.4-alpine",
    cmd=("redis-server", "--maxmemory", "96mb", "--maxmemory-policy", "allkeys-lru"),
    labels=compose("shop", "cache"),
    ports=("6379/tcp",),
    mounts=(":/data",),
    networks={BACK: ("shop-cache-1", "cache", "redis")},
    memory=128 << 20,
    restart="unless-stopped",
    read_only=True,
    check=Check("redis-cli ping", 5),
    temper=Temper(
        cpu=0.012,
        memory=61 << 20,
        net=18_500,
        disk=1_800,
        voice="redis",
        log_every=60.0,
        processes=(("999", "redis-server *:6379"),),
        probe_output="PONG\n",
    ),
    created=12 * DAY,
    started=12 * DAY,
)

SEARCH = Spec(
    name="shop-search-1",
    image="opensearchproject/opensearch:2.18.0",
    env=(
        "discovery.type=single-node",
        "OPENSEARCH_INITIAL_ADMIN_PASSWORD=Zk4!boots",
        "OPENSEARCH_JAVA_OPTS=-Xms512m -Xmx512m",
    ),
    labels=compose("shop", "search"),
    ports=("9200/tcp", "9600/tcp"),
    mounts=("shop_search:/usr/share/opensearch/data",),
    networks={BACK: ("shop-search-1", "search")},
    memory=1 << 30,
    restart="unless-stopped",
    user="1000",
    check=Check("curl -fs localhost:9200/_cluster/health", 10, "starting", 12),
    temper=Temper(
        cpu=1.42,
        memory=788 << 20,
        net=2_300,
        disk=310_000,
        voice="search",
        log_every=1.5,
        processes=(("1000", "java -Xms512m -Xmx512m org.opensearch.bootstrap.OpenSearch"),),
        probe_output='{"status":"green"}',
        healthy_after=75.0,
        stop_exit=143,
    ),
    created=12 * DAY,
    started=33.0,
    finished=48.0,
    size_rw=220_114,
)

MIGRATE = Spec(
    name="shop-migrate-1",
    image="registry.example.com/shop/api:2.14.0",
    cmd=("python", "manage.py", "migrate", "--no-input"),
    env=(_DATABASE_URL,),
    labels=compose("shop", "migrate", 1, "db:service_healthy:false"),
    networks={BACK: ("shop-migrate-1", "migrate")},
    state="exited",
    created=2 * DAY,
    started=2 * DAY - 10,
    finished=2 * DAY - 17,
    last_words=(
        "Operations to perform:",
        "  Apply all migrations: auth, catalog, orders",
        "Running migrations:",
        "  Applying orders.0042_refunds... OK",
    ),
)

REPORT = Spec(
    name="shop-report-1",
    image="registry.example.com/shop/report:0.9",
    cmd=("python", "-m", "shop_report", "--month=2"),
    env=(_DATABASE_URL, "SMTP_PASSWORD=s3nd-it"),
    labels=compose("shop", "report"),
    networks={BACK: ("shop-report-1", "report")},
    memory=256 << 20,
    state="exited",
    exit_code=137,
    oom=True,
    created=9 * HOUR,
    started=9 * HOUR,
    finished=8 * HOUR + 51 * MINUTE,
    size_rw=31_457_280,
    last_words=("INFO loading 2,114,092 orders", "INFO building the pivot table", "Killed"),
)

SHOP = (_web(1), _web(2), API, WORKER, DB, CACHE, SEARCH, MIGRATE, REPORT)
