"""`python -m bench [SUBJECT …]`: measure and print; without a subject all, also written to `bench/results`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench import builds, files, idle, keys, logs, pulling, start, stats, terminal
from bench.table import machine, table
from tests.engine.dockerd import Dockerd, missing

SUBJECTS = {
    "start": start.measure,
    "idle": idle.measure,
    "stats": stats.measure,
    "keys": keys.measure,
    "pulling": pulling.measure,
    "files": files.measure,
    "logs": logs.measure,
    "longlog": logs.measure_long,
    "minutelog": logs.measure_minute,
    "hugelog": logs.measure_huge,
    "terminal": terminal.measure,
    "builds": builds.measure,
}
RESULTS = Path(__file__).with_name("results")


def main() -> int:
    """Measure the given subjects, by default all."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("subjects", nargs="*", metavar="subject", help=f"of: {', '.join(SUBJECTS)}; all by default")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--counts", type=int, nargs="+", default=[10, 100], help="numbers of running containers")
    options = parser.parse_args()
    if reason := missing():
        print(f"bench: {reason}", file=sys.stderr)
        return 2
    with Dockerd() as dockerd:
        text = [machine(dockerd.cli("version", "--format", "{{.Server.Version}}")), ""]
        for subject in options.subjects or SUBJECTS:
            results = SUBJECTS[subject](dockerd, options.runs, tuple(sorted(options.counts)))
            text += [f"## {subject}", "", table(results), ""]
            print(table(results), flush=True)
    if options.subjects:
        return 0  # a partial run, for use while working
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{time.strftime('%Y-%m-%d')}.md").write_text("\n".join(["# Measured", "", *text]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
