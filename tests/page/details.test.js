// One event, and the life of a thing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { event, parameters, serve, texts } from "./world.js";

const server = await serve({ profile: "calendly" });
await server.append(
  event({ id: "e-1", targets: [{ type: "team", id: "t-1", name: "Blue team" }] }),
  event({
    id: "e-2",
    occurred_at: "2026-11-21T08:00:00Z",
    activity: "modified",
    operation: "update",
    correlation_id: "op-1",
    changes: [
      { field: "name", before: "Blue team", after: "Red team" },
      { field: "size", before_state: "absent", after: 12.5 },
      { field: "secret", before_state: "redacted", after_state: "redacted" },
    ],
    details: {
      "aws:SourceIp": "10.0.0.1",
      note: "مرحبا بالعالم",
      long: { deep: true },
      list: ["a", "b"],
    },
    raw: { as: "it came" },
  }),
  event({
    id: "e-3",
    occurred_at: "2026-11-21T08:00:01Z",
    activity: "member_added",
    correlation_id: "op-1",
    caused_by: { id: "e-2" },
  }),
);

test("an event opens beside the table under its own address, and closes", async () => {
  const page = await server.open("/?q=activity%3Dmodified");
  await page.locator("a.row").click();
  await page.locator(".panel article").waitFor();
  assert.match(page.url(), /\/events\/2\?q=activity%3Dmodified/);
  assert.match(await page.title(), /Event 2/);
  await page.goBack();
  await page.locator(".panel").waitFor({ state: "detached" });
  await page.goForward();
  await page.locator(".panel article").waitFor();
  await page.reload();
  await page.locator("main > article.event").waitFor();
  await page.getByRole("link", { name: "Back to the results" }).click();
  assert.deepEqual(parameters(page), { q: "activity=modified" });
});

test("both sides of a change stand side by side", async () => {
  const page = await server.open("/events/2");
  const rows = await page
    .locator(".diff tbody tr")
    .evaluateAll((all) =>
      all.map((row) => [row.dataset.kind, ...[...row.cells].map((cell) => cell.innerText.trim())]),
    );
  assert.deepEqual(rows, [
    ["changed", "name changed", "Blue team", "Red team"],
    ["added", "size added", "none", "12.5"],
    ["set", "secret set", "withheld", "withheld"],
  ]);
});

test("fields stand by their labels, and text of another direction by itself", async () => {
  const page = await server.open("/events/2?lang=de");
  const heads = await texts(page, ".fields th");
  assert.ok(
    heads.some((head) => head.startsWith("Durchgeführt von")),
    heads.join(),
  );
  const note = page.locator(".fields bdi", { hasText: "مرحبا" });
  assert.equal(await note.evaluate((element) => getComputedStyle(element).direction), "rtl");
});

test("a click on a value asks for this only, or for all but this", async () => {
  const page = await server.open("/events/2?q=category%3Dteams&tz=UTC");
  const row = (text) => page.locator(".fields tr", { hasText: text });
  await row("aws:SourceIp")
    .getByRole("link", { name: /^Only this/ })
    .click();
  assert.deepEqual(parameters(page), {
    q: 'category=teams details."aws:SourceIp"="10.0.0.1"',
    tz: "UTC",
  });
  assert.deepEqual(await texts(page, ".results .count"), ["1 event"]);
  await page.goBack();
  await row("details.long.deep")
    .getByRole("link", { name: /^Not this/ })
    .click();
  assert.equal(parameters(page).q, "category=teams -details.long.deep=true");
  assert.deepEqual(await texts(page, ".results .count"), ["2 events"]);
  await page.goto(`${server.url}/events/2`);
  for (const field of [
    "occurred_at",
    "recorded_at",
    "seq",
    "id",
    "targets.name",
    "details.list[1]",
  ]) {
    const link = await page
      .locator(".fields tr", { has: page.locator(`th[title="${field}"]`) })
      .getByRole("link", { name: /^Only this/ })
      .getAttribute("href");
    const { count } = await (await server.api(`count${link.slice(1)}`)).json();
    assert.ok(count >= 1, `${field}: ${link}`);
  }
});

test("linked changes and the history of a thing are one click away", async () => {
  const page = await server.open("/events/2");
  const linked = page.locator("section", {
    has: page.locator("h3", { hasText: "Linked changes" }),
  });
  assert.equal(await linked.locator("li").count(), 1);
  await linked.locator("a").click();
  assert.match(page.url(), /\/events\/3/);
  await page.goBack();
  await page.getByRole("link", { name: "History of Blue team" }).click();
  assert.deepEqual(parameters(page), { target: "t-1", type: "team" });
  assert.match((await texts(page, "article")).join(), /Red team/);
  await page.locator(".lines a").first().click();
  assert.match(page.url(), /\/events\/3$/);
});

test("an event is copied and downloaded as JSON, digits kept", async () => {
  const page = await server.open("/events/2");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("button", { name: "Copy as JSON" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.equal(JSON.parse(copied).id, "e-2");
  assert.match(copied, /"after": 12\.5/);
  assert.match(copied, /"it came"/);
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download" }).click(),
  ]);
  assert.equal(file.suggestedFilename(), "event-2.json");
  assert.equal(JSON.parse(readFileSync(await file.path(), "utf8")).id, "e-2");
  assert.deepEqual(page.problems, []);
});

test("an event that is not there is a page that says so", async () => {
  const page = await server.open("/events/99");
  assert.match((await texts(page, "main")).join(), /There is nothing here/);
});
