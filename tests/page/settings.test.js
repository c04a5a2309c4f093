// Retention, capture, coverage, and why an auditor looks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, serve, texts } from "./world.js";

const server = await serve({ profile: "clockify" });
const source = { data_source: "audit_log" };
const now = new Date().toISOString();
await server.append(
  event({ ...source, occurred_at: now, category: "users", activity: "logged_in" }),
);

test("rules of retention are tried out, then set", async () => {
  const page = await server.open("/retention");
  await page.fill("input[name='kept.0']", "1s");
  await page.waitForTimeout(1100);
  await page.getByRole("button", { name: "What would go" }).click();
  assert.match(
    (await texts(page, "[role=status]")).join(),
    /With these rules [1-9].* would go now/,
  );
  assert.equal((await (await server.api("count?q=category%3Dusers")).json()).count, 1);
  await page.fill("input[name='kept.0']", "400d");
  await page.fill("input[name='visible.0']", "400d");
  await page.getByRole("button", { name: "Save" }).click();
  assert.match((await texts(page, "[role=status]")).join(), /Saved/);
  const { classes } = await (await server.api("retention")).json();
  assert.equal(classes[0].kept_for, "400d");
  assert.deepEqual(page.problems, []);
});

test("a length that is none is told", async () => {
  const page = await server.open("/retention");
  await page.fill("input[name='kept.0']", "soon");
  await page.getByRole("button", { name: "Save" }).click();
  assert.match((await texts(page, "[role=alert]")).join(), /soon/);
});

test("categories are switched, and coverage tells since when", async () => {
  const page = await server.open("/capture");
  const projects = page.locator("select[name='switch.projects']");
  assert.equal(await projects.inputValue(), "off");
  await projects.selectOption("on");
  await page.locator("form", { has: projects }).getByRole("button").click();
  await page.waitForLoadState();
  assert.equal(await projects.inputValue(), "on");
  assert.match((await texts(page, "tr", { hasText: "users" })).join(), /always/);
  await server.append(
    event({ ...source, occurred_at: now, category: "projects", activity: "created" }),
  );
  await page.goto(`${server.url}/coverage?category=projects`);
  const told = (await texts(page, "main")).join();
  assert.match(told, /projects: on/);
  assert.match(told, /Captured \d{4}-\d\d-\d\d .*until now/);
  assert.match(told, /audit_log: /);
});

test("a tenant has switches of its own", async () => {
  const page = await server.open("/capture");
  const form = page.locator("form.inline");
  await form.locator("input[name=tenant]").fill("acme");
  await form.locator("input[name=category]").fill("projects");
  await form.locator("select").selectOption("off");
  await form.getByRole("button").click();
  assert.match((await texts(page, "main")).join(), /Tenant: acme[\s\S]*projects[\s\S]*off/);
});

test("who may not change sees what is, and no buttons", async () => {
  const token = await server.token("reader", "reader");
  const page = await server.openAs(null, "/");
  page.problems.length = 0;
  await page.fill("input[name=token]", token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.goto(`${server.url}/retention`);
  assert.equal(await page.locator("main button").count(), 0);
  assert.equal(await page.locator("input[name='kept.0']").isDisabled(), true);
});

test("an auditor says why once, and the accesses are a page", async () => {
  const token = await server.token("paul", "auditor");
  const page = await server.openAs(null, "/");
  page.problems.length = 0;
  await page.fill("input[name=token]", token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.fill("input[name=reason]", "case 17");
  page.problems.length = 0;
  await page.getByRole("button", { name: "Continue" }).click();
  await page.locator(".results").waitFor();
  await page.locator("a.row").first().click();
  await page.locator(".panel article").waitFor();
  await page.goto(`${server.url}/`);
  await page.getByRole("link", { name: "Accesses" }).click();
  assert.match((await texts(page, ".events")).join(), /paul[\s\S]*case 17/);
  assert.deepEqual(page.problems, []);
});
