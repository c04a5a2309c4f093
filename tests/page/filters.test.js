// Chips and filters.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parameters, serve, texts, until } from "./world.js";

const server = await serve({ demo: true });
const group = (page, name) =>
  page.locator(".filters > details", { has: page.locator("summary", { hasText: name }) });

test("several values of a filter are chosen, counted and taken back", async () => {
  const page = await server.open();
  await group(page, "Category")
    .getByRole("link", { name: /Login|login/ })
    .click();
  assert.equal(parameters(page).q, "category=login");
  await group(page, "Category").locator(".more > summary").click();
  await group(page, "Category").getByRole("link", { name: /Teams/ }).first().click();
  assert.equal(parameters(page).q, "category=(login,teams)");
  assert.equal(await group(page, "Category").locator("a[aria-current=true]").count(), 2);
  const counts = await texts(page, ".filters a[aria-current=true] .count");
  const sum = counts
    .map((count) => Number(count.replaceAll(",", "")))
    .reduce((one, other) => one + other);
  assert.equal((await texts(page, ".results .count"))[0], `${sum.toLocaleString("en-GB")} events`);
  await group(page, "Category").locator("a[aria-current=true]").first().click();
  assert.match(parameters(page).q, /^category=(login|teams)$/);
});

test("labels of filters follow the language", async () => {
  const page = await server.open("/?lang=fr");
  assert.ok((await texts(page, ".filters summary")).includes("Catégorie"));
  assert.ok(
    (await texts(page, ".filters .name")).some((name) => /Équipes|Type d'événement/.test(name)),
  );
});

test("a chip is taken out, turned round and edited, the rest of the query stays", async () => {
  const page = await server.open(
    "/?q=" + encodeURIComponent('category=teams -outcome=failure (budget OR "office hours")'),
  );
  const chip = (text) => page.locator(".chip", { hasText: text });
  assert.equal(await page.locator(".chip").count(), 3);
  await chip("Teams")
    .getByRole("link", { name: /^Exclude/ })
    .click();
  assert.equal(parameters(page).q, '-category=teams -outcome=failure (budget OR "office hours")');
  await chip("office hours")
    .getByRole("link", { name: /^Remove/ })
    .click();
  assert.equal(parameters(page).q, "-category=teams -outcome=failure");
  await chip("failure").locator("summary").click();
  await chip("failure").locator("input[name=text]").fill("outcome=success");
  await page.keyboard.press("Enter");
  await page.waitForURL(/success/);
  assert.equal(parameters(page).q, "-category=teams outcome=success");
  await page.getByRole("link", { name: "Clear all" }).click();
  assert.deepEqual(parameters(page), {});
  assert.deepEqual(page.problems, []);
});

test("a chip that is edited to nonsense is shown with its mistake", async () => {
  const page = await server.open("/?q=category%3Dteams+budget");
  await page.locator(".chip", { hasText: "Teams" }).locator("summary").click();
  await page.locator(".chip details[open] input[name=text]").fill("categry=teams");
  await page.keyboard.press("Enter");
  await page.locator("mark").waitFor();
  assert.deepEqual(await texts(page, "mark"), ["categry=teams"]);
  assert.equal(await page.inputValue("#q"), "budget categry=teams");
});

test("dates narrow the time and are chips of their own", async () => {
  const page = await server.open("/?q=category%3Dlogin");
  const day = new Date(Date.now() - 10 * 86400e3).toISOString().slice(0, 10);
  await page.fill(".dates input[name=from]", day);
  await page.locator(".dates button").click();
  assert.deepEqual(parameters(page), { q: "category=login", from: day });
  await page
    .locator(".chip.time")
    .getByRole("link", { name: /^Remove/ })
    .click();
  assert.deepEqual(parameters(page), { q: "category=login" });
  await page.locator(".lengths").getByRole("link", { name: "7 days" }).click();
  assert.deepEqual(parameters(page), { q: "category=login", since: "7d" });
});

test("every address of a chip is one that going back leaves", async () => {
  const page = await server.open();
  await page.locator(".filters .name").first().click();
  await until(async () => (await page.locator(".chip").count()) === 1);
  await page.goBack();
  assert.equal(await page.locator(".chip").count(), 0);
});
