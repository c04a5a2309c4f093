// New events, while somebody looks.

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, serve, texts, until } from "./world.js";

const server = await serve({ profile: "calendly" });
let clock = Date.now() - 3600e3;
const next = (changes = {}) =>
  event({ occurred_at: new Date((clock += 1000)).toISOString(), ...changes });
await server.append(...Array.from({ length: 60 }, () => next()));

async function following(path) {
  const page = await server.open(path);
  await page.getByRole("button", { name: "Live" }).click();
  await page.getByText("Nothing new yet").waitFor();
  return page;
}

test("new events are counted, and put in on request only", async () => {
  const page = await following("/");
  await server.append(next(), next({ category: "groups" }), next());
  const show = page.getByRole("button", { name: "Show 3 new" });
  await show.waitFor();
  assert.equal(await page.locator("a.row").count(), 50);
  await show.click();
  await until(async () => (await page.locator("a.row").count()) === 53);
  assert.equal(await page.locator("tr.new").count(), 3);
  assert.deepEqual(await texts(page, ".results .count"), ["63 events"]);
  const seqs = await page
    .locator("a.row")
    .evaluateAll((rows) => rows.map((row) => Number(row.dataset.seq)));
  assert.deepEqual(
    seqs,
    [...seqs].sort((one, other) => other - one),
  );
  await page.locator("a.row").first().click();
  await page.locator(".panel article").waitFor();
  assert.doesNotMatch(page.url(), /limit/);
  assert.deepEqual(page.problems, []);
});

test("only what the query finds is counted", async () => {
  const page = await following("/?q=category%3Dgroups");
  await server.append(next(), next({ category: "groups" }), next());
  await page.getByRole("button", { name: "Show 1 new" }).waitFor();
});

test("what somebody reads does not jump", async () => {
  const page = await following("/");
  await page.evaluate(() => scrollTo(0, 900));
  const where = () =>
    page.evaluate(
      () => document.elementFromPoint(500, 300).closest("tr").querySelector("a.row").dataset.seq,
    );
  const before = await where();
  await server.append(...Array.from({ length: 12 }, () => next()));
  const show = page.getByRole("button", { name: "Show 12 new" });
  await show.waitFor();
  assert.equal(await where(), before);
  await show.evaluate((button) => button.click());
  await until(async () => (await page.locator("tr.new").count()) === 12);
  assert.equal(await where(), before);
});

test("following ends on request", async () => {
  const page = await following("/");
  await page.getByRole("button", { name: "Live" }).click();
  await server.append(next());
  await page.waitForTimeout(400);
  assert.equal(await page.getByRole("button", { name: /new$/ }).count(), 0);
});

test("pages behind the first do not follow", async () => {
  const page = await server.open();
  await page.getByRole("link", { name: "Older" }).click();
  await page.waitForURL(/after=/);
  assert.equal(await page.getByRole("button", { name: "Live" }).count(), 0);
});

test("a new event is told at once", async (context) => {
  const page = await following("/");
  // When the page counts so many, on the clock that this process has, too.
  await page.evaluate(() => {
    globalThis.told = [];
    new MutationObserver(() => {
      const count = parseInt(document.querySelector(".live button").textContent.match(/\d+/)?.[0]);
      if (count) globalThis.told[count] ??= Date.now();
    }).observe(document.querySelector(".live"), {
      childList: true,
      characterData: true,
      subtree: true,
    });
  });
  const took = [];
  for (let count = 1; count <= 100; count += 1) {
    const begun = Date.now();
    await server.append(next());
    const told = await until(() => page.evaluate((count) => globalThis.told[count], count));
    took.push(told - begun);
  }
  took.sort((one, other) => one - other);
  context.diagnostic(`from the append to the page: median ${took[50]} ms, p99 ${took[98]} ms`);
  assert.ok(took[50] < 1000, `median ${took[50]} ms`);
});
