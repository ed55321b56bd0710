"""Mark written answers on a web page of this machine's own, into nbgrader's gradebook.

`questions` says what was asked and how it is marked, `book` reads and writes the gradebook,
`desk` orders the work, and `server` shows it.
"""
