"""What students' servers and the course's server share: where work is handed out and in."""

from pathlib import Path

c = get_config()  # noqa: F821 (given by traitlets, which runs this file)

c.CourseDirectory.course_id = "imbalance-lab"
c.Exchange.root = "/srv/imbalance-lab/exchange"
c.Exchange.assignment_dir = str(Path.home() / "imbalance-lab" / "lessons")  # a student's
