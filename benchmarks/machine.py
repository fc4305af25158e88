"""The machine and the versions that figures belong to: no names of hosts, people or folders."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("offramp", "numpy", "scipy", "numba", "llvmlite")
PEERS = ("sgamesolver", "pygambit", "negmas", "ema_workbench")


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory, system, and how busy the machine was before the run."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_GiB": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def find_versions() -> dict[str, str]:
    """Versions of Python, of what Offramp computes with, and of the peers that are installed."""
    found = {"python": platform.python_version()}
    for name in (*PACKAGES, *PEERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """The processor's model and, where the model says little, its family and stepping."""
    told: dict[str, str] = {}
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            name, _, text = line.partition(":")
            told.setdefault(name.strip(), text.strip())
    model = told.get("model name") or platform.processor() or platform.machine()
    if "cpu family" in told:
        model += f" (family {told['cpu family']}, model {told.get('model', '?')})"
    return model


def _memory() -> float | None:
    try:
        return round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    except (AttributeError, OSError, ValueError):
        return None
