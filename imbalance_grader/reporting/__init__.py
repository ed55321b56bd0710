"""What is read afterwards: feedback, the report of a class, the grades of a course."""
