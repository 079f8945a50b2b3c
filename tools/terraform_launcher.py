"""Turns a Terraform built as a shared library into the `terraform` command.

Called by the scripts that fetch.py writes into .tools/, as
`python3 -I -S terraform_launcher.py LIBRARY ARGUMENT...`. Arguments, standard streams, environment,
working directory, signals and exit code are those of the command: the library is the whole
Terraform, started through its one exported C function, and nothing of Python runs beside it.
"""

import ctypes
import os
import signal
import sys


def undo_what_python_did() -> None:
    """Puts back what the interpreter changed at its own start, before Terraform sees it."""
    # Python ignores SIGPIPE and turns SIGINT into an exception. Terraform's runtime installs its
    # own handlers where it wants them and inherits the rest, also to the processes it starts.
    for name in ("SIGINT", "SIGPIPE", "SIGXFSZ"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


def main() -> None:
    library_path, *arguments = sys.argv[1:]
    interrupt_was_ignored = signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    undo_what_python_did()
    if interrupt_was_ignored:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    run_cli = ctypes.CDLL(library_path).RunCli
    run_cli.argtypes = [
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_char_p),
        ctypes.c_int64,
        ctypes.c_int64,
    ]
    run_cli.restype = ctypes.c_int64
    encoded = [os.fsencode(argument) for argument in arguments]
    argv = (ctypes.c_char_p * (len(encoded) + 1))(*encoded, None)
    code = run_cli(len(encoded), argv, sys.stdout.fileno(), sys.stderr.fileno())
    # Without the interpreter's shutdown: the library's threads are still there.
    os._exit(code & 0xFF)


main()
