"""From Canvas, Moodle and Blackboard, and back to them: people, work, grades and feedback."""
