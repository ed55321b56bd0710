"""The right answers: what a student never holds, and no sandbox shows.

For each lesson a module with the keys of its exercises (an independent right answer, inputs of
every kind that the contract names, and what known mistakes give on them) and the letters of its
quiz. From a key come the recorded trials of the visible check, as values, and the hidden tests.

=============  =================================================================================
module         its one idea
=============  =================================================================================
``key``        a key gives visible and hidden trials of the same kinds
``secret``     what the hidden inputs are drawn from
``fresh``      inputs of many sizes, label values and containers
a topic        the keys of one lesson
=============  =================================================================================
"""
