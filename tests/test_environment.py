"""What is installed is written down once: pyproject.toml, the lock and environment.yml agree."""

import ast
import importlib.util
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path
from types import ModuleType

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent


def load_bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / ".ci" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = load_bootstrap()


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def direct_requirements() -> list[Requirement]:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    lines = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    return [Requirement(line) for line in lines]


def locked_requirements(name: str = "requirements.lock") -> dict[str, list[Requirement]]:
    lines = bootstrap.locked_lines(text_of(name))
    return {package: [Requirement(line) for line in pins] for package, pins in lines.items()}


def pinned_version(pin: Requirement) -> str:
    (only,) = pin.specifier
    assert only.operator == "=="
    return only.version


# --- the lists agree -------------------------------------------------------------------------------


def test_lock_holds_every_direct_dependency_at_a_version_it_allows():
    locked = locked_requirements()

    faults = [
        f"{wanted} but the lock has {[str(pin) for pin in locked.get(canonicalize_name(wanted.name), [])]}"
        for wanted in direct_requirements()
        if not any(
            wanted.specifier.contains(pinned_version(pin)) for pin in locked.get(canonicalize_name(wanted.name), [])
        )
    ]

    assert len(direct_requirements()) > 20
    assert faults == []


def test_lock_holds_the_build_backend_because_the_project_is_built_without_isolation():
    (line,) = tomllib.loads(text_of("pyproject.toml"))["build-system"]["requires"]
    wanted = Requirement(line)
    (pin,) = locked_requirements()[wanted.name]

    assert wanted.specifier.contains(pinned_version(pin))


def test_jupyter_book_stays_below_2_whose_html_build_fetches_a_theme():
    (pin,) = locked_requirements()["jupyter-book"]

    assert pinned_version(pin).startswith("1.")
    assert any(r.name == "jupyter-book" and not r.specifier.contains("2.0") for r in direct_requirements())


@pytest.mark.parametrize("name", ["requirements.lock", ".ci/uv.txt"])
def test_every_locked_line_carries_hashes(name):
    entries = re.split(r"^(?=[A-Za-z0-9])", re.sub(r"^#.*\n", "", text_of(name), flags=re.M), flags=re.M)
    entries = [entry for entry in entries if entry.strip()]

    assert len(entries) == sum(map(len, locked_requirements(name).values())) > 0
    assert [entry for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}", entry)] == []


@pytest.mark.parametrize("name", ["requirements.lock", ".ci/uv.txt", "pyproject.toml", "environment.yml"])
def test_no_address_of_a_package_index_is_written_down(name):
    assert re.findall(r"\w+://|--(?:extra-)?index-url|--find-links", text_of(name)) == []


def test_environment_yml_lists_the_direct_dependencies_at_their_locked_versions():
    environment = YAML(typ="safe").load(text_of("environment.yml"))
    conda, pip = environment["dependencies"][:-1], environment["dependencies"][-1]["pip"]
    locked = locked_requirements()
    names = {canonicalize_name(wanted.name) for wanted in direct_requirements()}

    assert environment["name"] == "pmif"
    assert environment["channels"] == ["conda-forge"]
    assert conda == ["python=3.11", "pip"]
    assert pip[-1] == "-e ."
    assert sorted(map(str, map(Requirement, pip[:-1]))) == sorted(str(pin) for name in names for pin in locked[name])


def test_environment_yml_is_what_the_lock_command_writes():
    assert text_of("environment.yml") == bootstrap.conda_environment(ROOT)


def test_everything_imported_is_a_direct_dependency():
    distributions = packages_distributions()
    wanted = {canonicalize_name(requirement.name) for requirement in direct_requirements()}
    imported = {
        name
        for folder in ("pmif", "tests", "benchmarks")
        for path in (ROOT / folder).rglob("*.py")
        for name in imported_names(path)
    }
    own = {"pmif", "tests", "benchmarks"}
    undeclared = {
        name
        for name in imported - own - sys.stdlib_module_names
        if not {canonicalize_name(found) for found in distributions.get(name, [])} & wanted
    }

    assert {"pandas", "click"} <= imported
    assert undeclared == set()


def imported_names(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def test_this_environment_holds_the_locked_versions():
    here = default_environment()
    pins = [
        pin
        for pins in locked_requirements().values()
        for pin in pins
        if pin.marker is None or pin.marker.evaluate(dict(here))
    ]

    others = [f"{pin}, here {version(pin.name)}" for pin in pins if version(pin.name) != pinned_version(pin)]

    assert len(pins) > 100
    assert others == []


# --- making the environment ------------------------------------------------------------------------


class Installer:
    """Stands in for uv and pip: remembers what it was asked, and leaves a Python behind."""

    def __init__(self, root: Path, fails_at: str | None = None):
        self.root = root
        self.fails_at = fails_at
        self.commands: list[str] = []

    def __call__(self, command, env):
        words = " ".join(command)
        self.commands.append(words)
        if self.fails_at and self.fails_at in words:
            raise bootstrap.BootstrapError(words)
        for venv in (self.root / ".venv", self.root / ".uv"):
            if words.endswith(str(venv)):
                python = bootstrap.program(venv, "python")
                python.parent.mkdir(parents=True, exist_ok=True)
                python.touch()
                version = ".".join(map(str, sys.version_info[:3]))
                (venv / "pyvenv.cfg").write_text(f"version_info = {version}\n", encoding="utf-8")
        if "--target" in words:
            (self.root / ".uv").mkdir()


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / ".ci").mkdir()
    for name, text in {
        ".ci/uv.txt": "uv==1",
        "pyproject.toml": "[project]",
        "requirements.lock": "a==1",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(bootstrap, "pip_configuration", lambda root, python: {})
    return tmp_path


def test_environment_is_made_from_the_lock_with_hashes_and_compiled(root):
    installer = Installer(root)

    assert bootstrap.make_environment(root, installer)
    new_uv, get_uv, new_venv, sync, project = installer.commands

    assert new_uv.endswith(f"-m venv {root / '.uv'}")
    assert "pip install" in get_uv
    assert "--require-hashes" in get_uv
    assert new_venv.endswith(str(root / ".venv"))
    assert "pip sync --quiet --require-hashes --compile-bytecode" in sync
    assert "--no-deps --no-build-isolation --editable" in project


def test_nothing_is_installed_when_nothing_changed(root):
    bootstrap.make_environment(root, Installer(root))
    again = Installer(root)

    assert not bootstrap.make_environment(root, again)
    assert again.commands == []


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_environment_is_brought_up_to_date_when_a_list_changes(root, name):
    bootstrap.make_environment(root, Installer(root))
    (root / name).write_text("b==2", encoding="utf-8")
    again = Installer(root)

    assert bootstrap.make_environment(root, again)
    assert len(again.commands) == 2  # uv and .venv are there already: sync, and the project itself
    assert " sync " in again.commands[0]


def test_interrupted_installation_is_not_taken_for_a_finished_one(root):
    bootstrap.make_environment(root, Installer(root))
    (root / "requirements.lock").write_text("b==2", encoding="utf-8")
    with pytest.raises(bootstrap.BootstrapError):
        bootstrap.make_environment(root, Installer(root, fails_at=" sync "))
    (root / "requirements.lock").write_text("a==1", encoding="utf-8")

    assert bootstrap.make_environment(root, Installer(root))


def test_uv_goes_to_a_plain_folder_where_the_system_has_no_venv(root):
    installer = Installer(root, fails_at="-m venv")

    bootstrap.make_environment(root, installer)

    assert f"--target {root / '.uv'}" in installer.commands[1]


def test_index_and_certificate_set_for_pip_are_passed_to_uv_unless_uv_has_its_own(root, monkeypatch):
    certificate = root / "council.pem"
    certificate.touch()
    configured = {"index-url": "council-index", "cert": str(certificate)}
    monkeypatch.setattr(bootstrap, "pip_configuration", lambda root, python: configured)
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)

    passed_on = bootstrap.installer_environment(root, "python", root / ".venv")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "another-index")
    own = bootstrap.installer_environment(root, "python", root / ".venv")

    assert (passed_on["UV_DEFAULT_INDEX"], passed_on["SSL_CERT_FILE"]) == ("council-index", str(certificate))
    assert own["UV_DEFAULT_INDEX"] == "another-index"
