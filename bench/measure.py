"""Runs a command as a cold process and says how long it took and how much memory its processes held.

Memory is the largest sum, over time, of the proportional set sizes (PSS) of the command and all its descendants, as sampled from /proc;
resident sizes where there is no smaps_rollup, and only `ru_maxrss`, the largest single process, where there is no /proc.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

PROC = Path("/proc")


class Sampling(Enum):
    """How often to look at the memory: the shortest pause in seconds, and in multiples of the time that a look takes."""

    CLOSE = (0.005, 0)  # for short runs whose time does not count
    SPARSE = (0.1, 30)  # for long ones that are timed: at most 3% of one core


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds, and memory in KiB (`peak` is 0 where it was not sampled, `largest` where it cannot be told).

    `cpu` are the seconds of all processes, user and system: on a busy machine they say more than `wall`.
    """

    wall: float
    largest: int
    peak: int
    cpu: float


@dataclass(slots=True)
class Figure:
    """All runs of one command; a memory run's time does not count unless it is told to."""

    name: str
    jobs: int | None = None
    walls: list[float] = field(default_factory=list)
    cpus: list[float] = field(default_factory=list)
    peak: int = 0
    largest: int = 0

    def add(self, run: Run, *, timed: bool = True) -> None:
        """Takes in one more run."""
        if timed:
            self.walls.append(run.wall)
            self.cpus.append(run.cpu)
        self.largest = max(self.largest, run.largest)
        self.peak = max(self.peak, run.peak)

    @property
    def median(self) -> float:
        """The median of the wall times."""
        return statistics.median(self.walls)

    def as_json(self) -> dict[str, object]:
        """The figure for `--json`: seconds and KiB."""
        times = {"min": min(self.walls), "median": self.median, "max": max(self.walls), "all": self.walls}
        return {
            "name": self.name,
            "jobs": self.jobs,
            "wall_s": times,
            "cpu_s": self.cpus,
            "peak_kib": self.peak or None,
            "largest_process_kib": self.largest or None,
        }


class Failed(Exception):
    """The command did not do its work."""


def tree(root: int) -> list[int]:
    """`root` and its descendants, by the parent ids in /proc."""
    children: dict[int, list[int]] = {}
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_bytes().rpartition(b")")[2].split()[1])
            except (OSError, IndexError):
                continue  # gone in the meantime
            children.setdefault(parent, []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def held(pid: int) -> int:
    """KiB that a process holds: its PSS, or its resident size; 0 if it is gone."""
    folder = PROC / str(pid)
    try:
        for line in (folder / "smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1])
    except OSError:
        pass
    try:
        return int((folder / "statm").read_bytes().split()[1]) * resource.getpagesize() // 1024
    except (OSError, IndexError):
        return 0


class Sampler(threading.Thread):
    """Watches a process and its descendants until told to stop; `peak` is the largest sum seen."""

    def __init__(self, pid: int, how: Sampling) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak = pid, 0
        self.shortest, self.multiple = how.value
        self.done = threading.Event()

    def run(self) -> None:
        """Samples until `done`."""
        pause = 0.0
        while not self.done.wait(pause):
            start = time.perf_counter()
            self.peak = max(self.peak, sum(map(held, tree(self.pid))))
            pause = max(self.shortest, (time.perf_counter() - start) * self.multiple)


def run(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, sample: Sampling | None = None, statuses: Collection[int] = (0,)
) -> Run:
    """Runs the command to its end. Raises Failed with its standard error if it exits with none of the statuses."""
    with tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        sampler = Sampler(process.pid, sample) if sample and PROC.is_dir() else None
        if sampler:
            sampler.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if sampler:
            sampler.done.set()
            sampler.join()
        if process.returncode not in statuses:
            errors.seek(0)
            raise Failed(f"{' '.join(command)}\nexited with {process.returncode}:\n{errors.read().decode(errors='replace').strip()}")
    return Run(wall, largest(usage.ru_maxrss), sampler.peak if sampler else 0, usage.ru_utime + usage.ru_stime)


def largest(maxrss: int) -> int:
    """KiB of the largest process; 0 if it was smaller than this one, whose size Linux counts as the child's until its exec."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return 0 if maxrss <= own else maxrss // 1024 if sys.platform == "darwin" else maxrss
