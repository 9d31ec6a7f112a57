// SPDX-License-Identifier: Apache-2.0
// The call paths of the page's data block as flat arrays in the order in which a flame graph is read:
// each box before its callees, callees by name. Everything drawn is a walk over these arrays.

const KINDS = ["all", "container", "process", "kernel", "native", "inlined", "python", "javascript",
  "java", "go", "jit"];

async function readCallData(element) {
  const packed = Uint8Array.from(atob(element.textContent.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

// The place of each text in their order.
function ranksOf(texts) {
  const order = Array.from(texts.keys()).sort((one, other) => (texts[one] < texts[other] ? -1
    : texts[one] > texts[other] ? 1 : 0));
  const ranks = new Int32Array(texts.length);
  order.forEach((text, rank) => { ranks[text] = rank; });
  return ranks;
}

// The children of each box, one after the other: those of a box begin at first[box].
function childLists(parents) {
  const count = parents.length;
  const first = new Int32Array(count + 1);
  for (let box = 1; box < count; box++) { first[parents[box] + 1]++; }
  for (let box = 0; box < count; box++) { first[box + 1] += first[box]; }
  const next = first.slice();
  const children = new Int32Array(Math.max(count - 1, 0));
  for (let box = 1; box < count; box++) { children[next[parents[box]]++] = box; }
  return { first, children };
}

// From the order of the file to the order of reading. Returns the place of each box and its end, the
// place after the last box below it.
function readingOrder(parents, ranks) {
  const count = parents.length;
  const { first, children } = childLists(parents);
  const size = new Int32Array(count).fill(1);
  for (let box = count - 1; box > 0; box--) { size[parents[box]] += size[box]; }
  const place = new Int32Array(count);
  const end = new Int32Array(count);
  for (let box = 0; box < count; box++) { // a parent's place is known before its children's
    let next = place[box] + 1;
    end[place[box]] = place[box] + size[box];
    const below = children.subarray(first[box], first[box + 1]);
    if (below.length > 1) { below.sort((one, other) => ranks[one] - ranks[other] || one - other); }
    for (const child of below) {
      place[child] = next;
      next += size[child];
    }
  }
  return { place, end };
}

class CallTree {
  constructor(data) {
    const count = data.boxes.key.length;
    const parents = Int32Array.from(data.boxes.parent, (distance, box) => box - distance);
    const textRanks = ranksOf(data.texts);
    const ranks = Int32Array.from(data.boxes.key, (key) => textRanks[data.keys.name[key]]);
    const { place, end } = readingOrder(parents, ranks);
    this.count = count;
    this.end = end;
    this.parent = new Int32Array(count).fill(-1);
    this.depth = new Int32Array(count);
    this.key = new Int32Array(count);
    for (let box = 0; box < count; box++) { // parents come before their callees here too
      const here = place[box];
      this.key[here] = data.boxes.key[box];
      if (box > 0) {
        this.parent[here] = place[parents[box]];
        this.depth[here] = this.depth[this.parent[here]] + 1;
      }
    }
    this.keys = data.keys;
    this.texts = data.texts;
    this.buckets = data.buckets;
    this.bucketSeconds = data.bucketSeconds;
    this.workloads = data.workloads.map((box) => (box < 0 ? -1 : place[box]));
    this.cellBox = Int32Array.from(data.cells.box, (box) => place[box]);
    this.cellBucket = Int32Array.from(data.cells.bucket);
    this.cellSamples = Float64Array.from(data.cells.samples);
    this.total = new Float64Array(count);
    this.self = new Float64Array(count);
    this.start = new Float64Array(count);
    this.select({ container: 0, from: 0, to: this.buckets });
  }

  name(box) { return this.texts[this.keys.name[this.key[box]]]; }
  module(box) { return this.texts[this.keys.module[this.key[box]]]; }
  source(box) { return this.texts[this.keys.source[this.key[box]]]; }
  kind(box) { return KINDS[this.keys.kind[this.key[box]]]; }

  // Counts anew what lies below `container` (a box) in the buckets [from, to).
  select({ container, from, to }) {
    const { total, self, start, parent, end } = this;
    self.fill(0);
    for (let cell = 0; cell < this.cellBox.length; cell++) {
      const box = this.cellBox[cell];
      const bucket = this.cellBucket[cell];
      if (bucket >= from && bucket < to && box >= container && box < end[container]) {
        self[box] += this.cellSamples[cell];
      }
    }
    total.set(self);
    for (let box = this.count - 1; box > 0; box--) { total[parent[box]] += total[box]; }
    const next = new Float64Array(this.count);
    start[0] = 0;
    for (let box = 1; box < this.count; box++) {
      start[box] = next[parent[box]];
      next[parent[box]] += total[box];
      next[box] = start[box];
    }
  }

  // Samples of each bucket below `container`.
  perBucket(container) {
    const counts = new Float64Array(Math.max(1, this.buckets));
    for (let cell = 0; cell < this.cellBox.length; cell++) {
      const box = this.cellBox[cell];
      if (box >= container && box < this.end[container]) {
        counts[this.cellBucket[cell]] += this.cellSamples[cell];
      }
    }
    return counts;
  }

  // The boxes below "all": containers, services, the kernel's own work.
  containers() {
    const boxes = [];
    for (let box = 1; box < this.count; box = this.end[box]) { boxes.push(box); }
    return boxes;
  }

  isBelow(box, ancestor) { return box >= ancestor && box < this.end[ancestor]; }

  path(box) {
    const boxes = [];
    for (let here = box; here >= 0; here = this.parent[here]) { boxes.push(here); }
    return boxes.reverse();
  }

  // Which names hold `text`, whatever its case: one flag for each key.
  matchingKeys(text) {
    const needle = text.toLowerCase();
    const texts = this.texts.map((known) => known.toLowerCase().includes(needle));
    return Uint8Array.from(this.keys.name, (name, key) =>
      (texts[name] || texts[this.keys.source[key]] ? 1 : 0));
  }

  // Samples below boxes of matching keys, each counted once.
  matchedSamples(matching) {
    let sum = 0;
    for (let box = 0; box < this.count;) {
      if (matching[this.key[box]] && this.total[box] > 0) {
        sum += this.total[box];
        box = this.end[box];
      } else {
        box++;
      }
    }
    return sum;
  }
}
