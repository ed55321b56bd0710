"""What an instructor gives to students: lessons, pages, package and environment, no answers.

``choice`` says which lessons and exercises, ``cut`` takes the others out of a notebook, ``pages``
brings the pages along and mends links, ``listed`` says what there is, ``needs`` leaves what a
student installs, ``address`` makes the Binder link, ``pack`` makes the archive and the repository,
and ``make`` does it all.
"""
