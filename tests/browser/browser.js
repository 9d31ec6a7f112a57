// SPDX-License-Identifier: Apache-2.0
// A headless Chromium, driven through the pipe of its DevTools protocol: no port, no library.
"use strict";
const assert = require("node:assert/strict");
const { spawn } = require("node:child_process");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const WAIT_MS = 60000;

class Browser {
  static async open() {
    const browser = new Browser();
    await browser.start();
    return browser;
  }

  async start() {
    this.folder = fs.mkdtempSync(path.join(os.tmpdir(), "culprit-browser-"));
    const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find(fs.existsSync);
    if (!program) { throw new Error("chromium is not installed: tools/setup test"); }
    this.process = spawn(program, ["--headless=new", "--no-sandbox", "--disable-gpu",
      "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
      `--user-data-dir=${this.folder}`, "about:blank"],
    { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => { this.process.on("exit", resolve); });
    this.next = 1;
    this.waiting = new Map();
    this.events = [];
    this.rest = "";
    this.process.stdio[4].setEncoding("utf8");
    this.process.stdio[4].on("data", (text) => this.receive(text));
    this.process.stdio[3].on("error", () => {});
    const { targetInfos } = await this.send("Target.getTargets");
    const { targetId } = targetInfos.find((target) => target.type === "page");
    this.session = (await this.send("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) { await this.send(`${domain}.enable`); }
  }

  receive(text) {
    const messages = (this.rest + text).split("\0");
    this.rest = messages.pop();
    for (const message of messages.map((one) => JSON.parse(one))) {
      const waiting = this.waiting.get(message.id);
      if (!waiting) { this.events.push(message); continue; }
      this.waiting.delete(message.id);
      if (message.error) { waiting.reject(new Error(message.error.message)); }
      else { waiting.resolve(message.result); }
    }
  }

  send(method, params = {}) {
    const id = this.next++;
    const message = { id, method, params };
    if (this.session) { message.sessionId = this.session; }
    this.process.stdio[3].write(`${JSON.stringify(message)}\0`);
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      setTimeout(() => reject(new Error(`${method}: no answer`)), WAIT_MS).unref();
    });
  }

  // The value of an expression in the page; promises are waited for.
  async value(expression) {
    const answer = await this.send("Runtime.evaluate",
      { expression, awaitPromise: true, returnByValue: true });
    if (answer.exceptionDetails) {
      throw new Error(answer.exceptionDetails.exception.description || expression);
    }
    return answer.result.value;
  }

  async until(expression) {
    const end = Date.now() + WAIT_MS;
    while (Date.now() < end) {
      if (await this.value(expression).catch(() => false)) { return; }
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
    throw new Error(`never became true: ${expression}`);
  }

  async size(width, height) {
    await this.send("Emulation.setDeviceMetricsOverride",
      { width, height, deviceScaleFactor: 1, mobile: false });
  }

  async goto(url) {
    this.events.length = 0;
    await this.send("Page.navigate", { url });
    await this.until("document.documentElement.dataset.ready !== undefined");
  }

  async click(x, y) {
    for (const type of ["mouseMoved", "mousePressed", "mouseReleased"]) {
      await this.send("Input.dispatchMouseEvent",
        { type, x, y, button: type === "mouseMoved" ? "none" : "left", clickCount: 1 });
    }
  }

  async hover(x, y) {
    await this.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y });
  }

  async key(key) {
    await this.send("Input.dispatchKeyEvent",
      { type: "keyDown", key, text: key.length === 1 ? key : undefined });
    await this.send("Input.dispatchKeyEvent", { type: "keyUp", key });
  }

  // A page of ours, as if for the first time, once it is ready. Its address.
  async show(file) {
    const address = pathToFileURL(file).href;
    await this.size(1400, 1000);
    await this.goto(address);
    await this.value("localStorage.clear()");
    assert.equal(await this.value("document.documentElement.dataset.ready"), "true");
    return address;
  }

  // To be looked at, where CULPRIT_PICTURES says.
  async picture(name) {
    if (!process.env.CULPRIT_PICTURES) { return; }
    const file = path.join(process.env.CULPRIT_PICTURES, `${name}.png`);
    await this.frame();
    const { data } = await this.send("Page.captureScreenshot", { format: "png" });
    fs.writeFileSync(file, Buffer.from(data, "base64"));
  }

  async frame() {
    await this.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }

  // What a page that only shows itself must not cause: errors, warnings of the policy, exceptions.
  complaints() {
    return this.events.filter((event) => event.method === "Runtime.exceptionThrown"
      || (event.method === "Runtime.consoleAPICalled" && event.params.type === "error")
      || (event.method === "Log.entryAdded" && event.params.entry.level !== "verbose"));
  }

  requests() {
    return this.events.filter((event) => event.method === "Network.requestWillBeSent")
      .map((event) => event.params.request.url);
  }

  async close() {
    this.process.stdio[3].write(`${JSON.stringify({ id: this.next++, method: "Browser.close" })}\0`);
    await Promise.race([this.ended, new Promise((resolve) => { setTimeout(resolve, 5000).unref(); })]);
    if (this.process.exitCode === null) { this.process.kill("SIGKILL"); await this.ended; }
    fs.rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

module.exports = { Browser };
