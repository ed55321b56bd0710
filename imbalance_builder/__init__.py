"""Build the course from its sources: ``python -m imbalance_builder``.

One way only: ``solutions/NN-topic/NAME.py`` (percent format) is executed into
``solutions/NN-topic/NAME.ipynb``, which nbgrader releases into ``lessons/NN-topic/NAME.ipynb``.
From the executed notebooks and ``docs/references.bib`` come ``docs/claims.md`` and
``docs/bibliography.md``.

================  ==================================================================
module            its one idea
================  ==================================================================
``course``        where sources, built notebooks and build records are
``source``        a text source becomes a notebook with nbgrader's metadata, or a clear error
``listing``       the notebooks and their exercises are listed, for the student's progress
``examples``      what the visible checks try is computed from the answer keys and recorded
``execute``       the notebook is run, and all that differs between machines is taken out
``release``       nbgrader makes the student's version in a throw-away course
``records``       what a build depended on, so that what is up to date is skipped
``compare``       two builds agree, pictures up to a shade of anti-aliasing
``bibliography``  the references, read from BibTeX and written in Markdown
``pages``         what all lessons say about popular advice, and whom they cite
``cli``           the command, its progress and its report
================  ==================================================================
"""
