// SPDX-License-Identifier: Apache-2.0
// The page of `culprit diff` in a real browser. With CULPRIT_PICTURES=FOLDER it leaves pictures
// there to be looked at.
"use strict";
const assert = require("node:assert/strict");
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { after, before, test } = require("node:test");
const { Browser } = require("./browser.js");

let folder;
let browser;

const open = (name) => browser.show(path.join(folder, `diff_${name}.html`));
const picture = (name) => browser.picture(`diff-${name}`);

// What the page knows of the boxes of a function.
const boxOf = (name) => browser.value(`(() => {
  const { tree, view } = culpritPage;
  for (let box = 0; box < tree.count; box++) {
    if (tree.name(box) !== ${JSON.stringify(name)}) { continue; }
    return { before: tree.before[box], after: tree.after[box], gone: tree.isGone(box),
      isNew: tree.isNew(box), width: view.span(box).width, colour: view.colour(box),
      amount: culpritPage.amount(box) };
  }
  return null;
})()`);

// Red, green and blue of "rgb(1 2 3)".
const channels = (colour) => colour.match(/\d+/g).map(Number);

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "culprit-page-"));
  execFileSync(process.env.CULPRIT_GOLDEN_WRITER, [folder]);
  browser = await Browser.open();
});

after(async () => {
  await browser.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

test("opens from a file, complains of nothing and asks nobody", async () => {
  const files = fs.readdirSync(folder).filter((name) => /^diff_.*\.html$/.test(name));
  assert.equal(files.length, 5);
  for (const file of files) {
    const url = await open(file.replace(/^diff_|\.html$/g, ""));
    await browser.frame();
    assert.deepEqual(browser.complaints(), [], file);
    assert.deepEqual(browser.requests().filter((one) => one !== url && !one.startsWith("blob:")), [], file);
  }
});

test("paints what grew red, what shrank blue, and keeps what is gone", async () => {
  await open("slower_release");
  const grew = await boxOf("parse_request");
  const [red, , blue] = channels(grew.colour);
  assert.ok(red > blue + 60, grew.colour);
  assert.match(grew.amount, /\+\d+\.\d\d points/);
  const gone = await boxOf("encode_plain");
  assert.ok(gone.gone && gone.after === 0 && gone.width > 20);
  const [less, , more] = channels(gone.colour);
  assert.ok(more > less + 60, gone.colour);
  assert.match(gone.amount, /gone/);
  assert.ok((await boxOf("encode_compact")).isNew);
  assert.match(await browser.value("document.querySelector('.headline strong').textContent"), /changed/);
  await picture("light");
  await browser.key("t");
  await browser.frame();
  await picture("dark");
  assert.notEqual((await boxOf("parse_request")).colour, grew.colour);
});

test("is pale where chance is not ruled out", async () => {
  await open("same_release");
  assert.match(await browser.value("document.querySelector('.headline strong').textContent"),
    /no significant difference/);
  const [red, , blue] = channels((await boxOf("parse_request")).colour);
  assert.ok(Math.abs(red - blue) < 50);
  await picture("same");
});

test("finds a function from the table, and zooms", async () => {
  await open("slower_release");
  await browser.value(`[...document.querySelectorAll("button[data-find]")]
    .find((one) => one.textContent === "parse_request").click()`);
  assert.match(await browser.value("document.getElementById('matched').textContent"), /% matched/);
  await browser.key("Escape");
  await browser.value("culpritPage.zoom(2)");
  assert.equal(await browser.value("culpritPage.view.zoomed"), 2);
  assert.deepEqual(browser.complaints(), []);
});

test("shows hostile names as text", async () => {
  await open("hostile_names");
  assert.deepEqual(await browser.value(`({
    images: document.images.length, scripts: document.scripts.length,
    wide: document.documentElement.scrollWidth > innerWidth,
    handlers: [...document.querySelectorAll("*")].filter((one) =>
      one.getAttributeNames().some((name) => name.startsWith("on"))).length })`),
  { images: 0, scripts: 2, wide: false, handlers: 0 });
  assert.deepEqual(browser.complaints(), []);
  await picture("hostile");
});
