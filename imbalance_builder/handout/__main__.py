"""Run the command."""

import sys

from imbalance_builder.handout.cli import main

sys.exit(main())
