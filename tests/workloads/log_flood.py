# SPDX-License-Identifier: Apache-2.0
"""A Python application that logs without pause to a file, by the standard library's logging.

log_flood.py SECONDS PATH
"""
import logging
import signal
import sys


def main() -> None:
    seconds, path = int(sys.argv[1]), sys.argv[2]
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds)
    logging.basicConfig(filename=path, filemode="a", format="%(asctime)s %(levelname)s %(message)s")
    log = logging.getLogger("shop")
    print("ready port=0", file=sys.stderr, flush=True)
    item = 0
    while True:
        item += 1
        log.warning("item %d is not in the cache, it will be fetched again", item)


main()
