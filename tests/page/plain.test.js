// Without JavaScript: search, filters, pages and details.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parameters, serve, texts } from "./world.js";

const server = await serve({ demo: true });
const open = (path) => server.open(path, { javaScriptEnabled: false });

test("searching, filtering, paging and details work", async () => {
  const page = await open("/");
  await page.fill("#q", "category=login");
  await page.getByRole("button", { name: "Search" }).click();
  assert.deepEqual(parameters(page), { q: "category=login" });
  await page.locator(".filters > details", { hasText: "Activity" }).locator("a").first().click();
  assert.match(parameters(page).q, /^category=login activity=/);
  await page.locator(".histogram svg a").nth(3).click();
  assert.ok(parameters(page).from && parameters(page).to);
  await page.getByRole("link", { name: "Whole time" }).click();
  await page.getByRole("link", { name: "Older" }).click();
  assert.ok(parameters(page).after);
  await page.getByRole("link", { name: "Newest" }).click();
  const first = await page.locator("a.row").first().getAttribute("data-seq");
  await page.locator("a.row").first().click();
  assert.match(page.url(), new RegExp(`/events/${first}\\?q=`));
  await page
    .locator(".fields")
    .getByRole("link", { name: /^Not this/ })
    .first()
    .click();
  assert.match(parameters(page).q, / -/);
  await page
    .locator(".chip")
    .first()
    .getByRole("link", { name: /^Remove/ })
    .click();
  assert.doesNotMatch(parameters(page).q, /category=login/);
});

test("menus, conditions, columns and saving are forms", async () => {
  const page = await open("/?q=category%3Dteams");
  await page.locator(".builder > summary").click();
  await page.locator(".builder select[name=join]").selectOption("or");
  await page.locator(".builder select[name=field]").selectOption("outcome");
  await page.fill(".builder input[name=value]", "failure");
  await page.getByRole("button", { name: "Add condition" }).click();
  assert.equal(parameters(page).q, "category=teams OR outcome=failure");
  await page.locator(".chip summary").click();
  await page.fill(".chip input[name=text]", "category=groups");
  await page.locator(".chip button").click();
  assert.equal(parameters(page).q, "category=groups");
  await page.locator(".menu.columns > summary").click();
  await page.getByRole("link", { name: "+ Outcome" }).click();
  assert.match(parameters(page).columns, /,outcome$/);
  await page.locator(".menu.save > summary").click();
  await page.fill(".menu.save input[name=name]", "Plain");
  await page.locator(".menu.save button").click();
  await page.getByRole("link", { name: "Plain" }).click();
  assert.match(parameters(page).columns, /,outcome$/);
  assert.equal(parameters(page).q, "category=groups");
});

test("a file is written and fetched", async () => {
  const page = await open("/?q=category%3Dteams");
  await page.locator(".menu.export > summary").click();
  await page.getByRole("button", { name: "Write in the background" }).click();
  for (
    let times = 0;
    times < 100 && !(await page.locator("tr[data-state=done]").count());
    times++
  ) {
    await page.getByRole("link", { name: "Refresh" }).click();
  }
  assert.equal(await page.locator("td.file a").count(), 1);
});

test("the way in and out is a form", async () => {
  const token = await server.token("plain", "reader");
  const page = await server.openAs(null, "/", { javaScriptEnabled: false });
  await page.fill("input[name=token]", token);
  await page.getByRole("button", { name: "Sign in" }).click();
  assert.deepEqual(await texts(page, ".results .count"), ["20,000 events"]);
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.equal(await page.locator("input[name=token]").count(), 1);
});
