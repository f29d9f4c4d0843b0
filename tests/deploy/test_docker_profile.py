"""Which isolation results in a container: everything Docker's default profile refuses is refused here too."""

from __future__ import annotations

import errno
import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lib.sandbox.inside import seccomp
from lib.sandbox.inside.seccomp import _ALLOW, _EQUAL, _LOAD, _NUMBER_AT, _RETURN, _step

ROOT = Path(__file__).parents[2]

# What the profile (github.com/moby/profiles, seccomp/default.json, June 2026) does not allow to a container without
# capabilities, by the numbers of x86_64. All else that has a number up to NEWEST is allowed.
REFUSED = {
    "syslog": 103, "uselib": 134, "personality": 135, "ustat": 136, "sysfs": 139, "vhangup": 153, "pivot_root": 155,
    "_sysctl": 156, "chroot": 161, "acct": 163, "settimeofday": 164, "mount": 165, "umount2": 166, "swapon": 167,
    "swapoff": 168, "reboot": 169, "sethostname": 170, "setdomainname": 171, "iopl": 172, "ioperm": 173,
    "create_module": 174, "init_module": 175, "delete_module": 176, "get_kernel_syms": 177, "query_module": 178,
    "quotactl": 179, "nfsservctl": 180, "getpmsg": 181, "putpmsg": 182, "afs_syscall": 183, "tuxcall": 184,
    "security": 185, "lookup_dcookie": 212, "clock_settime": 227, "vserver": 236, "mbind": 237, "set_mempolicy": 238,
    "get_mempolicy": 239, "kexec_load": 246, "add_key": 248, "request_key": 249, "keyctl": 250, "migrate_pages": 256,
    "unshare": 272, "move_pages": 279, "perf_event_open": 298, "fanotify_init": 300, "open_by_handle_at": 304,
    "setns": 308, "kcmp": 312, "finit_module": 313, "kexec_file_load": 320, "bpf": 321, "userfaultfd": 323,
    "io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "fsconfig": 431, "fsmount": 432, "fspick": 433, "pidfd_getfd": 438, "process_madvise": 440,
    "mount_setattr": 442, "quotactl_fd": 443, "set_mempolicy_home_node": 450,
}  # fmt: skip
CLONE, CLONE3, NEW_NAMESPACES, NEWEST = 56, 435, 0x7E020000, 466
FIRST_ARGUMENT_AT, NUMBER_IS_OVER = 16, 0x25
ANY_BIT = 0x45
REFUSE, NOT_THERE = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS

# Runs in a process of its own, which keeps the filter for good.
INSIDE = """
import json, sys
from lib.sandbox.inside import kernel, seccomp
kernel.prctl(kernel.SET_NO_NEW_PRIVS, 1)
seccomp.enter(bytes.fromhex(sys.argv[1]))
import os
try:
    kernel.syscall(272, 0x10000000)
    sys.exit("the profile is not in force: a user namespace was given")
except PermissionError:
    pass
from lib.sandbox.isolation import isolation
known = isolation()
print(json.dumps([known.level, known.reasons, known.also]))
"""


def profile() -> bytes:
    """The profile as the kernel takes it."""
    steps = [_step(_LOAD, _NUMBER_AT), _step(NUMBER_IS_OVER, NEWEST, otherwise=1), _step(_RETURN, REFUSE)]
    steps += [_step(_EQUAL, CLONE3, otherwise=1), _step(_RETURN, NOT_THERE)]
    for number in REFUSED.values():
        steps += [_step(_EQUAL, number, otherwise=1), _step(_RETURN, REFUSE)]
    steps += [_step(_EQUAL, CLONE, otherwise=3), _step(_LOAD, FIRST_ARGUMENT_AT)]
    steps += [_step(ANY_BIT, NEW_NAMESPACES, otherwise=1), _step(_RETURN, REFUSE), _step(_RETURN, _ALLOW)]
    return b"".join(steps)


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the numbers are those of Linux on x86_64"
)
def test_isolation_is_full_under_dockers_default_profile():
    """With its list of system calls and without capabilities, as compose.yaml starts the app."""
    bare = [shutil.which("setpriv") or "", "--bounding-set=-all", "--inh-caps=-all"] if root_can_drop() else []
    command = [*bare, sys.executable, "-c", INSIDE, profile().hex()]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr[-2000:]
    level, reasons, also = json.loads(ended.stdout)
    assert level == "full", reasons
    assert "system-call filter" in also and "landlock" not in reasons
    assert any("namespaces" in reason for reason in reasons), reasons  # the profile refuses them; the filter stands


def root_can_drop() -> bool:
    return os.geteuid() == 0 and shutil.which("setpriv") is not None


def test_the_profile_leaves_what_the_sandbox_needs():
    column = 0
    needed = {numbers[column] for numbers in (seccomp.ALLOWED | seccomp.ALLOWED_WITHOUT_EXEC).values()}
    assert not needed & set(REFUSED.values())
