// SPDX-License-Identifier: Apache-2.0
// Six functions whose shares of the CPU are known, because each works until it has had its time.
//
//     main (100) -> serve (70) -> parse (40) -> tokenize (25)
//                              -> render (20)
//                -> compact (30)
//
// Own shares: parse 15, tokenize 25, render 20, compact 30, serve 10. call_tree.js SECONDS
'use strict';

const STEP = 10000; // microseconds of CPU for each hundredth

// Of the process: all that it does is done by, or for, the thread that calls.
const now = () => {
  const usage = process.cpuUsage();
  return usage.user + usage.system;
};

function tokenize(until) {
  let word = 0;
  while (now() < until) {
    for (let number = 0; number < 5000; number++) {
      word = (word * 31 + number) & 0xffffff;
    }
  }
  return word;
}

function parse(until) {
  tokenize(until - 15 * STEP);
  let total = 0;
  while (now() < until) {
    for (let number = 0; number < 5000; number++) {
      total += number % 7;
    }
  }
  return total;
}

function render(until) {
  let text = '';
  while (now() < until) {
    const parts = [];
    for (let number = 0; number < 500; number++) {
      parts.push(String(number));
    }
    text = parts.join('');
  }
  return text;
}

function compact(until) {
  let kept = [];
  while (now() < until) {
    kept = [];
    for (let number = 0; number < 500; number++) {
      kept.push({ key: number % 13 });
    }
    kept.sort((left, right) => left.key - right.key);
  }
  return kept;
}

function serve(begin) {
  parse(begin + 40 * STEP);
  render(begin + 60 * STEP);
  let rest = 0;
  while (now() < begin + 70 * STEP) {
    for (let number = 0; number < 5000; number++) {
      rest ^= number;
    }
  }
  return rest;
}

function main() {
  process.stderr.write('ready port=0\n');
  const end = Date.now() + Number(process.argv[2]) * 1000;
  while (Date.now() < end) {
    const begin = now();
    serve(begin);
    compact(begin + 100 * STEP);
  }
}

main();
