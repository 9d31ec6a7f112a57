# SPDX-License-Identifier: Apache-2.0
"""Six functions whose shares of the CPU are known, because each works until it has had its time.

    main (100) -> serve (70) -> parse (40) -> tokenize (25)
                             -> render (20)
               -> compact (30)

Own shares: parse 15, tokenize 25, render 20, compact 30, serve 10. call_tree.py SECONDS
"""
import sys
import time

STEP = 0.010  # seconds of CPU for each hundredth


def tokenize(until):
    word = 0
    while time.thread_time() < until:
        for number in range(200):
            word = (word * 31 + number) & 0xffffffff
    return word


def parse(until):
    tokenize(until - 0.15 * 100 * STEP)
    total = 0
    while time.thread_time() < until:
        for number in range(200):
            total += number % 7
    return total


def render(until):
    text = ""
    while time.thread_time() < until:
        text = "".join([str(number) for number in range(100)])
    return text


def compact(until):
    kept = []
    while time.thread_time() < until:
        kept = sorted(number % 13 for number in range(100))
    return kept


def serve(begin):
    parse(begin + 0.40 * 100 * STEP)
    render(begin + 0.60 * 100 * STEP)
    rest = 0
    while time.thread_time() < begin + 0.70 * 100 * STEP:
        for number in range(200):
            rest ^= number
    return rest


def main():
    print("ready port=0", file=sys.stderr, flush=True)
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        begin = time.thread_time()
        serve(begin)
        compact(begin + 100 * STEP)


main()
