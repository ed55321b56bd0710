"""Where a student's code runs when it is graded: a contained process and the wire to it.

All that is visible in the sandbox of the course is `imbalance_lab` and this package, so it holds
no answer and imports nothing of the instructor's side. `imbalance_grader` starts it.

=============  =================================================================================
module         its one idea
=============  =================================================================================
``warm``       a process that has imported everything and forks on request
``contain``    one forked process is locked in
``filter``     which system calls it may make
``watch``      what all its processes use is measured, and they are ended at a limit
``names``      words that these share
``student``    the student's process: a shell that runs cells and answers questions
``questions``  how questions to an answer, and what came of them, are written
``wire``       frames of plain values between two processes that do not trust each other
``held``       what a command holds while it runs: a class's course, folders for what is under way
``absent``     stand-ins for the catalogue of exercises, which is out of sight
=============  =================================================================================
"""
