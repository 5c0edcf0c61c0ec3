"""The monitoring stack: a second Compose project, with an alert manager that will not start."""

from dockertui.demo.world.objects import Temper
from dockertui.demo.world.spec import DAY, Check, Spec, compose

NET = "monitoring_default"

PROMETHEUS = Spec(
    name="monitoring-prometheus-1",
    image="prom/prometheus:v3.1.0",
    cmd=(
        "--config.file=/etc/prometheus/prometheus.yml",
        "--storage.tsdb.path=/prometheus",
        "--storage.tsdb.retention.time=30d",
    ),
    labels=compose("monitoring", "prometheus"),
    ports=("127.0.0.1:9090:9090/tcp",),
    mounts=("monitoring_prometheus:/prometheus", "/srv/monitoring/prometheus.yml:/etc/prometheus/prometheus.yml:ro"),
    networks={NET: ("monitoring-prometheus-1", "prometheus")},
    memory=2 << 30,
    restart="unless-stopped",
    user="nobody",
    check=Check("wget -qO- http://localhost:9090/-/healthy", 30),
    temper=Temper(
        cpu=0.12,
        memory=611 << 20,
        net=31_000,
        disk=92_000,
        voice="prometheus",
        log_every=20.0,
        processes=(("65534", "/bin/prometheus --config.file=/etc/prometheus/prometheus.yml"),),
        probe_output="Prometheus Server is Healthy.\n",
    ),
    created=41 * DAY,
    started=12 * DAY,
)

GRAFANA = Spec(
    name="monitoring-grafana-1",
    image="grafana/grafana:11.4.0",
    env=("GF_SECURITY_ADMIN_PASSWORD=gr4fana!", "GF_USERS_ALLOW_SIGN_UP=false"),
    labels=compose("monitoring", "grafana", 1, "prometheus:service_started:false"),
    ports=("3000:3000/tcp",),
    mounts=("monitoring_grafana:/var/lib/grafana",),
    networks={NET: ("monitoring-grafana-1", "grafana")},
    memory=512 << 20,
    restart="unless-stopped",
    user="472",
    temper=Temper(
        cpu=0.031,
        memory=148 << 20,
        net=2_100,
        disk=700,
        voice="grafana",
        log_every=45.0,
        processes=(("472", "grafana server --homepath=/usr/share/grafana"),),
    ),
    created=41 * DAY,
    started=12 * DAY,
    size_rw=2_811,
)

EXPORTER = Spec(
    name="monitoring-node-exporter-1",
    image="prom/node-exporter:v1.8.2",
    cmd=("--path.rootfs=/host", "--collector.systemd"),
    labels=compose("monitoring", "node-exporter"),
    mounts=("/:/host:ro,rslave",),
    networks={"host": ()},
    memory=64 << 20,
    restart="unless-stopped",
    user="nobody",
    temper=Temper(
        cpu=0.006,
        memory=19 << 20,
        voice="exporter",
        log_every=60.0,
        processes=(("65534", "/bin/node_exporter --path.rootfs=/host"),),
    ),
    created=41 * DAY,
    started=12 * DAY,
)

CADVISOR = Spec(
    name="monitoring-cadvisor-1",
    image="gcr.io/cadvisor/cadvisor:v0.51.0",
    labels=compose("monitoring", "cadvisor"),
    ports=("8080/tcp",),
    mounts=("/var/run/docker.sock:/var/run/docker.sock:ro", "/sys:/sys:ro"),
    networks={NET: ("monitoring-cadvisor-1", "cadvisor")},
    restart="unless-stopped",
    temper=Temper(
        cpu=0.24, memory=96 << 20, net=5_100, disk=0, processes=(("root", "/usr/bin/cadvisor -logtostderr"),)
    ),
    state="paused",
    created=41 * DAY,
    started=12 * DAY,
)

ALERTS = Spec(
    name="monitoring-alertmanager-1",
    image="prom/alertmanager:v0.27.0",
    cmd=("--config.file=/etc/alertmanager/config.yml",),
    labels=compose("monitoring", "alertmanager"),
    ports=("9093:9093/tcp",),
    mounts=("/srv/monitoring/alertmanager.yml:/etc/alertmanager/config.yml:ro",),
    networks={NET: ("monitoring-alertmanager-1", "alertmanager")},
    restart="always",
    temper=Temper(
        cpu=0.02,
        memory=11 << 20,
        runs_for=1.5,
        rests_for=13.0,
        exit_code=1,
        complains=True,
        processes=(("65534", "/bin/alertmanager --config.file=/etc/alertmanager/config.yml"),),
        says=(
            'level=error component=configuration msg="Loading configuration file failed" '
            'err="yaml: line 14: did not find expected key"',
        ),
    ),
    state="restarting",
    exit_code=1,
    created=41 * DAY,
    started=9.0,
    finished=7.0,
    restarts=212,
    last_words=(
        'level=error component=configuration msg="Loading configuration file failed" '
        'err="yaml: line 14: did not find expected key"',
    )
    * 6,
)

MONITORING = (PROMETHEUS, GRAFANA, EXPORTER, CADVISOR, ALERTS)
