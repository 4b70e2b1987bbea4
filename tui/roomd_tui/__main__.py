"""`python -m roomd_tui` is `roomctl`."""

import sys

from roomd_tui.cli import main

sys.exit(main())
