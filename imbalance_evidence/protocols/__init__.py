"""Ways to make a row other than the fair trial, each for one or two studies.

Each module has a function that is named like it and takes `data` first, the names of what it
measures in `MEASURES`, and `parts`, which names the code behind a row. They live here and not
beside the trial because some of them contain what exercises ask for.
"""
