import logging
import re
import subprocess
import sys

from optiflow_lib.logs import log_to, rotate


def test_a_line_has_time_name_level_and_message(tmp_path):
    log_to(tmp_path / "batch.log")
    logging.getLogger("optiflow_lib.jobs").info("forecast %d items", 60)
    line = (tmp_path / "batch.log").read_text().strip()
    assert re.fullmatch(r"[\d-]+ [\d:,]+ - optiflow_lib\.jobs - INFO - forecast 60 items", line)


def test_asking_twice_does_not_write_twice(tmp_path):
    log_to(tmp_path / "batch.log")
    log_to(tmp_path / "batch.log")
    logging.getLogger("optiflow_lib").info("once")
    assert (tmp_path / "batch.log").read_text().count("once") == 1


def test_processes_share_the_file_without_breaking_lines(tmp_path):
    code = (
        "import logging, sys, pathlib\nfrom optiflow_lib.logs import log_to\nlog_to(pathlib.Path(sys.argv[1]))\n"
        "for n in range(200): logging.getLogger('optiflow_lib').info('x' * 500)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "batch.log")]) for _ in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    lines = (tmp_path / "batch.log").read_text().splitlines()
    assert len(lines) == 600
    assert {line[-500:] for line in lines} == {"x" * 500}


def test_a_log_that_has_grown_is_set_aside_and_the_oldest_dropped(tmp_path):
    file = tmp_path / "batch.log"
    for n in range(4):
        file.write_text(str(n) * 20)
        rotate(file, max_bytes=10, kept=2)
    assert not file.exists()
    assert [file.with_name(f"batch.log.{n}").read_text()[0] for n in (1, 2)] == ["3", "2"]


def test_a_line_that_finds_no_room_on_the_disk_is_told_on_the_terminal(tmp_path):
    full = tmp_path / "batch.log"
    full.symlink_to("/dev/full")
    code = (
        "import logging, sys, pathlib\nfrom optiflow_lib.logs import log_to\nlog_to(pathlib.Path(sys.argv[1]))\n"
        "logging.getLogger('optiflow_lib').error('forecast failed')"
    )
    ended = subprocess.run([sys.executable, "-c", code, full], capture_output=True, text=True, check=True)
    assert ended.stderr == "forecast failed (not in /dev/full: [Errno 28] No space left on device)\n"
