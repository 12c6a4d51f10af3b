"""A Chromium to look at the built site with: found, or installed from Debian's packages, never downloaded.

    with open_browser() as browser:
        page = browser.new_page()
        page.goto(address)

`open_browser` and `chromium_or_skip` end a test by name where there is no browser: a failure on a build
server (`CI` or `PMIF_REQUIRE_BROWSER` is set), a skip on a laptop. `make test` installs one beforehand
where it may.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# For a machine without a display, possibly as root, and silent on the network.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")

# Where Windows and macOS keep a browser that is not on the path. Edge is a Chromium too.
PLACES = (
    r"%ProgramFiles%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe",
    r"%LocalAppData%\Google\Chrome\Application\chrome.exe",
    r"%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe",
    r"%ProgramFiles%\Microsoft\Edge\Application\msedge.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_chromium() -> Path | None:
    """Return a Chromium, Chrome or Edge on this machine; PMIF_CHROMIUM names one outright."""
    named = os.environ.get("PMIF_CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    places = (Path(os.path.expandvars(place)) for place in PLACES)
    return next((place for place in places if place.is_file()), None)


def install_chromium() -> None:
    """Install Chromium from Debian's packages where that needs no password; elsewhere say why not."""
    if find_chromium() or not shutil.which("apt-get"):
        return
    if os.geteuid() == 0:
        may: list[str] = []
    elif shutil.which("sudo") and _succeeds(["sudo", "-n", "true"]):
        may = ["sudo", "-n"]
    else:
        print("No Chromium, and no right to install one: the tests of the built site need it.")
        return
    print("Installing Chromium from the system's packages", flush=True)
    apt = [*may, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o", "Dpkg::Use-Pty=0"]
    for step in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        if not _succeeds([*apt, *step]):
            print(f"apt-get {step[0]} failed: the tests of the built site need a Chromium.", file=sys.stderr)
            return


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0


def browser_required() -> bool:
    """Say whether a missing browser is a failure, as on a build server, rather than a skip."""
    return bool(os.environ.get("CI") or os.environ.get("PMIF_REQUIRE_BROWSER"))


def chromium_or_skip() -> Path:
    """Return the browser, or end the running test: fail where one is required, skip elsewhere."""
    import pytest

    found = find_chromium()
    if found is None:
        reason = "no Chromium on this machine: install one, or name it in PMIF_CHROMIUM"
        if browser_required():
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


@contextmanager
def open_browser() -> Iterator["Browser"]:
    """Open the browser for one test, or for all of a session's; end the test where there is none."""
    path = chromium_or_skip()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS), headless=True)
        try:
            yield browser
        finally:
            browser.close()
