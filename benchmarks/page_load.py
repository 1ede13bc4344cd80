"""Many visitors of one page, without browsers: when the server gives the figures, and what a viewer costs in memory."""

import re
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil

BURSTS = (10, 20)
ROUNDS = 3
FIGURES = b"data-kpi"


@dataclass(frozen=True)
class Visit:
    """Seconds until the figures and until the end of a page; `kernel` is empty when it came without figures."""

    figures_s: float
    page_s: float
    kernel: str
    token: str


def visited(address: str) -> Visit:
    """Reads a page as it comes."""
    where = urlsplit(address)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=60)
    start = time.perf_counter()
    connection.request("GET", where.path)
    answer = connection.getresponse()
    content, figures = b"", 0.0
    while part := answer.read1(65536):
        content += part
        if not figures and FIGURES in content:
            figures = time.perf_counter() - start
    page = time.perf_counter() - start
    connection.close()
    kernel = re.search(rb'"kernel": "([^"]+)"', content)
    token = re.search(r"_xsrf=([^;]+)", str(answer.msg))
    whole = figures and content.rstrip().endswith(b"</html>") and b'role="alert"' not in content
    return Visit(figures, page, kernel[1].decode() if kernel and whole else "", token[1] if token else "")


def leave(address: str, visit: Visit) -> None:
    """Closes a page, as its scripts would."""
    where = urlsplit(address)
    connection = HTTPConnection(where.hostname or "", where.port, timeout=60)
    headers = {"Cookie": f"_xsrf={visit.token}", "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"_xsrf": visit.token})
    connection.request("POST", f"/voila/api/shutdown/{visit.kernel}", body=body, headers=headers)
    connection.getresponse().read()
    connection.close()


def print_burst(address: str) -> None:
    """Several visitors at the same moment."""
    for size in BURSTS:
        visits: list[Visit] = []
        for _ in range(ROUNDS):
            time.sleep(3)  # the pool fills again
            with ThreadPoolExecutor(size) as people:
                came = list(people.map(visited, [address] * size))
            for visit in came:
                leave(address, visit)
            visits += came
        figures = [1000 * visit.figures_s for visit in visits]
        print(
            f"\n{size} visitors at once: figures median {statistics.median(figures):.0f} ms, worst {max(figures):.0f} ms; "
            f"whole page median {1000 * statistics.median(visit.page_s for visit in visits):.0f} ms; "
            f"{sum(not visit.kernel for visit in visits)} of {len(visits)} without figures"
        )


def print_memory(address: str) -> None:
    """Proportional memory of the server and of each kernel that serves a page."""
    server = next(p for p in psutil.process_iter() if _listens(p, urlsplit(address).port))
    for _ in range(5):
        visited(address)
    sizes = {child.pid: _proportional(child.pid) for child in server.children(recursive=True)}
    kernels = sorted(sizes.values())[-5:]
    print(
        f"\nmemory (proportional set): server {_proportional(server.pid):.0f} MB, "
        f"one further viewer {statistics.median(kernels):.0f} MB"
    )


def _listens(process: psutil.Process, port: int | None) -> bool:
    try:
        return any(c.laddr.port == port and c.status == "LISTEN" for c in process.net_connections())
    except (psutil.AccessDenied, psutil.NoSuchProcess):
        return False


def _proportional(pid: int) -> float:
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return int(re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)[1]) / 1000  # type: ignore[index]  # always there
