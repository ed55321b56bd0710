"""What an instructor gives to students: lessons, pages, package and environment, no answers.

``choice`` says which lessons and exercises, ``cut`` takes the others out of a notebook, ``pages``
brings the pages along and mends links, ``listed`` says what there is, ``needs`` leaves what a
student installs, ``address`` makes the Binder link, ``solutions`` has the model solutions for those
who learn alone, ``pack`` makes the archive and the repository, and ``make`` does it all. Apart from
that, ``solutions_page`` makes the model solutions of one lesson, for a class after its deadline.
"""
