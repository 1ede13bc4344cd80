import json
import subprocess
import sys

ASKED = """
import json, sys, threading
from pathlib import Path
from optiflow_lib.dashboards import pages
pages.warm_up()
heavy = sorted({"sklearn", "prophet", "scipy", "numba", "matplotlib", "plotly", "reportlab"} & set(sys.modules))
files = [str(file.resolve()) for file in Path("/proc/self/fd").iterdir() if file.exists()]
open_files = [name for name in files if name.endswith((".db", ".parquet"))]
print(json.dumps([heavy, threading.active_count(), open_files]))
"""


def test_a_warm_process_is_lean_and_can_be_forked():
    told = subprocess.run([sys.executable, "-c", ASKED], capture_output=True, text=True, check=True)
    heavy, threads, open_files = json.loads(told.stdout)
    assert heavy == []  # a dashboard's kernel shows what the night computed
    assert threads == 1  # a fork keeps only one of them
    assert open_files == []
