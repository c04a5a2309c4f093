// A server with a store of its own, and a browser that looks at it.

import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

const packages = createRequire(join(process.env.ANNALS_PAGE_PACKAGES, "package.json"));
const { chromium } = packages("playwright-core");
export const axeSource = packages("axe-core").source;

const PROGRAM = process.env.ANNALS_PROGRAM;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
/** The parts of the style sheet, in their order. */
const SHEET = ["base", "controls", "search", "results", "event", "widths"];
const PATIENCE_MS = 20000;

let browser;

/** The browser of this file of tests. */
async function chrome() {
  browser ??= chromium.launch({ executablePath: process.env.ANNALS_CHROMIUM, args: FLAGS });
  return browser;
}

after(async () => (await browser)?.close());

/** A server: with 20,000 made-up events where `demo` is set, else empty, of a profile if one is named. */
export async function serve({ demo = false, profile = null, options = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "annals-page-"));
  const store = join(folder, "store");
  const annals = (...args) =>
    execFileSync(PROGRAM, ["--store", store, ...args], { encoding: "utf8" });
  if (!demo) annals("init", ...(profile ? ["--profile", profile] : []));
  const child = spawn(
    PROGRAM,
    ["--store", store, "serve", "--listen", "127.0.0.1:0", ...(demo ? ["--demo"] : []), ...options],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const line = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (piece) => {
      text += piece;
      if (text.includes("\n")) resolve(text);
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const { listening, sign_in } = JSON.parse(line);
  after(async () => {
    child.removeAllListeners("exit");
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  });
  return new Server(listening, sign_in, annals);
}

class Server {
  constructor(url, signIn, annals) {
    Object.assign(this, { url, signIn, annals, state: null, root: null });
  }

  /** A token that counts already. */
  async token(name, role, ...options) {
    const token = this.annals("token", "create", "--name", name, "--role", role, ...options).trim();
    await until(
      async () =>
        (
          await fetch(`${this.url}/api/v1/searches`, {
            headers: { Authorization: `Bearer ${token}`, "X-Reason": "test" },
          })
        ).status !== 401,
    );
    return token;
  }

  /** Asks or appends as an administrator. */
  async api(place, options = {}) {
    this.root ??= await this.token("test-root", "admin");
    const answer = await fetch(`${this.url}/api/v1/${place}`, {
      ...options,
      headers: { Authorization: `Bearer ${this.root}`, ...options.headers },
    });
    if (!answer.ok) throw new Error(`${place}: ${answer.status} ${await answer.text()}`);
    return answer;
  }

  /** Appends events. */
  async append(...events) {
    const body = events.map((event) => JSON.stringify(event)).join("\n");
    await this.api("events", { method: "POST", body });
  }

  /** A page of somebody who is signed in as an administrator; what goes wrong in it fails the test. */
  async open(path = "/", options = {}) {
    const browser = await chrome();
    if (!this.state) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(this.signIn);
      this.state = await context.storageState();
      await context.close();
    }
    return this.openAs(this.state, path, options);
  }

  /** A page of somebody who is signed in so, or not at all. */
  async openAs(storageState, path = "/", options = {}) {
    const browser = await chrome();
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: "en-GB",
      ...(storageState ? { storageState } : {}),
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    if (process.env.ANNALS_PAGE_ASSETS) {
      const types = { css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
      await context.route("**/assets/*", (route) => {
        const name = new URL(route.request().url()).pathname.slice(8);
        const files = name === "style.css" ? SHEET.map((part) => `style/${part}.css`) : [name];
        const texts = files.map((file) =>
          readFileSync(join(process.env.ANNALS_PAGE_ASSETS, file), "utf8"),
        );
        route.fulfill({ body: texts.join(""), contentType: types[name.split(".")[1]] });
      });
    }
    const page = await context.newPage();
    page.problems = [];
    page.on("pageerror", (error) => page.problems.push(error.message));
    page.on(
      "console",
      (message) => message.type() === "error" && page.problems.push(message.text()),
    );
    page.foreign = [];
    page.on(
      "request",
      (request) =>
        !request.url().startsWith(this.url) &&
        !request.url().startsWith("data:") &&
        page.foreign.push(request.url()),
    );
    await page.goto(this.url + path);
    return page;
  }
}

/** Waits until something holds. */
export async function until(holds) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await holds();
    if (value) return value;
    if (Date.now() > end) throw new Error(`still not: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** An event with what is given in the place of what is usual. */
export function event(changes = {}) {
  return {
    data_source: "activity_log",
    occurred_at: "2026-11-20T08:00:00Z",
    category: "teams",
    activity: "created",
    operation: "create",
    outcome: "success",
    actor: { type: "user", id: "u-1", email: "ada@acme.example", display_name: "Ada Lovelace" },
    targets: [{ type: "team", id: "t-1", name: "Blue team" }],
    ...changes,
  };
}

/** The texts of elements. */
export const texts = (page, selector) => page.locator(selector).allInnerTexts();
/** The parameters of the address. */
export const parameters = (page) => Object.fromEntries(new URL(page.url()).searchParams);
