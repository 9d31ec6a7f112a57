// SPDX-License-Identifier: Apache-2.0
// The HTML report in a real browser: report_page_test.js GOLDEN-WRITER. With CULPRIT_PICTURES=FOLDER
// it leaves pictures there to be looked at.
"use strict";
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { Browser } = require("./browser.js");

const writer = process.env.CULPRIT_GOLDEN_WRITER;
let folder;
let browser;

const open = (name) => browser.show(path.join(folder, `${name}.html`));
const picture = (name) => browser.picture(name);

// The middle of the box of a function, in the window.
function middleOf(name) {
  return browser.value(`(() => {
    const { view, tree } = culpritPage;
    document.getElementById("scroller").scrollIntoView({ block: "center" });
    for (let box = 0; box < tree.count; box++) {
      if (tree.name(box) !== ${JSON.stringify(name)} || tree.total[box] === 0) { continue; }
      view.reveal(box);
      const area = view.canvas.getBoundingClientRect();
      const { left, width } = view.span(box);
      return { x: area.left + left + width / 2, y: area.top + view.top(tree.depth[box]) + 9, width };
    }
    throw new Error("no such box");
  })()`);
}

const text = (id) => browser.value(`document.getElementById(${JSON.stringify(id)}).textContent`);

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "culprit-page-"));
  execFileSync(writer, [folder]);
  browser = await Browser.open();
});

after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test("opens from a file, complains of nothing and asks nobody", async () => {
  for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".html"))) {
    const url = await open(file.replace(/\.html$/, ""));
    await browser.frame();
    assert.deepEqual(browser.complaints(), [], file);
    assert.deepEqual(browser.requests().filter((one) => one !== url && !one.startsWith("blob:")), [],
      file);
  }
});

test("shows the verdict and everything that was sampled", async () => {
  await open("looping_backend");
  assert.match(await browser.value("document.querySelector('.headline strong').textContent"),
    /loops without end/);
  const folded = fs.readFileSync(path.join(folder, "looping_backend.folded"), "utf8");
  const samples = folded.trim().split("\n").reduce((sum, line) => sum + Number(line.split(" ").pop()), 0);
  assert.equal(await browser.value("culpritPage.tree.total[0]"), samples);
  assert.ok(await browser.value("culpritPage.view.drawn") > 10);
  await picture("light");
});

test("finds functions and says how much of the CPU they are", async () => {
  await open("looping_backend");
  await browser.key("/");
  await browser.send("Input.insertText", { text: "NORMALIZE" });
  assert.match(await text("matched"), /^56\.7 % matched$/);
  await picture("search");
  await browser.key("Escape");
  assert.equal(await text("matched"), "");
});

test("zooms by click and by keyboard and comes back", async () => {
  await open("looping_backend");
  const box = await middleOf("normalize_tags");
  await browser.hover(box.x, box.y);
  assert.match(await text("tip"), /normalize_tags/);
  await browser.click(box.x, box.y);
  const zoomed = await middleOf("normalize_tags");
  assert.ok(zoomed.width > box.width * 1.5, `${zoomed.width} of ${box.width}`);
  await picture("zoomed");
  await browser.key("Escape");
  assert.equal((await middleOf("normalize_tags")).width, box.width);
  await browser.value("document.getElementById('scroller').focus()");
  for (const key of ["ArrowUp", "ArrowUp", "Enter"]) { await browser.key(key); }
  assert.ok(await browser.value("culpritPage.view.zoomed") > 0);
});

test("filters by container, from the list and from the table", async () => {
  await open("looping_backend");
  const whole = await browser.value("culpritPage.tree.total[0]");
  await browser.value(`(() => {
    const list = document.getElementById("container");
    list.value = [...list.options].find((one) => one.textContent.startsWith("worker-1")).value;
    list.dispatchEvent(new Event("change"));
  })()`);
  const part = await browser.value("culpritPage.tree.total[0]");
  assert.ok(part > 0 && part < whole);
  await browser.value(`[...document.querySelectorAll("button[data-workload]")]
    .find((one) => one.textContent === "backend-2").click()`);
  assert.notEqual(await browser.value("culpritPage.tree.total[0]"), part);
  await picture("filtered");
});

test("turns upside down and changes its theme", async () => {
  await open("looping_backend");
  await browser.key("t");
  assert.equal(await browser.value("document.documentElement.dataset.theme"), "dark");
  assert.equal(await browser.value("getComputedStyle(document.body).backgroundColor"),
    "rgb(19, 20, 22)");
  await picture("dark");
  const up = await middleOf("normalize_tags");
  await browser.key("i");
  await browser.frame();
  assert.notEqual((await middleOf("normalize_tags")).y, up.y);
  await picture("icicle");
  assert.deepEqual(browser.complaints(), []);
});

test("shows hostile names as text", async () => {
  await open("hostile_names");
  const found = await browser.value(`({
    images: document.images.length, scripts: document.scripts.length,
    handlers: [...document.querySelectorAll("*")].filter((one) =>
      one.getAttributeNames().some((name) => name.startsWith("on"))).length,
    turned: document.documentElement.textContent.includes("\\u202e")
      || culpritPage.tree.texts.some((one) => one.includes("\\u202e")),
    longest: Math.max(...culpritPage.tree.texts.map((one) => one.length)),
    wide: document.documentElement.scrollWidth > innerWidth })`);
  assert.deepEqual(found, { images: 0, scripts: 2, handlers: 0, turned: false,
    longest: found.longest, wide: false });
  assert.ok(found.longest <= 512);
  await picture("hostile");
  assert.deepEqual(browser.complaints(), []);
});
