# ruff: noqa: E501 - Django is set up before it is imported; the SQL reads better unbroken
"""Two hosts of workers, one database and one broker: what the second adds, and what cutting one off costs.

    sudo .venv/bin/python benchmarks/two_hosts.py [--buyers 60000] [--cuts 2] [--processes 1] [--rounds 1]

Needs Linux, root and iproute2. Each host is a network namespace with a name of its own, joined to a bridge on which a
PostgreSQL and a Valkey of this run's own listen; in each, real `celery -A portal worker` processes. This process is beat:
it sweeps every few seconds where beat sweeps every minute, and leases and lost links are shorter than in production.

Measured: the same refresh (everybody due, new grades, alerts, notices) by one host; by two; and by two of which one loses
its link in the middle of a range, `--cuts` times, each time until the database has given up its session. After the cut
run history, grades, alerts and notices must be those of the run without a cut, every buyer scored exactly once. Exit
code 1 when they are not. Namespaces, bridge and servers are removed however it ends; what a killed run left behind, the
next one removes.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

PREFIX = "fairlead"
NETWORK = "10.213.77"  # of this machine alone: nothing routes it anywhere
SERVERS = f"{NETWORK}.1"
LEASE, SWEEP = 8, 2.0
PATIENCE = 600

# Becomes a host of that name, then the worker.
AS_HOST = (
    "import os, socket, sys; socket.sethostname(sys.argv[1]); os.execv(sys.executable, [sys.executable, *sys.argv[2:]])"
)


class Trouble(Exception):
    """Cannot be measured here; says why."""


# --- the network -----------------------------------------------------------------------------------------------------


def ip(*words: str) -> str:
    done = subprocess.run(["ip", *words], capture_output=True, text=True)
    if done.returncode:
        raise Trouble(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def check_rights() -> None:
    """Say at once what is missing."""
    if not sys.platform.startswith("linux"):
        raise Trouble("network namespaces are Linux's")
    if os.geteuid() != 0:
        raise Trouble("root is needed to make network namespaces: sudo .venv/bin/python benchmarks/two_hosts.py")
    for program, package in (("ip", "iproute2"), ("unshare", "util-linux")):
        if not shutil.which(program):
            raise Trouble(f"the program {program} is missing (package {package})")


def sweep() -> None:
    """Remove what a killed run left: its name ends with the number of a process that is gone."""
    for line in ip("netns", "list").splitlines():
        name = line.split()[0]
        if name.startswith(f"{PREFIX}-") and not Path("/proc", name.rsplit("-", 1)[1]).exists():
            remove_namespace(name)
    for line in ip("-o", "link", "show", "type", "bridge").splitlines():
        name = line.split(": ")[1]
        if name.startswith("flbr") and not Path("/proc", name.removeprefix("flbr")).exists():
            ip("link", "del", name)


def remove_namespace(name: str) -> None:
    for pid in ip("netns", "pids", name).split():  # ours alone: nobody else is in it
        os.kill(int(pid), signal.SIGKILL)
    ip("netns", "del", name)


@contextmanager
def bridged() -> Iterator[str]:
    """The switch all are plugged into; the servers have its first address."""
    bridge = f"flbr{os.getpid()}"
    ip("link", "add", bridge, "type", "bridge")
    try:
        ip("addr", "add", f"{SERVERS}/24", "dev", bridge)
        ip("link", "set", bridge, "up")
        yield bridge
    finally:
        ip("link", "del", bridge)


@dataclass
class Host:
    """A machine of workers: its namespace, its cable, its address, its processes."""

    name: str
    number: int
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def namespace(self) -> str:
        return f"{PREFIX}-{self.name}-{os.getpid()}"

    @property
    def cable(self) -> str:
        return f"fl{self.number}p{os.getpid()}"

    @property
    def address(self) -> str:
        return f"{NETWORK}.{10 + self.number}"

    def cut(self) -> None:
        """Pull the cable: nobody says good-bye."""
        ip("link", "set", self.cable, "down")

    def mend(self) -> None:
        ip("link", "set", self.cable, "up")


@contextmanager
def plugged_in(name: str, number: int, bridge: str) -> Iterator[Host]:
    host = Host(name, number)
    ip("netns", "add", host.namespace)
    try:
        ip("link", "add", host.cable, "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
        ip("link", "set", host.cable, "master", bridge, "up")
        inside = ("-n", host.namespace)
        ip(*inside, "addr", "add", f"{host.address}/24", "dev", "eth0")
        ip(*inside, "link", "set", "eth0", "up")
        ip(*inside, "link", "set", "lo", "up")
        yield host
    finally:
        remove_namespace(host.namespace)


# --- servers and workers ---------------------------------------------------------------------------------------------


def serve() -> Any:
    """A PostgreSQL and a Valkey of this run's own that answer on the bridge, too; the benchmark beside this one, whose
    buyers are used."""
    from scripts import postgres

    for variable in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(variable, None)
    postgres.SETTINGS["listen_addresses"] = f"127.0.0.1,{SERVERS}"
    import redis
    import refresh_scores
    from django.conf import settings
    from django.db import connection

    with connection._nodb_cursor() as cursor:
        cursor.execute("SHOW hba_file")
        with open(cursor.fetchone()[0], "a", encoding="ascii") as file:
            file.write(f"\nhost all all {NETWORK}.0/24 scram-sha-256\n")
        cursor.execute("SELECT pg_reload_conf()")
    redis.Redis.from_url(settings.REDIS_URL).config_set("bind", f"127.0.0.1 {SERVERS}")
    return refresh_scores


def from_outside(url: str, path: str | None = None) -> str:
    """A server's address as a host sees it."""
    parts = urlsplit(url)
    where = parts.netloc.replace("127.0.0.1", SERVERS)
    return urlunsplit(parts._replace(netloc=where, path=path or parts.path))


def start_worker(host: Host, database: str, logs: Path, lost_after: int) -> None:
    from django.conf import settings

    environment = {
        **os.environ,
        "DATABASE_URL": from_outside(os.environ["DATABASE_URL"], f"/{database}"),
        "REDIS_URL": from_outside(settings.REDIS_URL),
        "SCORE_LEASE_SECONDS": str(LEASE),
        "LINK_LOST_AFTER_SECONDS": str(lost_after),
        "LOG_LEVEL": "WARNING",
    }
    words = ["-m", "celery", "-A", "portal", "worker", "--concurrency=1", "--loglevel=WARNING", "--without-gossip"]
    number = len(host.workers)
    inside = ["ip", "netns", "exec", host.namespace, "unshare", "--uts", sys.executable, "-c", AS_HOST, host.name]
    with (logs / f"{host.name}{number}.log").open("ab") as log:
        host.workers.append(
            subprocess.Popen([*inside, *words, "-n", f"{host.name}{number}@%h"], cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        )  # fmt: skip


def stop_workers(hosts: list[Host]) -> None:
    for host in hosts:
        for worker in host.workers:
            with suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        host.workers.clear()


# --- one run ---------------------------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What a run took and left."""

    seconds: float
    digests: dict[str, tuple[Any, ...]]
    by_host: dict[str, int]
    taken_over: int
    given_up_after: list[float]


def until(found: Callable[[], Any], what: str, pause: float = 0.02) -> Any:
    end = time.monotonic() + PATIENCE
    while not (answer := found()):
        if time.monotonic() > end:
            raise Trouble(f"never happened: {what}")
        time.sleep(pause)
    return answer


def rows(query: str, *values: object) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


@contextmanager
def database_like(template: str, name: str) -> Iterator[None]:
    """The connection of this process at a copy of the database that was made ready."""
    from django.db import connection

    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = template
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Beat:
    """What beat does meanwhile, so often as a benchmark wants it."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def over(self) -> bool:
        """Whether the run is finished; sweeps when it is time."""
        from buyers.models import ScoreRun
        from buyers.tasks import sweep_ranges

        if time.monotonic() - self.last > SWEEP:
            sweep_ranges()
            self.last = time.monotonic()
        return not ScoreRun.objects.filter(ranges__isnull=False, finished_at__isnull=True).exists()


MID_RANGE = """
    SELECT pid, state, left(query, 40) FROM pg_stat_activity
    WHERE datname = current_database() AND client_addr = %s::inet AND xact_start < clock_timestamp() - interval '150 ms'
"""


def cut_off(host: Host, beat: Beat) -> float | None:
    """Cut the host off in the middle of a range, and mend the link once the database has given up its sessions; the
    seconds until then. None when the run was over before."""
    session: list[tuple[Any, ...]] = []

    def caught() -> bool:
        session[:] = rows(MID_RANGE, host.address)
        return bool(session) or beat.over()

    until(caught, f"{host.name} works on a range", pause=0.005)
    if not session:
        return None
    host.cut()
    cut_at = time.monotonic()
    print(f"{host.name} cut off while its session was {session[0][1]}: {' '.join(session[0][2].split())} …", flush=True)

    def forgotten() -> bool:
        beat.over()
        return not rows("SELECT FROM pg_stat_activity WHERE pid = %s", session[0][0])

    until(forgotten, "the database gives up the session of the host cut off")
    seconds = time.monotonic() - cut_at
    host.mend()
    return seconds


def refreshed(
    bench: Any, template: str, hosts: list[Host], options: argparse.Namespace, logs: Path, cuts: int = 0
) -> Outcome:
    """One refresh of everybody by the workers of these hosts."""
    import redis
    from django.conf import settings

    from buyers.actions.score_run import plan_refresh
    from buyers.models import Score, ScoreRange, ScoreRun
    from buyers.tasks import wake_workers
    from portal.celery import app

    settings.SCORE_LEASE_SECONDS, settings.SCORE_RANGE_SIZE = LEASE, options.range
    settings.SCORE_WORKERS = options.processes * len(hosts)
    with database_like(template, f"{template}_run"):
        redis.Redis.from_url(settings.REDIS_URL).flushdb()
        try:
            for host in hosts:
                for _ in range(options.processes):
                    start_worker(host, f"{template}_run", logs, options.lost_after)
            wanted = options.processes * len(hosts)
            until(lambda: len(app.control.ping(timeout=1) or []) >= wanted, "the workers are up")
            before = Score.objects.count()
            run = plan_refresh(by=None, today=bench.DAY)
            assert run
            beat, given_up_after = Beat(), []
            start = time.monotonic()
            wake_workers()
            for _ in range(cuts):
                until(
                    lambda: (
                        rows("SELECT FROM buyers_scorerange WHERE run_id = %s AND done_at IS NOT NULL", run.pk)
                        or beat.over()
                    ),
                    "a range is done",
                )
                if (seconds := cut_off(hosts[-1], beat)) is not None:
                    given_up_after.append(seconds)
            until(beat.over, "the run is over", pause=0.05)
            ended = ScoreRun.objects.get(pk=run.pk)
            if ScoreRange.objects.filter(run=run, done_at__isnull=True).exists():
                failures = ScoreRange.objects.exclude(failure="").values_list("failure", flat=True)[:3]
                raise Trouble(f"ranges were given up: {list(failures)}")
            seconds = (
                (ended.finished_at - run.started_at).total_seconds() if ended.finished_at else time.monotonic() - start
            )
            assert Score.objects.count() - before == Score.objects.filter(run=run).count()
            if given_up_after:
                until(lambda: len(app.control.ping(timeout=1) or []) >= wanted, "the host that was cut off is back")
            parts = rows(
                "SELECT split_part(claimed_by, ':', 1), count(*) FROM buyers_scorerange WHERE run_id = %s GROUP BY 1 ORDER BY 1",
                run.pk,
            )
            again = rows("SELECT COALESCE(sum(attempts - 1), 0) FROM buyers_scorerange WHERE run_id = %s", run.pk)[0][0]
            return Outcome(seconds, digests(run.pk), {name: int(n) for name, n in parts}, int(again), given_up_after)
        finally:
            stop_workers(hosts)


# What must be the same in every run, ids and moments apart.
DIGESTS = {
    "scores": """SELECT count(*), count(DISTINCT buyer_id), md5(string_agg(concat_ws('|', buyer_id, grade, former_grade, points,
        default_probability, confidence, indicators, contributions, override, reporters, edition, scored_for), ';'
        ORDER BY buyer_id)) FROM buyers_score WHERE run_id = %s""",
    "regrades": """SELECT count(*), md5(string_agg(concat_ws('|', buyer_id, former_grade, grade), ';' ORDER BY buyer_id))
        FROM buyers_score WHERE run_id = %s AND grade IS DISTINCT FROM former_grade""",
    "buyers": """SELECT count(*), count(*) FILTER (WHERE next_score_on <= %s::date), md5(string_agg(concat_ws('|', id, grade,
        confidence, next_score_on, score_mark, score_edition), ';' ORDER BY id)) FROM buyers_buyer""",
    "alerts": """SELECT count(*), md5(string_agg(concat_ws('|', alert.exporter_id, alert.buyer_id, kind, facts), ';'
        ORDER BY alert.exporter_id, alert.buyer_id)) FROM buyers_alert alert
        JOIN buyers_score score ON score.id = alert.score_id WHERE score.run_id = %s""",
    "notices": """SELECT count(*), md5(string_agg(concat_ws('|', recipient_id, channel, kind, facts), ';'
        ORDER BY recipient_id, channel, facts::text)) FROM desk_notice""",
    "audit events of ranges": """SELECT count(*), sum((details ->> 'scored')::int), sum((details ->> 'regraded')::int),
        sum((details ->> 'alerts')::int) FROM accounts_auditevent
        WHERE action = 'refresh_range' AND details ->> 'run' = %s""",
    "ranges": """SELECT count(*), count(*) FILTER (WHERE done_at IS NULL), sum(looked_at), sum(scored), sum(regraded),
        sum(alerts) FROM buyers_scorerange WHERE run_id = %s""",
}  # fmt: skip


def digests(run: int) -> dict[str, tuple[Any, ...]]:
    values: dict[str, tuple[Any, ...]] = {
        "buyers": (date(2026, 11, 20),),
        "notices": (),
        "audit events of ranges": (str(run),),
    }
    return {name: rows(query, *values.get(name, (run,)))[0] for name, query in DIGESTS.items()}


# --- all runs --------------------------------------------------------------------------------------------------------


def made_ready(bench: Any, buyers: int) -> None:
    """Buyers with grades of the former edition, all due: the run regrades, alerts and tells."""
    from buyers.actions import score_run
    from buyers.models import Buyer

    bench.generate(buyers)
    score_run.CURRENT = bench.former_edition()
    bench.plan_refresh(by=None, today=bench.DAY)
    bench.work()
    score_run.CURRENT = bench.CURRENT
    Buyer.objects.filter(grade__isnull=False).update(next_score_on=bench.DAY)
    bench.settle()


def compare(plain: Outcome, cut: Outcome) -> bool:
    """Print what the run with cuts left beside what the run without left; whether all of it is equal."""
    print(f"{'':24}{'without cut':>24}{'with cuts':>24}")
    equal = True
    for name, ours in plain.digests.items():
        same = ours == cut.digests[name]
        equal &= same
        print(f"{name:24}{shown(ours):>24}{shown(cut.digests[name]):>24}  {'equal' if same else 'NOT EQUAL'}")
    once = cut.digests["scores"][0] == cut.digests["scores"][1]
    print(f"every buyer scored {'exactly once' if once else 'NOT exactly once'}")
    return equal and once


def shown(values: tuple[Any, ...]) -> str:
    return " ".join(value[:6] if isinstance(value, str) else str(value) for value in values)


def measure(options: argparse.Namespace) -> bool:
    with ExitStack() as stack:
        bridge = stack.enter_context(bridged())
        hosts = [
            stack.enter_context(plugged_in(name, number, bridge)) for number, name in enumerate(("host-a", "host-b"), 1)
        ]
        bench = serve()
        stack.enter_context(bench.own_database())
        bench.take_time()
        from django.db import connection

        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="two-hosts-")))
        template = connection.settings_dict["NAME"]
        made_ready(bench, options.buyers)
        print(
            f"{options.buyers:,} buyers in ranges of {options.range}, {options.processes} worker process(es) per host",
            flush=True,
        )
        try:
            one, two = [], []
            for _ in range(options.rounds):
                one.append(refreshed(bench, template, hosts[:1], options, logs))
                two.append(refreshed(bench, template, hosts, options, logs))
                first, second = one[-1].seconds, two[-1].seconds
                print(
                    f"one host {first:.1f} s = {options.buyers / first:,.0f} buyers/s · two hosts {second:.1f} s ="
                    f" {options.buyers / second:,.0f} buyers/s · {first / second:.2f} times as fast · ranges {two[-1].by_host}",
                    flush=True,
                )
            cut = refreshed(bench, template, hosts, options, logs, cuts=options.cuts)
        except BaseException:
            for log in sorted(logs.iterdir()):
                print(f"--- {log.name}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
            raise
        after = ", ".join(f"{seconds:.1f} s" for seconds in cut.given_up_after)
        print(
            f"host-b cut off {len(cut.given_up_after)} times in the middle of a range; the database gave its session up after {after};"
            f" {cut.taken_over} ranges taken over; {cut.seconds:.1f} s; ranges {cut.by_host}; host-b answers again"
        )
        return compare(two[-1], cut) and bool(cut.given_up_after)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buyers", type=int, default=60_000)
    parser.add_argument("--range", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=1, help="worker processes per host")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--cuts", type=int, default=2)
    parser.add_argument("--lost-after", type=int, default=10, help="LINK_LOST_AFTER_SECONDS of the workers")
    options = parser.parse_args()
    try:
        check_rights()
        sweep()
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        return 0 if measure(options) else 1
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
