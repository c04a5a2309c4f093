// The table: columns, order, pages, keys.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parameters, serve, texts, until } from "./world.js";

const server = await serve({ demo: true });
const heads = (page) =>
  page.locator(".events th").evaluateAll((all) => all.map((head) => head.dataset.column));

test("a profile has its own columns, and labels stand for codes", async () => {
  const page = await server.open();
  assert.deepEqual(await heads(page), ["category", "activity", "by_whom", "date_and_time"]);
  assert.deepEqual(
    (await texts(page, ".events th")).map((text) => text.split(/\s*↓/)[0]),
    ["Category", "Activity", "By whom", "Date and time"],
  );
  assert.equal(await page.locator(".events tbody tr").count(), 50);
  const cell = page.locator(".events td bdi[title=event_type]").first();
  assert.equal(await cell.innerText(), "Event Type");
});

test("columns are added, moved and taken out by links", async () => {
  const page = await server.open();
  const menu = page.locator(".menu.columns");
  await menu.locator("summary").click();
  await menu.getByRole("link", { name: "+ IP address" }).click();
  assert.equal(parameters(page).columns, "category,activity,by_whom,date_and_time,context.ip");
  await menu.locator("summary").click();
  await menu.getByRole("link", { name: "Move left: IP address" }).click();
  await menu.locator("summary").click();
  await menu.getByRole("link", { name: "Remove: Category" }).click();
  assert.deepEqual(await heads(page), ["activity", "by_whom", "context.ip", "date_and_time"]);
});

test("a head is dragged to another place", async () => {
  const page = await server.open();
  await page
    .locator("th[data-column=date_and_time]")
    .dragTo(page.locator("th[data-column=category]"));
  await page.waitForURL(/columns=/);
  assert.deepEqual(await heads(page), ["date_and_time", "category", "activity", "by_whom"]);
});

test("columns are kept for a person, and the address says so", async () => {
  const page = await server.open("/?columns=date_and_time,activity");
  await page.locator(".menu.columns summary").click();
  await page.getByRole("button", { name: "Keep for me" }).click();
  await page.goto(`${server.url}/?q=category%3Dlogin`);
  assert.deepEqual(parameters(page), { q: "category=login", columns: "date_and_time,activity" });
  assert.deepEqual(await heads(page), ["date_and_time", "activity"]);
  await page.locator(".menu.columns summary").click();
  await page.getByRole("button", { name: "Usual columns" }).click();
  await page.goto(server.url);
  assert.deepEqual(parameters(page), {});
});

test("order and zone are chosen", async () => {
  const page = await server.open();
  await page.locator("th a").click();
  assert.equal(parameters(page).order, "oldest");
  assert.equal(await page.getAttribute("th[data-column=date_and_time]", "aria-sort"), "ascending");
  await page.locator(".menu.view summary").click();
  await page.fill("input[name=tz]", "Asia/Tokyo");
  await page.locator(".menu.view button").click();
  assert.equal(parameters(page).tz, "Asia/Tokyo");
  assert.match(await page.locator(".events time").first().getAttribute("datetime"), /\+09:00$/);
  assert.match((await texts(page, ".events th")).join(), /Asia\/Tokyo/);
});

test("pages follow each other without a gap", async () => {
  const page = await server.open("/?q=category%3Dteams&limit=100");
  const seen = new Set();
  for (;;) {
    for (const seq of await page
      .locator("a.row")
      .evaluateAll((rows) => rows.map((row) => row.dataset.seq))) {
      assert.ok(!seen.has(seq));
      seen.add(seq);
    }
    const older = page.getByRole("link", { name: "Older" });
    if (!(await older.count())) break;
    await older.click();
  }
  const { count } = await (await server.api("count?q=category%3Dteams")).json();
  assert.equal(seen.size, count);
  await page.getByRole("link", { name: "Newest" }).click();
  assert.equal(parameters(page).after, undefined);
});

test("single keys go to the box, through the rows, to an event and to the export", async () => {
  const page = await server.open();
  await page.keyboard.press("/");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.keyboard.type("j");
  assert.equal(await page.inputValue("#q"), "j");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.keyboard.press("j");
  const focused = await page.evaluate(() => document.activeElement.dataset.seq);
  assert.equal(focused, await page.locator("a.row").nth(1).getAttribute("data-seq"));
  await page.keyboard.press("Enter");
  await page.locator(".panel article").waitFor();
  assert.match(page.url(), new RegExp(`/events/${focused}$`));
  await page.keyboard.press("Escape");
  await until(async () => (await page.locator(".panel").count()) === 0);
  await page.keyboard.press("e");
  assert.equal(await page.locator(".menu.export[open]").count(), 1);
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("?");
  await page.locator("dialog[open]").waitFor();
  await page.locator("dialog input[type=checkbox]").uncheck();
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  assert.notEqual(
    await page.evaluate(() => document.activeElement.id),
    "q",
    "keys can be turned off",
  );
  assert.deepEqual(page.problems, []);
});
