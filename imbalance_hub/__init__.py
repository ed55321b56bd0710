"""JupyterHub with the course, tried without touching this machine.

``hub/`` at the top of the repository holds what is installed on a machine for a class. ``machine``
starts just that in a view of this machine with accounts and folders of its own, ``visitor`` is
somebody who comes by HTTP, ``load`` lets many of them work at once.
"""
