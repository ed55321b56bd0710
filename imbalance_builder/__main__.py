"""Run the build program."""

import sys

from imbalance_builder.cli import main

sys.exit(main())
