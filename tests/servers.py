"""Real servers for tests, started by the tests themselves: nothing to install but the programs, nothing left behind."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

READY_S = 30


def needed(program: str, *, package: str = "postgresql redis-server") -> str:
    """The program's path; without it the test is skipped on a laptop and fails in CI."""
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    found = (
        str(candidates[-1]) if candidates else shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    )
    if found is None:
        reason = f"{program} is not installed (Debian: apt-get install {package})"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return found


@contextmanager
def running_postgres() -> Iterator[str]:
    """URL (without a database's name) of a PostgreSQL server of our own, on a socket in a temporary folder."""
    initdb, server = needed("initdb"), needed("postgres")
    with _folder_of_the_unprivileged() as (folder, account):
        make = [
            initdb,
            "-D",
            f"{folder}/db",
            "-U",
            "optiflow",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        ]
        subprocess.run([*make, "--no-sync"], check=True, capture_output=True, cwd=folder, **account)
        options = ["-c", "fsync=off", "-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
        with _running([server, "-D", f"{folder}/db", *options], folder, account) as process:
            pid_file = folder / "db/postmaster.pid"
            _wait(
                lambda: pid_file.exists() and pid_file.read_text().splitlines()[7:8] == ["ready   "], process
            )
            yield f"postgresql://optiflow@/{{database}}?host={folder}"


@contextmanager
def running_redis() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """URL and process of a Redis server of our own, on a socket in a temporary folder."""
    server = needed("redis-server")
    with tempfile.TemporaryDirectory() as name:
        socket = Path(name) / "redis.sock"
        with _running(
            [server, "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", name], Path(name), {}
        ) as process:
            _wait(socket.exists, process)
            yield f"unix://{socket}", process


@contextmanager
def _running(command: list[str], folder: Path, account: dict) -> Iterator[subprocess.Popen[bytes]]:
    log = (folder / "server.log").open("wb")
    with log, subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **account) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def _folder_of_the_unprivileged() -> Iterator[tuple[Path, dict]]:
    # PostgreSQL refuses to run as root: then an account without rights owns its folder.
    with tempfile.TemporaryDirectory() as name:
        folder, account = Path(name), {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            account = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        yield folder, account


def _wait(ready, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_S
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"{process.args[0]} did not start")
        time.sleep(0.01)


@contextmanager
def running_mariadb() -> Iterator[str]:
    """URL (without a database's name) of a MariaDB server of our own, on a socket in a temporary folder."""
    server = needed("mariadbd", package="mariadb-server-core")
    with _folder_of_the_unprivileged() as (folder, account):
        shared = Path(server).resolve().parents[1] / "share" / "mysql"
        system = [(shared / f"mysql_system_tables{part}.sql").read_text() for part in ("", "_data")]
        made = "\n".join(["CREATE DATABASE mysql;", "USE mysql;", *system, "CREATE DATABASE test;"])
        options = ["--no-defaults", f"--datadir={folder}", f"--lc-messages-dir={shared}", "--skip-networking"]
        options += ["--character-set-server=utf8mb4", "--collation-server=utf8mb4_bin"]
        small = [
            "--innodb-buffer-pool-size=16M",
            "--innodb-log-file-size=4M",
            "--innodb-flush-log-at-trx-commit=0",
        ]
        subprocess.run(
            [server, *options, *small, "--bootstrap"],
            input=made.encode(),
            check=True,
            capture_output=True,
            cwd=folder,
            **account,
        )
        socket = folder / "mariadb.sock"
        command = [server, *options, *small, f"--socket={socket}"]
        with _running(command, folder, account) as process:
            _wait(socket.exists, process)
            yield f"mysql://root@localhost/{{database}}?unix_socket={socket}"
