"""Names that all parts of the sandbox share: its protections, and the folders that it offers."""

from __future__ import annotations

# `imbalance_grader.notebook.sandbox` says what each protection is for.
FILES = "files"
NETWORK = "network"
PROCESSES = "processes"
IPC = "shared memory"
SCRATCH_FOLDER = "scratch folder"
PRIVILEGES = "privileges"
SYSTEM_CALLS = "system calls"
MEMORY = "memory"
TASKS = "process count"
FILE_SIZE = "file size"
CPU = "processor time"

SCRATCH = "/tmp"
SHARED_FILES = "/dev/shm"
SCRATCH_FOLDERS = (SCRATCH, SHARED_FILES)
