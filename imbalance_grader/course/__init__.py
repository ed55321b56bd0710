"""A course's folders, dates and gradebook, and what was handed in there."""
