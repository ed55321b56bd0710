"""Which system calls a student's process may make: the filter that it loads and cannot take off.

The filter compares what the kernel compares. An argument that the kernel takes as 32 bits is
compared by its lower 32 bits only: `libseccomp` would otherwise compare all 64, and a family of
sockets, say, would pass with a bit set that the kernel never looks at.
"""

from __future__ import annotations

import contextlib
import errno
import functools
from collections.abc import Iterable
from typing import Any

# What no lesson needs and what reaches the kernel's less trodden paths, memory that nothing
# counts (memfd, System V, Landlock's rules, pages given to a pipe, lists of who may use a file),
# other processes, or what the machine has one of (rings of asynchronous I/O), or tells of files
# that others read too.
_REFUSED = (
    *("add_key", "keyctl", "request_key"),
    *("bpf", "perf_event_open", "userfaultfd", "seccomp", "modify_ldt", "kcmp", "lookup_dcookie"),
    *("chroot", "mount", "mount_setattr", "move_mount", "open_tree", "pivot_root", "umount2"),
    *("fsconfig", "fsmount", "fsopen", "fspick", "setns", "unshare"),
    *("fanotify_init", "inotify_init", "inotify_init1"),
    *("init_module", "finit_module", "delete_module", "kexec_file_load", "kexec_load"),
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "io_setup", "io_submit"),
    *("landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"),
    *("memfd_create", "memfd_secret", "mq_open", "msgget", "semget", "shmget"),
    *("name_to_handle_at", "open_by_handle_at", "quotactl", "quotactl_fd", "acct"),
    *("pidfd_getfd", "process_vm_readv", "process_vm_writev", "ptrace"),
    *("setxattr", "lsetxattr", "fsetxattr"),
    *("reboot", "swapon", "swapoff", "syslog", "vhangup"),
    *("vmsplice", "splice", "tee"),
)

# Calls that Linux has got since 5.16, some of which do in another way what is refused above. Their
# numbers are the same on every processor, and whoever uses one does without on older systems.
_NEWER = range(449, 512)

_UNIX, _INTERNET, _INTERNET_6 = 1, 2, 10
_PLAIN_PROTOCOLS = (0, 1, 6, 17)  # the family's own, TCP and UDP
_NEW_NAMESPACES = (0x20000, *(1 << bit for bit in range(25, 31)))  # flags of clone
_SAME_MEMORY, _WAITS = 0x100, 0x4000  # other flags of clone
_SHARED, _SHARED_VALIDATE, _MAP_KINDS = 0x1, 0x3, 0xF
_ANONYMOUS, _HUGE = 0x20, 0x40000
_SOCKET_LEVEL, _BUFFER_SIZES = 1, (7, 8, 32, 33)  # SO_SNDBUF, SO_RCVBUF and their FORCE
_PEER_HANDLES = {"setsockopt": 76, "getsockopt": 77}  # SO_PASSPIDFD, SO_PEERPIDFD
_CPU_LIMIT = 0  # RLIMIT_CPU
_LOCKS = (6, 7, 37, 38)  # F_SETLK, F_SETLKW, and those of open file descriptions
_WATCHES_AND_PIPES = (1024, 1026, 1031)  # F_SETLEASE, F_NOTIFY, F_SETPIPE_SZ
# Of prctl: names, timer slack, no new privileges, and asking; not the signal at the parent's end,
# nor what hides a process from its watcher.
_PROCESS_CONTROLS = (2, 3, 15, 16, 21, 23, 27, 29, 30, 38, 39, 52)


@functools.cache
def system_call_filter() -> Any:
    """Return the filter. Made once, in the template; each child only loads it.

    Raises
    ------
    ImportError, OSError, RuntimeError
        If libseccomp or its Python binding is not on this machine.
    """
    import pyseccomp

    rules = pyseccomp.SyscallFilter(defaction=pyseccomp.ALLOW)
    denied = pyseccomp.ERRNO(errno.EPERM)

    def refuse(call: str | int, *masked: tuple[int, int, int], action: Any = denied) -> None:
        """Refuse a call whose arguments, by place, have these values under these masks."""
        tests = [
            pyseccomp.Arg(place, pyseccomp.MASKED_EQ, mask, is_) for place, mask, is_ in masked
        ]
        rules.add_rule(action, call, *tests)

    def refuse_all_but(call: str, place: int, allowed: Iterable[int]) -> None:
        """Refuse a call unless an argument of 32 bits is one of these numbers below 64."""
        for number in set(range(64)) - set(allowed):
            refuse(call, (place, 0xFFFFFFFF, number))
        for bit in range(6, 32):
            refuse(call, (place, 1 << bit, 1 << bit))

    for name in _REFUSED:
        with contextlib.suppress(OSError, ValueError):  # a name that this machine does not have
            refuse(name)
    for number in _NEWER:
        refuse(number, action=pyseccomp.ERRNO(errno.ENOSYS))
    # Unix and internet sockets lead nowhere from inside. Others reach past the namespace, as
    # vsock does to the host of a virtual machine, or load protocols that hardly anybody uses.
    for call in ("socket", "socketpair"):
        refuse_all_but(call, 0, (_UNIX, _INTERNET, _INTERNET_6))
        refuse_all_but(call, 2, _PLAIN_PROTOCOLS)
    # What a socket holds is counted by its usual size.
    for option in _BUFFER_SIZES:
        refuse("setsockopt", (1, 0xFFFFFFFF, _SOCKET_LEVEL), (2, 0xFFFFFFFF, option))
    # The wire leads to a process outside, of which nobody needs a handle.
    for call, option in _PEER_HANDLES.items():
        refuse(call, (1, 0xFFFFFFFF, _SOCKET_LEVEL), (2, 0xFFFFFFFF, option))
    # To wait for a process is to lend it one's memory, as the watcher takes it.
    refuse("clone", (0, _WAITS | _SAME_MEMORY, _WAITS))
    for flag in _NEW_NAMESPACES:
        refuse("clone", (0, flag, flag))
    # The filter cannot look into clone3's argument; the C library then takes clone.
    refuse("clone3", action=pyseccomp.ERRNO(errno.ENOSYS))
    # Shared memory without a file stays when it is unmapped in part, and is then nobody's.
    for kind in (_SHARED, _SHARED_VALIDATE):
        refuse("mmap", (3, _MAP_KINDS | _ANONYMOUS, kind | _ANONYMOUS))
    refuse("mmap", (3, _HUGE, _HUGE))
    refuse_all_but("prctl", 0, _PROCESS_CONTROLS)
    for command in _WATCHES_AND_PIPES:
        refuse("fcntl", (1, 0xFFFFFFFF, command))
    # A lower limit of processor time would let a process be ended as if by the machine.
    refuse("setrlimit", (0, 0xFFFFFFFF, _CPU_LIMIT))
    new_limit = pyseccomp.Arg(2, pyseccomp.NE, 0)
    cpu = pyseccomp.Arg(1, pyseccomp.MASKED_EQ, 0xFFFFFFFF, _CPU_LIMIT)
    rules.add_rule(denied, "prlimit64", cpu, new_limit)
    # A lock on a file is granted and not taken: one's own files are one's own, and on a library
    # that others read too a lock would be seen by them. Locks are memory that nothing counts.
    granted = pyseccomp.ERRNO(0)
    refuse("flock", action=granted)
    for command in _LOCKS:
        refuse("fcntl", (1, 0xFFFFFFFF, command), action=granted)
    return rules
