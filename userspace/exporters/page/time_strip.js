// SPDX-License-Identifier: Apache-2.0
// Samples over time as bars; a drag over them selects a range.

class TimeStrip {
  constructor(canvas, tree, chosen) {
    Object.assign(this, { canvas, tree, chosen });
    this.from = 0;
    this.to = tree.buckets;
    this.drag = null;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.drag = this.bucketAt(event);
      this.choose(this.drag, this.drag + 1);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.drag === null) { return; }
      const here = this.bucketAt(event);
      this.choose(Math.min(this.drag, here), Math.max(this.drag, here) + 1);
    });
    canvas.addEventListener("pointerup", () => { this.drag = null; });
    canvas.addEventListener("dblclick", () => this.choose(0, tree.buckets));
  }

  bucketAt(event) {
    const share = event.offsetX / Math.max(this.canvas.clientWidth, 1);
    return Math.max(0, Math.min(this.tree.buckets - 1, Math.floor(share * this.tree.buckets)));
  }

  choose(from, to) {
    if (from === this.from && to === this.to) { return; }
    this.from = from;
    this.to = to;
    this.chosen();
  }

  draw(container, colours) {
    const ratio = window.devicePixelRatio || 1;
    const width = this.canvas.clientWidth;
    const height = this.canvas.clientHeight;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const counts = this.tree.perBucket(container);
    const most = Math.max(1, ...counts);
    const step = width / Math.max(counts.length, 1);
    counts.forEach((count, bucket) => {
      const bar = Math.max(count > 0 ? 1 : 0, (height - 2) * count / most);
      const chosen = bucket >= this.from && bucket < this.to;
      context.fillStyle = chosen ? colours.accent : colours.quiet;
      context.fillRect(bucket * step, height - bar, Math.max(step - 1, 1), bar);
    });
  }
}
