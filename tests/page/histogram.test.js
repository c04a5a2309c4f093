// The histogram.

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, parameters, serve, texts } from "./world.js";

const server = await serve({ demo: true });
const counts = async (page) => {
  const said = await page
    .locator(".histogram svg a")
    .evaluateAll((bars) => bars.map((bar) => bar.getAttribute("aria-label")));
  return said
    .map((text) => Number(text.match(/: ([\d,]+) /)[1].replaceAll(",", "")))
    .reduce((one, other) => one + other, 0);
};
const total = async (page) => Number((await texts(page, ".results .count"))[0].replace(/\D/g, ""));

test("the bars are all events, and a click zooms to one", async () => {
  const page = await server.open();
  assert.equal(await counts(page), 20000);
  await page.locator(".histogram a").nth(20).click();
  await page.waitForURL(/from=/);
  assert.equal(await counts(page), await total(page));
  assert.ok((await total(page)) < 1000);
  await page.getByRole("link", { name: "Whole time" }).click();
  assert.deepEqual(parameters(page), {});
});

test("dragging narrows to what was dragged over", async () => {
  const page = await server.open("/?tz=Europe/Berlin");
  const box = await page.locator(".histogram svg").boundingBox();
  const bars = page.locator(".histogram svg a");
  const count = await bars.count();
  const [from, to] = [
    await bars.nth(10).getAttribute("data-from"),
    await bars.nth(20).getAttribute("data-to"),
  ];
  const at = (index) => box.x + (box.width * (index + 0.5)) / count;
  await page.mouse.move(at(10), box.y + 30);
  await page.mouse.down();
  await page.mouse.move(at(15), box.y + 30);
  await page.mouse.move(at(20), box.y + 30);
  assert.equal(await page.locator(".histogram .chosen").count(), 11);
  await page.mouse.up();
  await page.waitForURL(/from=/);
  assert.deepEqual(parameters(page), { tz: "Europe/Berlin", from, to });
  assert.equal(await counts(page), await total(page));
});

test("days begin in the zone of the page", async () => {
  const page = await server.open("/?tz=Europe/Berlin");
  const begins = await page
    .locator(".histogram svg a")
    .evaluateAll((bars) => bars.map((bar) => bar.dataset.from));
  assert.ok(
    begins.every((begin) => /T00:00:00\+0[12]:00$/.test(begin)),
    begins[0],
  );
  const narrow = await server.open("/?tz=Asia/Kolkata&since=2d");
  assert.ok((await narrow.locator(".histogram .day").count()) >= 1);
});

test("arrow keys go from bar to bar", async () => {
  const page = await server.open();
  await page.locator(".histogram a").first().focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  const label = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.equal(label, await page.locator(".histogram a").nth(2).getAttribute("aria-label"));
  await page.keyboard.press("Enter");
  await page.waitForURL(/from=/);
});

test("a single event has a bar of a second", async () => {
  const single = await serve();
  await single.append(event());
  const page = await single.open();
  assert.equal(await page.locator(".histogram svg a").count(), 1);
});
