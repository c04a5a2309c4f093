// The search box: what it finds, what it completes, what it says of a wrong query.

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, parameters, serve, texts, until } from "./world.js";

const server = await serve({ profile: "calendly" });
await server.append(
  event(),
  event({
    category: "teams",
    activity: "deleted",
    actor: { type: "user", id: "u-2", email: "bob@acme.example", display_name: "Bob Möller" },
  }),
  event({
    category: "user_management",
    activity: "invitation_sent",
    details: { "aws:SourceIp": "10.0.0.1" },
  }),
);

/** Types as a person does, at the end of the box. */
async function type(page, text) {
  await page.locator("#q").fill("");
  await page.locator("#q").pressSequentially(text, { delay: 5 });
  await page.locator(".offers:visible li").first().waitFor();
}

/** Waits until the box has a text: offers that are on their way are taken when they come. */
const reads = (page, text) => until(async () => (await page.inputValue("#q")) === text);

test("what is typed is found and stands in the address", async () => {
  const page = await server.open();
  await page.fill("#q", "moller");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=moller/);
  assert.deepEqual(await texts(page, ".results .count"), ["1 event"]);
  assert.match((await texts(page, ".events tbody td")).join("|"), /Bob Möller/);
  await page.goBack();
  assert.deepEqual(await texts(page, ".results .count"), ["3 events"]);
  assert.deepEqual(page.problems, []);
});

test("labels are found like words", async () => {
  const page = await server.open("/?lang=de&q=Einladung");
  assert.deepEqual(await texts(page, ".results .count"), ["1 Ereignis"]);
});

test("fields are completed, then their values with counts", async () => {
  const page = await server.open();
  await type(page, "catego");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await reads(page, "category=");
  await page.locator("#q").pressSequentially("tea");
  const offer = page.locator(".offers:visible li", { hasText: "teams" });
  await offer.waitFor();
  assert.match(await offer.innerText(), /teams[\s\S]*2/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await reads(page, "category=teams ");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=category/);
  assert.deepEqual(await texts(page, ".results .count"), ["2 events"]);
});

test("a code is completed by its label, in the language of the page", async () => {
  const page = await server.open("/?lang=de");
  await type(page, "a activity=einlad");
  const offer = page.locator(".offers:visible li", { hasText: "invitation_sent" });
  await offer.click();
  await reads(page, "a activity=invitation_sent ");
});

test("values are completed within a list, and quoted where they must be", async () => {
  const page = await server.open();
  await type(page, "category=(teams,user");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await reads(page, "category=(teams,user_management");
  await type(page, "actor.display_name=Bob");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await reads(page, 'actor.display_name="Bob Möller" ');
});

test("who types fast chooses among the offers of what was typed", async () => {
  const page = await server.open();
  await page.route("**/query/suggest*", async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    await route.continue().catch(() => {});
  });
  await type(page, "category=(teams");
  await page.locator("#q").pressSequentially(",user");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  const box = page.locator("#q");
  await until(async () => (await box.inputValue()) !== "category=(teams,user");
  assert.equal(await box.inputValue(), "category=(teams,user_management");
  assert.equal(new URL(page.url()).search, "");
  await type(page, "catego");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=catego$/);
});

test("values are completed within an object of a list", async () => {
  const page = await server.open();
  await type(page, "targets[type=te");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await reads(page, "targets[type=team ");
  await page.locator("#q").pressSequentially("na", { delay: 5 });
  await page.locator(".offers:visible li", { hasText: "name=" }).first().waitFor();
});

test("Escape closes the offers and leaves the text", async () => {
  const page = await server.open();
  await type(page, "categ");
  await page.keyboard.press("Escape");
  await page
    .locator(".offers:visible")
    .waitFor({ state: "detached" })
    .catch(() => {});
  assert.equal(await page.locator(".offers:visible").count(), 0);
  assert.equal(await page.inputValue("#q"), "categ");
});

test("a wrong query is marked in its place, with the nearest as links", async () => {
  const page = await server.open("/?q=" + encodeURIComponent("login actr.email=x"));
  assert.deepEqual(await texts(page, "mark"), ["actr.email=x"]);
  assert.equal(await page.inputValue("#q"), "login actr.email=x");
  assert.equal(await page.getAttribute("#q", "aria-invalid"), "true");
  await page.getByRole("link", { name: "actor.email", exact: true }).click();
  assert.equal(parameters(page).q, "login actor.email=x");
});

test("an empty answer says why", async () => {
  const page = await server.open("/?q=" + encodeURIComponent("category=teamz"));
  assert.match((await texts(page, ".empty")).join(), /teams/);
});

test("a query as JSON becomes one as text", async () => {
  const page = await server.open(
    "/?filter=" + encodeURIComponent('{"field":"category","op":"eq","value":{"bare":"teams"}}'),
  );
  assert.deepEqual(parameters(page), { q: "category=teams" });
});

test("every example of how to ask is a query that can be asked, in each language", async () => {
  for (const lang of ["en", "de", "fr"]) {
    const page = await server.open(`/?lang=${lang}`);
    const links = await page
      .locator(".help dt a")
      .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    assert.equal(links.length, 9);
    for (const link of links) {
      const answer = await page.request.get(server.url + link);
      assert.equal(answer.status(), 200, link);
    }
  }
});
