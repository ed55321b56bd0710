"""What the parts of the course weigh, as ``docs/syllabus.md`` says; per cent of the grade."""

from __future__ import annotations

from collections.abc import Mapping

WEIGHTS: Mapping[str, float] = {"exercises": 60, "written": 25, "capstone": 15, "quiz": 0}
PARTS = tuple(WEIGHTS)
