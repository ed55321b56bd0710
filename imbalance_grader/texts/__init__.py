"""What looks at a student's text: apart, with limits, and nothing that acts is kept."""
