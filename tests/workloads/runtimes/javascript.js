// SPDX-License-Identifier: Apache-2.0
// Ways in which V8 runs JavaScript, one at a time: javascript.js WAY SECONDS
'use strict';

const threads = require('worker_threads');

const [way, seconds] = threads.workerData || [process.argv[2], Number(process.argv[3])];
const end = Date.now() + seconds * 1000;

let kept = 0;

function twist(value) {
  for (let round = 0; round < 50; round++) {
    value = (value * 33 + round) & 0xffffff;
  }
  return value;
}

function mix(left, right) {
  return twist(left) ^ twist(right);
}

// Compiled code into which the two above are inlined.
function inlined() {
  while (Date.now() < end) {
    for (let number = 0; number < 20000; number++) {
      kept ^= mix(number, kept);
    }
  }
}

// A pattern that tries each way to cut a row of letters before it gives up.
function regexp() {
  const text = 'a'.repeat(24) + '!';
  while (Date.now() < end) {
    kept += /^(a+)+$/.test(text) ? 1 : 0;
  }
}

function descend(depth) {
  if (depth > 1) {
    return descend(depth - 1) + 1;
  }
  inlined();
  return 1;
}

function deep() {
  kept = descend(480);
}

// What survives for a while is moved by the collector, and so are the functions made anew.
function churn(number) {
  const row = [];
  for (let index = 0; index < 2000; index++) {
    row.push({ number, name: 'item ' + index, next: () => index });
  }
  return row;
}

function garbage() {
  const rows = [];
  while (Date.now() < end) {
    rows[kept % 50] = churn(kept++);
  }
}

async function step(number) {
  await null;
  kept = twist(number);
  for (let round = 0; round < 2000; round++) {
    kept ^= twist(round);
  }
}

async function waits() {
  while (Date.now() < end) {
    await step(kept);
  }
}

function workers() {
  for (let index = 0; index < 2; index++) {
    new threads.Worker(__filename, { workerData: ['inlined', seconds] });
  }
}

// Functions made from text have a script without a name.
function evaluated() {
  const made = new Function('spin', 'return function fromText() { spin(); }')(inlined);
  made();
}

if (threads.isMainThread) {
  process.stderr.write('ready port=0\n');
}
({ inlined, regexp, deep, garbage, waits, workers, evaluated })[way]();
