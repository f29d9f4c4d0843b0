"""python -m lib.grading grade|check|batch|new|handout|bundle

Ends with 0 when all was graded, whatever the scores; 1 when a check found a fault; 2 when it was called wrongly; 3 when
something could not be graded.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from lib.exercises import ExerciseError
from lib.grading.commands import batch, bundle, check, grade, handout, new
from lib.grading.commands.ends import NOT_GRADED, WRONG_USE, WrongUse
from lib.grading.terminal import harmless


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code."""
    options = parser().parse_args(arguments)
    try:
        ended = options.run(options)
        sys.stdout.flush()
        return ended
    except (WrongUse, ExerciseError) as error:
        print(harmless(str(error)), file=sys.stderr)
        ungraded = isinstance(error, ExerciseError) and options.run in (grade.run, batch.run)
        return NOT_GRADED if ungraded else WRONG_USE
    except BrokenPipeError:  # as with `| head`: nobody reads on
        return _hung_up()
    except OSError as error:
        if error.filename is None:  # not about a file that was named in the call, so it is our fault
            raise
        print(harmless(f"{error.filename}: {error.strerror}."), file=sys.stderr)
        return NOT_GRADED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return NOT_GRADED


def _hung_up() -> int:
    """Ends without a word: what is still to be written at the end goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
    return NOT_GRADED


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="python -m lib.grading", description=__doc__.partition("\n")[2])
    commands = top.add_subparsers(required=True, metavar="command")
    for command in (grade, check, batch, new, handout, bundle):
        command.add(commands)
    return top


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):  # a pipe or an old console may lack ✓, or a letter of a name
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # `start` has let Ctrl+C end it at once, while it loaded
    code = main()
    if code == NOT_GRADED:  # perhaps stopped: what runs would go on for seconds, and the sandbox ends it when we end
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
