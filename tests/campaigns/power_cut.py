"""Cuts file systems off without flushing: each line of stdin names a mount point.

The request (FS_IOC_SHUTDOWN of Linux, here 0x8004587d) is known to ext4 and XFS; 2 asks them to flush
neither data nor journal. What was not written before is gone, as after a power cut. Answers `cut`.
"""

import fcntl
import os
import struct
import sys

SHUTDOWN = 0x8004587D
NO_FLUSH = 2

for line in sys.stdin:
    folder = os.open(line.rstrip("\n"), os.O_RDONLY)
    fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", NO_FLUSH))
    os.close(folder)
    print("cut", flush=True)
