#!/usr/bin/env python3
"""Make `.venv` hold exactly what a requirements file asks for; do nothing when it already does.

Standard library only, because it runs before anything is installed.

    python3 tools/venv.py [requirements.txt | requirements-test.txt]

Uses uv where it is on the PATH, else the venv module and pip. Every package is checked against its hash.
"""

from __future__ import annotations

import hashlib
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / ".installed"
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def wanted(requirements: pathlib.Path) -> str:
    """The fingerprint of one set of requirements and of the Python that will hold them."""
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    return f"{requirements.name} {digest} {sys.version_info[0]}.{sys.version_info[1]}"


def installed() -> list[str]:
    """The fingerprints of the requirement sets that `.venv` holds, none when there is no `.venv`."""
    if not PYTHON.exists() or not STAMP.exists():
        return []
    return STAMP.read_text().splitlines()


def install(requirements: pathlib.Path) -> None:
    """Create `.venv` where missing and install `requirements` with their hashes checked."""
    uv = shutil.which("uv")
    if not PYTHON.exists():
        make = [uv, "venv", "--quiet", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
        subprocess.run([*make, str(VENV)], check=True)
    if uv:
        pip = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--require-hashes", "-r", str(requirements)], check=True)


def main() -> int:
    """Install what the named requirements file asks for. Returns a process exit code."""
    if sys.version_info < OLDEST:
        print(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}.", file=sys.stderr)
        return 1
    requirements = ROOT / (sys.argv[1] if len(sys.argv) > 1 else "requirements.txt")
    fingerprint = wanted(requirements)
    held = installed()
    if fingerprint in held:
        return 0
    print(f"Installing {requirements.name} into .venv (the first time takes a moment) ...", flush=True)
    try:
        install(requirements)
    except subprocess.CalledProcessError as problem:
        print(
            f"Could not install {requirements.name} (exit code {problem.returncode}).\n"
            "If the message above says ensurepip is missing, install it first: apt install python3-venv\n"
            "If it was interrupted, delete .venv and try again.",
            file=sys.stderr,
        )
        return 1
    kept = [line for line in held if line.split()[0] != requirements.name]
    STAMP.write_text("\n".join([*kept, fingerprint]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
