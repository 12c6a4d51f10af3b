"""Make the project's own Python environment, then run a command in it.

    python .ci/bootstrap.py                      make `.venv`, or leave it alone if nothing changed
    python .ci/bootstrap.py pmif run 2025-26-q4  the same, then run a command from `.venv`
    python .ci/bootstrap.py --lock               choose versions anew: requirements.lock, environment.yml

It needs Python 3.11 with its standard library and nothing else, on Windows, macOS or Linux. uv comes
through pip into `.uv`, at the version and hashes in `.ci/uv.txt`; everything else comes through uv at
the versions and hashes in `requirements.lock`. Libraries are compiled on installation: without that,
every notebook's kernel would compile them again.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = (3, 11)

Run = Callable[[Sequence[str], Mapping[str, str]], None]


class BootstrapError(Exception):
    """Something the person at the keyboard can put right."""


def bin_folder(venv: Path) -> Path:
    return venv / ("Scripts" if os.name == "nt" else "bin")


def program(venv: Path, name: str) -> Path:
    """Return where a virtual environment keeps a program."""
    return bin_folder(venv) / (f"{name}.exe" if os.name == "nt" else name)


def run(command: Sequence[str], env: Mapping[str, str]) -> None:
    """Run a command, and say plainly which one failed."""
    try:
        subprocess.run(command, cwd=ROOT, env=dict(env), check=True)
    except subprocess.CalledProcessError as error:
        raise BootstrapError(f"{' '.join(command)}\nfailed with exit code {error.returncode}") from None


# --- the environment -------------------------------------------------------------------------------


def fingerprint(root: Path, python: str) -> str:
    """Return a hash of all that decides what the environment holds and where it points."""
    digest = hashlib.sha256(f"{root}\n{python}\n{sys.version}\n".encode())
    for name in ("pyproject.toml", "requirements.lock"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def make_environment(root: Path = ROOT, run: Run = run) -> bool:
    """Bring `.venv` in line with the lock file; return whether there was anything to do.

    The stamp is removed first and written last, so an interrupted installation is never taken for
    a finished one.
    """
    python = base_python()
    venv = root / ".venv"
    stamp = venv / "pmif-stamp.txt"
    wanted = fingerprint(root, python)
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted and program(venv, "python").exists():
        return False

    uv = fetch_uv(root, python, run)
    env = installer_environment(root, python, venv)
    stamp.unlink(missing_ok=True)
    if not same_python(venv):
        run([uv, "venv", "--quiet", "--clear", "--python", python, str(venv)], env)
    lock = str(root / "requirements.lock")
    install = [uv, "--system-certs", "pip"]
    run([*install, "sync", "--quiet", "--require-hashes", "--compile-bytecode", lock], env)
    run([*install, "install", "--quiet", "--no-deps", "--no-build-isolation", "--editable", str(root)], env)
    stamp.write_text(wanted, encoding="utf-8")
    return True


def base_python() -> str:
    """Return the interpreter that environments are made from, never one inside an environment."""
    return os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable)


def same_python(venv: Path) -> bool:
    """Say whether an existing environment runs the Python version that is running now."""
    if not program(venv, "python").exists():
        return False
    config = venv / "pyvenv.cfg"
    found = re.search(r"^version(?:_info)? *= *(\d+\.\d+\.\d+)", config.read_text(encoding="utf-8"), re.M)
    return found is not None and found[1] == ".".join(map(str, sys.version_info[:3]))


def fetch_uv(root: Path, python: str, run: Run) -> str:
    """Return the pinned uv, fetching it into `.uv` the first time and whenever its pin changes.

    A virtual environment is used so that a Python whose pip is managed by the operating system does
    not refuse; where the system has left `venv` out, pip puts uv into a plain folder instead.
    """
    pin = root / ".ci" / "uv.txt"
    home = root / ".uv"
    stamp = home / "pmif-stamp.txt"
    wanted = hashlib.sha256(pin.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return str(program(home, "uv"))

    print("Fetching uv, the installer")
    shutil.rmtree(home, ignore_errors=True)
    options = ["--quiet", "--disable-pip-version-check", "--only-binary=:all:"]
    options += ["--require-hashes", "-r", str(pin)]
    try:
        run([python, "-m", "venv", str(home)], os.environ)
        run([str(program(home, "python")), "-m", "pip", "install", *options], os.environ)
    except BootstrapError:
        shutil.rmtree(home, ignore_errors=True)
        run([python, "-m", "pip", "install", "--target", str(home), *options], os.environ)
    stamp.write_text(wanted, encoding="utf-8")
    return str(program(home, "uv"))


def installer_environment(root: Path, python: str, venv: Path) -> dict[str, str]:
    """Return the environment variables for uv, which takes no notice of how pip is configured.

    A council's own package index or certificate is usually set for pip, so both are passed on unless
    uv has been told otherwise.
    """
    env = dict(os.environ)
    env["VIRTUAL_ENV"] = str(venv)
    env.setdefault("UV_HTTP_TIMEOUT", "180")
    configured = pip_configuration(root, python)
    if not {"UV_DEFAULT_INDEX", "UV_INDEX_URL"} & env.keys() and "index-url" in configured:
        env["UV_DEFAULT_INDEX"] = configured["index-url"]
    if "SSL_CERT_FILE" not in env and Path(configured.get("cert", "")).is_file():
        env["SSL_CERT_FILE"] = configured["cert"]
    return env


def pip_configuration(root: Path, python: str) -> dict[str, str]:
    """Return pip's index-url and cert, from its configuration files and its environment variables."""
    own = program(root / ".uv", "python")
    command = [str(own) if own.exists() else python, "-m", "pip", "config", "list"]
    try:
        listing = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return {}
    found = re.findall(r"^(?:global|install|:env:)\.(index-url|cert)='(.*)'$", listing, re.M)
    return dict(found)


# --- choosing versions anew ------------------------------------------------------------------------


def write_lock(root: Path = ROOT, run: Run = run) -> None:
    """Resolve pyproject.toml for every platform, then write the lock and environment.yml from it."""
    python = base_python()
    uv = fetch_uv(root, python, run)
    command = [uv, "--system-certs", "pip", "compile", "--quiet", "--universal", "--upgrade"]
    command += ["--python-version", ".".join(map(str, OLDEST_PYTHON)), "--generate-hashes", "--all-extras"]
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-annotate"]
    command += ["--custom-compile-command", "make lock"]
    command += ["pyproject.toml", "--output-file", "requirements.lock"]
    run(command, installer_environment(root, python, root / ".venv"))
    text = conda_environment(root)
    (root / "environment.yml").write_text(text, encoding="utf-8", newline="\n")


def conda_environment(root: Path) -> str:
    """Return environment.yml: what pyproject.toml asks for directly, at the versions in the lock."""
    import tomllib

    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = locked_lines((root / "requirements.lock").read_text(encoding="utf-8"))
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = sorted({canonical(requirement) for requirement in wanted})
    pins = [f"      - {line}" for name in names for line in locked[name]]
    return CONDA_TEMPLATE.format(python=".".join(map(str, OLDEST_PYTHON)), pins="\n".join(pins))


def locked_lines(lock: str) -> dict[str, list[str]]:
    """Return each package's pinned lines in a lock file: two where versions of Python part ways."""
    lines: dict[str, list[str]] = {}
    for line in re.findall(r"^([A-Za-z0-9][^\\\n]*==[^\\\n]*?) *\\?$", lock, re.M):
        lines.setdefault(canonical(line), []).append(line)
    return lines


def canonical(requirement: str) -> str:
    """Return a requirement's package name as package indexes spell it."""
    match = re.match(r"[A-Za-z0-9._-]+", requirement)
    if match is None:
        raise BootstrapError(f"'{requirement}' does not begin with a package's name")
    return re.sub(r"[-_.]+", "-", match[0]).lower()


CONDA_TEMPLATE = """\
# For those who work with conda: conda brings Python and pip, pip brings the rest at the versions in
# requirements.lock. Written by `make lock` and checked by tests/test_environment.py; the file has
# not been tried with conda itself. `make` needs no conda.
name: pmif
channels:
  - conda-forge
dependencies:
  - python={python}
  - pip
  - pip:
{pins}
      - -e .
"""


# --- at the keyboard -------------------------------------------------------------------------------


def newer_python() -> str | None:
    """Return a Python new enough for the project, where the one running is too old."""
    names = ("python3.14", "python3.13", "python3.12", "python3.11")
    return next(filter(None, map(shutil.which, names)), None)


def environment_of(venv: Path) -> dict[str, str]:
    """Return the environment variables of an activated virtual environment."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONHOME"}
    env["VIRTUAL_ENV"] = str(venv)
    env["PATH"] = os.pathsep.join([str(bin_folder(venv)), env.get("PATH", os.defpath)])
    return env


def main(arguments: Sequence[str]) -> int:
    if sys.version_info < OLDEST_PYTHON:
        newer = newer_python()
        if newer is None:
            print("Python 3.11 or newer is needed, and none was found: install it, or name one, for example")
            print("  make book PYTHON=/path/to/python3.11")
            return 1
        return subprocess.run([newer, __file__, *arguments], check=False).returncode

    try:
        if arguments[:1] == ["--lock"]:
            write_lock()
            return 0
        if make_environment():
            print("Environment ready in .venv")
    except BootstrapError as error:
        print(f"The environment could not be made.\n{error}", file=sys.stderr)
        print("If packages come from an index of your own, name it in UV_DEFAULT_INDEX.", file=sys.stderr)
        return 1
    if not arguments:
        return 0
    venv = ROOT / ".venv"
    named = program(venv, arguments[0])
    command = [str(named) if named.exists() else arguments[0], *arguments[1:]]
    sys.stdout.flush()
    try:
        return subprocess.run(command, env=environment_of(venv), check=False).returncode
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
