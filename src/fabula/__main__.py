"""``python -m fabula``: the command line."""

from fabula.app.cli import main

main()
