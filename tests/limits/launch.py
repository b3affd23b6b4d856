"""`launch.py OUT ERR COMMAND…`: runs the command and prints its exit code, processor seconds and most kilobytes.

A process of its own and a small one: what a child is charged for memory begins with what its parent has when it starts.
"""

import json
import os
import sys

if __name__ == "__main__":
    out, err, *command = sys.argv[1:]
    files = [(os.POSIX_SPAWN_OPEN, fd, path, os.O_WRONLY | os.O_CREAT, 0o600) for fd, path in ((1, out), (2, err))]
    _, status, used = os.wait4(os.posix_spawn(command[0], command, os.environ, file_actions=files), 0)
    print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss]))
