// SPDX-License-Identifier: Apache-2.0
// Draws the boxes that can be seen, on a canvas as large as the window into the graph: its cost
// depends on what is visible, not on how many stacks there are.

const ROW = 19;
const SMALLEST = 0.6; // pixels; what is narrower is not drawn, nor anything below it

class FlameView {
  constructor(canvas, scroller, spacer, tree) {
    Object.assign(this, { canvas, scroller, spacer, tree });
    this.context = canvas.getContext("2d");
    this.zoomed = 0;
    this.icicle = false;
    this.dark = false;
    this.matching = null;
    this.hovered = -1;
    this.selected = -1;
    this.colours = new Map();
    this.queued = false;
    this.drawn = 0;
  }

  // Depth of the deepest box that is wide enough to be drawn.
  visibleDepth() {
    const { tree } = this;
    let deepest = tree.depth[this.zoomed];
    const scale = this.width / Math.max(tree.total[this.zoomed], 1);
    for (let box = this.zoomed; box < tree.end[this.zoomed];) {
      if (tree.total[box] * scale < SMALLEST) { box = tree.end[box]; continue; }
      deepest = Math.max(deepest, tree.depth[box]);
      box++;
    }
    return deepest;
  }

  // After a change of what is shown or of the window's size.
  layOut() {
    this.width = this.scroller.clientWidth;
    this.rows = this.visibleDepth() + 1;
    const wanted = this.rows * ROW + 2;
    this.height = Math.max(160, Math.min(wanted, Math.round(window.innerHeight * 0.72)));
    this.full = Math.max(wanted, this.height);
    this.scroller.style.height = `${this.height}px`;
    this.spacer.style.height = `${this.full - this.height}px`;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.draw();
  }

  showRoot() { this.scroller.scrollTop = this.icicle ? 0 : this.full; }

  draw() {
    if (this.queued) { return; }
    this.queued = true;
    requestAnimationFrame(() => { this.queued = false; this.drawNow(); });
  }

  top(depth) {
    const position = this.icicle ? depth * ROW : this.full - (depth + 1) * ROW;
    return position - this.scroller.scrollTop;
  }

  // Where a box lies in the window: the ones that the zoomed one is called by are as wide as it.
  span(box) {
    const { tree, zoomed } = this;
    if (!tree.isBelow(box, zoomed)) { return { left: 0, width: this.width }; }
    const scale = this.width / Math.max(tree.total[zoomed], 1);
    return { left: (tree.start[box] - tree.start[zoomed]) * scale, width: tree.total[box] * scale };
  }

  drawNow() {
    const { context, tree } = this;
    const started = performance.now();
    const ratio = window.devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = "12px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
    context.textBaseline = "middle";
    this.letter = context.measureText("M").width;
    this.drawn = 0;
    if (tree.total[0] > 0) {
      for (const box of tree.path(this.zoomed).slice(0, -1)) { this.drawBox(box, true); }
      const scale = this.width / Math.max(tree.total[this.zoomed], 1);
      for (let box = this.zoomed; box < tree.end[this.zoomed];) {
        if (tree.total[box] * scale < SMALLEST) { box = tree.end[box]; continue; }
        this.drawBox(box, false);
        box++;
      }
    }
    this.drawTime = performance.now() - started;
  }

  drawBox(box, above) {
    const { context, tree } = this;
    const top = this.top(tree.depth[box]);
    if (top + ROW < 0 || top > this.height) { return; }
    const { left, width } = this.span(box);
    const gap = width > 3 ? 0.8 : 0;
    const found = this.matching && this.matching[tree.key[box]];
    context.globalAlpha = above ? 0.55 : this.matching && !found ? 0.4 : 1;
    context.fillStyle = found ? MATCH[this.dark ? "dark" : "light"] : this.colour(box);
    context.fillRect(left, top, width - gap, ROW - 1);
    if (box === this.hovered || box === this.selected) {
      context.globalAlpha = 1;
      context.strokeStyle = this.dark ? "#fff" : "#111";
      context.lineWidth = box === this.selected ? 2 : 1;
      context.strokeRect(left + 0.5, top + 0.5, Math.max(width - gap - 1, 1), ROW - 2);
    }
    this.drawn++;
    if (width > 28) { this.drawName(tree.name(box), left, top, width, found); }
    context.globalAlpha = 1;
  }

  drawName(name, left, top, width, found) {
    const { context } = this;
    const room = Math.floor((width - 8) / this.letter);
    // Wide letters take two columns: a cut that is generous to them is clipped at the box's edge.
    const shown = name.length <= room ? name : `${name.slice(0, Math.max(room - 1, 1))}\u2026`;
    context.save();
    context.beginPath();
    context.rect(left, top, width - 2, ROW);
    context.clip();
    context.fillStyle = found ? "#fff" : this.dark ? "#f1efe9" : "#1c1a17";
    context.fillText(shown, left + 4, top + ROW / 2);
    context.restore();
  }

  colour(box) {
    const key = this.tree.key[box];
    let colour = this.colours.get(key);
    if (!colour) {
      colour = colourOf(this.tree.kind(box), this.tree.name(box), this.dark);
      this.colours.set(key, colour);
    }
    return colour;
  }

  setDark(dark) {
    this.dark = dark;
    this.colours.clear();
    this.draw();
  }

  // The box at a place of the window, or -1.
  boxAt(x, y) {
    const { tree } = this;
    const position = y + this.scroller.scrollTop;
    const row = Math.floor(this.icicle ? position / ROW : (this.full - position) / ROW);
    if (row < 0 || tree.total[0] <= 0) { return -1; }
    const path = tree.path(this.zoomed);
    if (row < path.length) { return path[row]; }
    const scale = this.width / Math.max(tree.total[this.zoomed], 1);
    const sample = tree.start[this.zoomed] + x / scale;
    for (let box = this.zoomed + 1; box < tree.end[this.zoomed];) {
      const inside = sample >= tree.start[box] && sample < tree.start[box] + tree.total[box];
      if (!inside || tree.total[box] * scale < SMALLEST) { box = tree.end[box]; continue; }
      if (tree.depth[box] === row) { return box; }
      box++;
    }
    return -1;
  }

  zoom(box) {
    this.zoomed = box;
    this.selected = box > 0 ? box : -1;
    this.layOut();
  }

  // Scrolls so far that a box can be seen.
  reveal(box) {
    const top = this.top(this.tree.depth[box]);
    if (top < 0) { this.scroller.scrollTop += top - ROW; }
    if (top + ROW > this.height) { this.scroller.scrollTop += top + 2 * ROW - this.height; }
  }

  // The neighbour in a direction: "caller", "callee" (the widest), "before", "after".
  neighbour(box, direction) {
    const { tree } = this;
    const caller = tree.parent[box];
    if (direction === "caller") { return caller < 0 ? box : caller; }
    const first = direction === "callee" ? box : caller;
    if (first < 0) { return box; }
    let found = box;
    let widest = 0;
    for (let child = first + 1; child < tree.end[first]; child = tree.end[child]) {
      if (tree.total[child] <= 0) { continue; }
      if (direction === "before" && child < box) { found = child; }
      if (direction === "after" && child > box) { return child; }
      if (direction === "callee" && tree.total[child] > widest) {
        widest = tree.total[child];
        found = child;
      }
    }
    return found;
  }
}
