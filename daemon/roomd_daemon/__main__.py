"""`python -m roomd_daemon`: the command `roomd`."""

import sys

from roomd_daemon.cli import main

sys.exit(main())
