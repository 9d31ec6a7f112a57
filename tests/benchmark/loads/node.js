// SPDX-License-Identifier: Apache-2.0
// What the native part does: JSON, regular expressions, compression, hashes, collection of garbage.
const crypto = require('crypto');
const zlib = require('zlib');

function deep(depth) {
  return depth === 0 ? JSON.stringify([...Array(200).keys()]).length
    : [depth - 1].map(deep).reduce((left, right) => left + right, 1);
}

const deadline = Date.now() + 1000 * Number(process.argv[2]);
const bytes = crypto.randomBytes(1 << 16);
let kept = [];
while (Date.now() < deadline) {
  deep(200);
  zlib.deflateSync(bytes);
  crypto.createHash('sha256').update(bytes).digest('hex');
  JSON.parse(JSON.stringify([...Array(5000).keys()].map((key) => ({ key, text: 'x'.repeat(20) }))));
  'the quick brown fox '.repeat(200).replace(/(\w+) (\w+)/g, '$2 $1');
  kept = kept.length > 200 ? [] : kept.concat([new Array(1000).fill(kept.length)]);
}
