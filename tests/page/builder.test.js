// The condition builder.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parameters, serve, texts, until } from "./world.js";

const server = await serve({ demo: true });

async function built(path) {
  const page = await server.open(path);
  await page.locator(".builder > summary").click();
  await page.locator(".builder .group").first().waitFor();
  return page;
}
const output = (page) => page.locator(".builder output").innerText();

test("a query becomes a tree and the same query again", async () => {
  const page = await server.open("/");
  for (const query of [
    "category=teams",
    '(category=(teams,groups) OR -has:outcome) since:7d "office hours"',
    "targets[type=user -id=u-1] -(a OR b c) details.duration_ms>1000",
    'details.duration_ms=5..9 actor.email!=("a b",c) actor:ada~1 who^=x ip=203.0.113.0/24 details."x y"="5"',
    "a OR b OR (c (d OR e))",
    "-(a b)",
    "details.path~=/^\\/etc/ seq=7",
  ]) {
    await page.goto(`${server.url}/?q=${encodeURIComponent(query)}`);
    await page.locator(".builder > summary").click();
    const before = await output(page);
    // A change that changes nothing, so that the tree is read from what is shown.
    await page.locator(".builder output").evaluate((output) => (output.textContent = "?"));
    await page.locator(".builder .group select").first().dispatchEvent("change");
    await until(async () => (await output(page)) !== "?");
    assert.equal(await output(page), before, query);
    assert.deepEqual(page.problems, [], query);
  }
});

test("conditions and groups are put together and searched", async () => {
  const page = await built("/");
  const root = page.locator(".builder .group").first();
  const add = (frame) => frame.locator("> .bar button", { hasText: "Add condition" }).click();
  await add(root);
  const first = root.locator("> ul > li").first();
  await first.locator("select").first().selectOption("category");
  await first.locator("input.value").fill("login");
  await root.locator("> .bar button", { hasText: "Add group" }).click();
  const inner = root.locator("> ul > li .group");
  await inner.locator("select").first().selectOption("or");
  await inner.locator("input.value").fill("x");
  await inner.locator("li select").first().selectOption("outcome");
  await inner.locator("li input.value").fill("failure");
  await add(inner);
  await inner
    .locator("> ul > li")
    .nth(1)
    .locator("select")
    .first()
    .selectOption("actor.display_name");
  await inner.locator("> ul > li").nth(1).locator("select").nth(1).selectOption("text");
  await inner.locator("> ul > li").nth(1).locator("input.value").fill("marie");
  await until(async () => /marie/.test(await output(page)));
  assert.equal(await output(page), "category=login (outcome=failure OR actor.display_name:marie)");
  await page.locator(".builder button.first").click();
  await page.waitForURL(/q=/);
  assert.equal(parameters(page).q, "category=login (outcome=failure OR actor.display_name:marie)");
  assert.equal(await page.locator(".chip").count(), 2);
});

test("operators are those of the kind of the field", async () => {
  const page = await built("/?q=details.duration_ms%3E5");
  const operators = page.locator(".builder li select").nth(1);
  assert.ok((await operators.locator("option").allInnerTexts()).includes("at least"));
  await page.locator(".builder li select").first().selectOption("category");
  const offered = await operators.locator("option").allInnerTexts();
  assert.deepEqual(offered, ["is", "is not", "is one of", "is none of", "is there"]);
});

test("what cannot be read is told, and cannot be searched", async () => {
  const page = await built("/?q=category%3Dteams");
  await page.locator(".builder li select").first().selectOption("occurred_at");
  await page.locator(".builder li select").nth(1).selectOption("gt");
  await page.locator(".builder li input.value").fill("not a time");
  await page.locator(".builder .problem:visible").waitFor();
  assert.equal(await page.locator(".builder button.first").isDisabled(), true);
  assert.ok((await texts(page, ".builder .problem"))[0].length > 10);
});
