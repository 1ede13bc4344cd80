"""`python -m optiflow_lib.cli`: the command line without its installed script."""

from optiflow_lib.cli import main

main()
