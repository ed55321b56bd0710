"""Modules that take a second of each command, and that nothing here needs.

Imported first by the packages whose commands read notebooks, the grader and the builder.
"""

import sys

if "jsonschema" not in sys.modules:
    # With this module it would make a grammar of international addresses when it is imported: more
    # than a second of each command for what no notebook holds.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
