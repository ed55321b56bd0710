"""Run the build program."""

import sys

from imbalance_lab.build.cli import main

sys.exit(main())
