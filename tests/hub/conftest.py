"""A real PostgreSQL server for the tests, from Debian's packages, run by the postgres user; skipped where none can be had."""

import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if Path("/usr/lib/postgresql").is_dir() else []


@pytest.fixture(params=["duckdb", "postgresql"])
def address(request, tmp_path):
    if request.param == "duckdb":
        return f"duckdb:///{(tmp_path / 'hub' / 'hub.duckdb').as_posix()}"
    return request.getfixturevalue("postgresql").fresh()


@dataclass(frozen=True)
class Server:
    port: int
    _numbers: "count[int]" = field(default_factory=count)

    def fresh(self) -> str:
        """The address of a new, empty database."""
        import psycopg

        name = f"hub_{next(self._numbers)}"
        with psycopg.connect(f"postgresql://postgres@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"


@pytest.fixture(scope="session")
def postgresql():
    programs = PROGRAMS or _installed()
    if not programs:
        pytest.skip("skipped: no PostgreSQL server here, and its Debian package cannot be installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="pmif-postgresql-"))
    # initdb refuses root: there the server belongs to the user that Debian made for it.
    owner = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    if owner:
        shutil.chown(folder, "postgres", "postgres")

    def run(program: str, *words: str) -> None:
        command = [str(programs[-1] / program), *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, **owner)
        if done.returncode:
            pytest.skip(
                f"skipped: PostgreSQL would not start ({(done.stderr or done.stdout).strip().splitlines()[-1]})"
            )

    data = folder / "data"
    run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
    run("pg_ctl", "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
    yield Server(port)
    run("pg_ctl", "-D", str(data), "-m", "immediate", "-w", "stop")
    shutil.rmtree(folder, ignore_errors=True)


def _installed() -> list[Path]:
    """Ask Debian for the server, where this machine lets us."""
    if not shutil.which("apt-get") or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return []
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-q"], ["install", "-y", "-q", "--no-install-recommends", "postgresql"]):
        if subprocess.run(["apt-get", *words], env=environment, capture_output=True).returncode:
            return []
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"))
