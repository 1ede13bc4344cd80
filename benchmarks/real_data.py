"""Where the public data sets are; none of them is part of the project."""

import os
import sys
from pathlib import Path

M5 = "Walmart M5 (kaggle.com, m5-forecasting-accuracy), as Parquet files described in docs/benchmarks.md"


def real_data_file(name: str, *, data_set: str) -> Path:
    """Path of a file in the folder that OPTIFLOW_REAL_DATA names; ends with 2, naming the data set, when absent."""
    folder = os.environ.get("OPTIFLOW_REAL_DATA")
    file = Path(folder or "") / name
    if folder and file.is_file():
        return file
    sys.stderr.write(
        f"{name} is not there\n"
        f"  where: OPTIFLOW_REAL_DATA={folder or '(not set)'}\n"
        f"  mend:  get the public data set {data_set} and name its folder in OPTIFLOW_REAL_DATA\n"
    )
    sys.exit(2)
