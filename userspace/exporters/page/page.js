// SPDX-License-Identifier: Apache-2.0
// Joins the controls of the page with the graph. Texts of the data reach the page by textContent and
// by the canvas only, never as markup.

const byId = (id) => document.getElementById(id);

function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; } // not there on some file: URLs
}

function remember(name, value) {
  try { localStorage.setItem(name, value); } catch { /* then it is asked for again */ }
}

class Page {
  constructor(tree, perSample) {
    this.tree = tree;
    this.perSample = perSample;
    this.container = 0;
    this.view = new FlameView(byId("graph"), byId("scroller"), byId("spacer"), tree);
    this.strip = new TimeStrip(byId("strip"), tree, () => this.select());
    this.fillContainers();
    this.fillRange();
    this.connectControls();
    this.connectGraph();
    this.setTheme(remembered("culprit-theme") || (matchMedia("(prefers-color-scheme: dark)").matches
      ? "dark" : "light"));
    this.select();
    this.view.showRoot();
  }

  fillContainers() {
    const list = byId("container");
    const whole = this.tree.total[0];
    for (const box of this.tree.containers()) {
      const option = document.createElement("option");
      option.value = String(box);
      const share = whole > 0 ? 100 * this.tree.total[box] / whole : 0;
      option.textContent = `${this.tree.name(box).slice(0, 80)}  ${share.toFixed(1)} %`;
      list.append(option);
    }
  }

  fillRange() {
    const seconds = this.tree.buckets * this.tree.bucketSeconds;
    byId("timeline").hidden = this.tree.buckets < 2;
    byId("from").max = byId("to").max = String(seconds);
    byId("from").step = byId("to").step = String(this.tree.bucketSeconds);
  }

  connectControls() {
    byId("container").addEventListener("change", (event) => {
      this.showContainer(Number(event.target.value));
    });
    byId("search").addEventListener("input", (event) => this.search(event.target.value));
    byId("icicle").addEventListener("click", () => this.turn());
    byId("theme").addEventListener("click", () => this.setTheme(this.theme === "dark" ? "light"
      : "dark"));
    byId("reset").addEventListener("click", () => this.reset());
    byId("all-time").addEventListener("click", () => this.strip.choose(0, this.tree.buckets));
    for (const id of ["from", "to"]) {
      byId(id).addEventListener("change", () => this.typedRange());
    }
    for (const button of document.querySelectorAll("button[data-workload]")) {
      const box = this.boxOfWorkload(button.dataset.workload);
      button.disabled = box < 0;
      button.addEventListener("click", () => {
        this.showContainer(this.container === box ? 0 : box);
        byId("flames").scrollIntoView({ behavior: "smooth", block: "start" });
      });
    }
    document.addEventListener("keydown", (event) => this.key(event));
    window.addEventListener("resize", () => { this.view.layOut(); this.drawStrip(); });
  }

  connectGraph() {
    const { scroller } = this.view;
    scroller.addEventListener("scroll", () => this.view.draw());
    scroller.addEventListener("pointermove", (event) => this.hover(event));
    scroller.addEventListener("pointerleave", () => this.hover(null));
    scroller.addEventListener("click", (event) => {
      const box = this.boxUnder(event);
      if (box >= 0) { this.zoom(box); }
    });
  }

  boxOfWorkload(number) {
    const box = this.tree.workloads[Number(number)];
    return box === undefined ? -1 : box;
  }

  boxUnder(event) {
    const area = this.view.canvas.getBoundingClientRect();
    return this.view.boxAt(event.clientX - area.left, event.clientY - area.top);
  }

  showContainer(box) {
    this.container = box;
    byId("container").value = String(box);
    this.view.zoomed = 0;
    this.select();
    this.view.showRoot();
  }

  typedRange() {
    const size = this.tree.bucketSeconds;
    const most = this.tree.buckets;
    const from = Math.max(0, Math.min(most - 1, Math.floor(Number(byId("from").value) / size)));
    const to = Math.max(from + 1, Math.min(most, Math.ceil(Number(byId("to").value) / size)));
    this.strip.choose(from, to);
    this.writeRange();
  }

  writeRange() {
    byId("from").value = String(this.strip.from * this.tree.bucketSeconds);
    byId("to").value = String(this.strip.to * this.tree.bucketSeconds);
  }

  select() {
    this.tree.select({ container: this.container, from: this.strip.from, to: this.strip.to });
    if (this.tree.total[this.view.zoomed] <= 0) { this.view.zoomed = 0; }
    this.view.layOut();
    this.drawStrip();
    this.writeRange();
    for (const button of document.querySelectorAll("button[data-workload]")) {
      const mine = this.boxOfWorkload(button.dataset.workload) === this.container;
      button.setAttribute("aria-pressed", String(this.container > 0 && mine));
    }
    this.search(byId("search").value);
    this.describe(this.view.zoomed);
  }

  drawStrip() {
    const style = getComputedStyle(document.documentElement);
    this.strip.draw(this.container, { accent: style.getPropertyValue("--accent"),
      quiet: style.getPropertyValue("--line") });
  }

  search(text) {
    const wanted = text.trim();
    this.view.matching = wanted === "" ? null : this.tree.matchingKeys(wanted);
    const whole = this.tree.total[0];
    const share = this.view.matching && whole > 0
      ? 100 * this.tree.matchedSamples(this.view.matching) / whole : 0;
    byId("matched").textContent = this.view.matching ? `${share.toFixed(1)} % matched` : "";
    this.view.draw();
  }

  zoom(box) {
    this.view.zoom(box);
    byId("reset").disabled = box === 0;
    this.describe(box);
  }

  hover(event) {
    const box = event === null ? -1 : this.boxUnder(event);
    const tip = byId("tip");
    if (box !== this.view.hovered) {
      this.view.hovered = box;
      this.view.draw();
      this.describe(box >= 0 ? box : Math.max(this.view.selected, this.view.zoomed));
      if (box >= 0) { this.fillTip(tip, box); }
    }
    tip.hidden = box < 0;
    if (box < 0) { return; }
    const left = Math.min(event.clientX + 14, window.innerWidth - tip.offsetWidth - 8);
    const below = event.clientY + 18;
    const fits = below + tip.offsetHeight < window.innerHeight;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${fits ? below : event.clientY - tip.offsetHeight - 12}px`;
  }

  fillTip(tip, box) {
    const [name, place, amount] = tip.children;
    name.textContent = this.tree.name(box);
    place.textContent = this.place(box);
    amount.textContent = this.amount(box);
  }

  place(box) {
    const parts = [this.tree.source(box) || this.tree.module(box), this.tree.kind(box)];
    return parts.filter((part) => part !== "").join("  \u00b7  ");
  }

  amount(box) {
    const { tree } = this;
    const share = 100 * tree.total[box] / Math.max(tree.total[0], 1);
    const own = 100 * tree.self[box] / Math.max(tree.total[0], 1);
    return `${share.toFixed(2)} %  (own ${own.toFixed(2)} %)  \u00b7  ${tree.total[box]} samples  `
      + `\u00b7  ${(tree.total[box] * this.perSample).toFixed(2)} s of CPU`;
  }

  describe(box) {
    byId("details").textContent = `${this.tree.name(box).slice(0, 300)}   ${this.place(box)}   `
      + this.amount(box);
  }

  turn() {
    this.view.icicle = !this.view.icicle;
    byId("icicle").setAttribute("aria-pressed", String(this.view.icicle));
    this.view.layOut();
    this.view.showRoot();
  }

  setTheme(theme) {
    this.theme = theme;
    document.documentElement.dataset.theme = theme;
    byId("theme").setAttribute("aria-pressed", String(theme === "dark"));
    remember("culprit-theme", theme);
    this.view.setDark(theme === "dark");
    this.drawStrip();
    for (const swatch of document.querySelectorAll("#legend [data-kind]")) {
      swatch.firstElementChild.style.background = colourOf(swatch.dataset.kind, "", theme === "dark");
    }
  }

  reset() {
    this.zoom(0);
    this.view.selected = -1;
    this.view.showRoot();
  }

  // Selects the neighbour in a direction as it is seen.
  move(direction) {
    const { view } = this;
    const from = view.selected >= 0 ? view.selected : view.zoomed;
    const box = view.neighbour(from, direction);
    if (this.tree.total[box] <= 0) { return; }
    view.selected = box;
    if (!this.tree.isBelow(box, view.zoomed)) { view.zoomed = box; view.layOut(); }
    view.reveal(box);
    view.draw();
    this.describe(box);
  }

  key(event) {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "Escape") {
      byId("search").value = "";
      this.search("");
      this.reset();
      document.activeElement.blur();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
    const up = this.view.icicle ? "caller" : "callee";
    const down = this.view.icicle ? "callee" : "caller";
    const inGraph = document.activeElement === this.view.scroller;
    const actions = {
      "/": () => byId("search").focus(), i: () => this.turn(), t: () => byId("theme").click(),
      0: () => this.reset(),
    };
    const moves = {
      ArrowUp: () => this.move(up), ArrowDown: () => this.move(down),
      ArrowLeft: () => this.move("before"), ArrowRight: () => this.move("after"),
      Enter: () => this.zoom(Math.max(this.view.selected, 0)),
    };
    const action = actions[event.key] || (inGraph ? moves[event.key] : undefined);
    if (action) { event.preventDefault(); action(); }
  }
}

async function start() {
  const element = byId("data");
  const data = await readCallData(element);
  const tree = new CallTree(data);
  window.culpritPage = new Page(tree, data.secondsPerSample);
  document.documentElement.dataset.ready = "true";
}

start().catch((error) => {
  byId("details").textContent = `The graph cannot be shown by this browser: ${error.message}`;
  document.documentElement.dataset.ready = "failed";
});
