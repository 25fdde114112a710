"""What the benchmarks that start programs share: how a program is measured, how its figures are told."""

import contextlib
import os
import pathlib
import select
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

PROJECT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tests/e2e"))


class Measured(NamedTuple):
    cpu_s: float
    wall_s: float
    peak_mib: float
    status: int


def high_water_mib(pid):
    """Of the program that runs now: `ru_maxrss` also counts what stood there before exec, a copy of this process."""
    with contextlib.suppress(OSError):
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0


def watched(process, begin):
    """Waits for a process that was begun at `begin`: what it and its own children used. Its memory is looked at every 50 ms."""
    peak = high_water_mib(process.pid)
    descriptor = os.pidfd_open(process.pid)
    try:
        while not select.select([descriptor], [], [], 0.05)[0]:
            peak = max(peak, high_water_mib(process.pid))
    finally:
        os.close(descriptor)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Measured(used.ru_utime + used.ru_stime, time.monotonic() - begin, peak, process.returncode)


def measured(command, **options):
    """Runs a command to its end, which must be a good one."""
    begin = time.monotonic()
    process = subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL,
                               **{"stderr": subprocess.DEVNULL, **options})
    result = watched(process, begin)
    if result.status != 0:
        raise subprocess.CalledProcessError(result.status, command)
    return result


def spread(values, digits=2):
    """Median, least and greatest."""
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f} to {max(values):,.{digits}f})"
