"""A whole class: in what order, by which workers, and where each student stands then."""
