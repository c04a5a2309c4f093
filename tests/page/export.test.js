// Exports: what is shown, at once or in the background.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { serve, texts, until } from "./world.js";

const server = await serve({ demo: true });
const SHOWN =
  "/?q=category%3Dteams&columns=date_and_time,by_whom,category&order=oldest&tz=Asia/Tokyo&limit=20";

async function opened(path = SHOWN) {
  const page = await server.open(path);
  await page.locator(".menu.export summary").click();
  return page;
}

test("the file has the columns, the order and the zone of the table", async () => {
  const page = await opened();
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download as CSV" }).click(),
  ]);
  const lines = readFileSync(await file.path(), "utf8")
    .trim()
    .split(/\r?\n/);
  assert.equal(lines[0], "date_and_time,by_whom,category");
  const count = Number((await texts(page, ".results .count"))[0].replace(/\D/g, ""));
  assert.equal(lines.length, count + 1);
  const times = await page
    .locator(".events time")
    .evaluateAll((all) => all.map((time) => time.dateTime));
  assert.deepEqual(
    lines.slice(1, times.length + 1).map((line) => line.split(",")[0]),
    times,
  );
  assert.match(times[0], /\+09:00$/);
});

test("other formats are chosen", async () => {
  const page = await opened();
  await page.locator(".menu.export select").selectOption("xlsx");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".menu.export").getByRole("button", { name: "Download", exact: true }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "activity.xlsx");
  const name = page.locator(".menu.export input[name=name]");
  for (const [text, isName] of [
    ["../x", false],
    [".x", false],
    ["a|b", false],
    ["v1.2 (3)", true],
  ]) {
    await name.fill(text);
    assert.equal(await name.evaluate((input) => input.checkValidity()), isName, text);
  }
  await name.fill("Vorfall März 7");
  const [named] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".menu.export").getByRole("button", { name: "Download", exact: true }).click(),
  ]);
  assert.equal(named.suggestedFilename(), "Vorfall März 7.xlsx");
  assert.equal(
    readFileSync(await file.path())
      .subarray(0, 2)
      .toString(),
    "PK",
  );
});

test("a job is written in the background, with its progress, and fetched", async () => {
  const page = await opened("/?columns=seq");
  assert.ok(await page.getByText("better written in the background").isVisible());
  await page.fill(".menu.export input[name=name]", "incident-7");
  await page.getByRole("button", { name: "Write in the background" }).click();
  await page.waitForURL(/\/exports$/);
  await until(async () => (await page.locator("tr[data-state=done]").count()) === 1);
  assert.match((await texts(page, "td.rows"))[0], /^20,000$/);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.locator("td.file a").click(),
  ]);
  assert.equal(file.suggestedFilename(), "incident-7.csv");
  const lines = readFileSync(await file.path(), "utf8")
    .trim()
    .split(/\r?\n/);
  assert.equal(lines.length, 20001);
  assert.equal(lines[0], "seq");
  assert.deepEqual(page.problems, []);
});
