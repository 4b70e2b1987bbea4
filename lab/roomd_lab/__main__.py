"""`python -m roomd_lab`."""

import sys

from roomd_lab.cli import main

sys.exit(main())
