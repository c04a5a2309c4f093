// Saved searches: own and shared.

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, parameters, serve, texts } from "./world.js";

const server = await serve({ profile: "calendly" });
await server.append(event());

/** Signs in by a token. */
async function signedIn(name, role) {
  const token = await server.token(name, role);
  const page = await server.openAs(null, "/");
  page.problems.length = 0;
  await page.fill("input[name=token]", token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".results").waitFor();
  return page;
}

async function save(page, name, isShared) {
  await page.locator(".menu.save summary").click();
  await page.fill(".menu.save input[name=name]", name);
  await page.fill(".menu.save input[name=description]", `about ${name}`);
  if (isShared) await page.check(".menu.save input[name=shared]");
  await page.locator(".menu.save button").click();
  await page.waitForURL(/\/searches$/);
}

test("a search is saved with its columns, zone, order and times, and opens as it was", async () => {
  const page = await server.open(
    "/?q=category%3Dteams&since=30d&columns=by_whom,activity&tz=Europe/Berlin&order=oldest",
  );
  const before = await texts(page, ".events td");
  await save(page, "Teams of late", false);
  assert.match((await texts(page, "main")).join(), /about Teams of late/);
  await page.getByRole("link", { name: "Teams of late" }).click();
  assert.deepEqual(parameters(page), {
    q: "category=teams since:30d",
    tz: "Europe/Berlin",
    columns: "by_whom,activity",
    order: "oldest",
  });
  assert.deepEqual(await texts(page, ".events td"), before);
});

test("the search that was opened last heads the quick access", async () => {
  const page = await server.open();
  for (const name of ["One", "Two", "Three"]) {
    await page.goto(`${server.url}/?q=${name}`);
    await save(page, name, false);
  }
  for (const name of ["One", "Three", "Two", "Three"]) {
    await page.goto(`${server.url}/searches`);
    await page.locator("table").getByRole("link", { name, exact: true }).click();
    await page.locator("#q").waitFor();
  }
  await page.goto(`${server.url}/searches`);
  assert.deepEqual(await texts(page, ".quick a"), ["Three", "Two", "One"]);
});

test("what is shared is seen, copied and not changed by others", async () => {
  const ada = await signedIn("ada", "reader");
  await save(ada, "For all", true);
  await ada.goto(server.url);
  await save(ada, "For me", false);
  const bob = await signedIn("bob", "reader");
  await bob.goto(`${server.url}/searches`);
  const others = bob.locator("section", {
    has: bob.locator("h3", { hasText: "Shared by others" }),
  });
  assert.deepEqual(await others.locator("td:nth-child(2) a").allInnerTexts(), ["For all"]);
  assert.equal(await others.locator("summary").count(), 0, "nothing to edit");
  assert.equal(await others.locator("input[type=checkbox]").count(), 0, "nothing to tick");
  assert.equal(await bob.getByRole("button", { name: "Delete the ticked" }).count(), 0);
  await others.getByRole("button", { name: "Copy: For all" }).click();
  const own = bob.locator("section", { has: bob.locator("h3", { hasText: "Yours" }) });
  assert.equal(await own.locator("tbody tr").count(), 1);
  await own.locator("input[type=checkbox]").first().check();
  await bob.getByRole("button", { name: "Delete the ticked" }).click();
  await bob.waitForURL(/\/searches$/);
  assert.equal(await own.locator("tbody tr").count(), 0);
  await ada.goto(`${server.url}/searches`);
  assert.match((await texts(ada, "main")).join(), /For all/);
});

test("an own search is renamed, shared and deleted", async () => {
  const page = await signedIn("carl", "reader");
  await save(page, "Old name", false);
  const row = page.locator("tbody tr", { hasText: /name/ });
  await row.locator("summary").click();
  await row.locator("input[name=name]").fill("New name");
  await row.locator("input[name=shared]").check();
  await row.getByRole("button", { name: "Save" }).click();
  await page.getByRole("link", { name: "New name" }).waitFor();
  assert.equal(await row.locator(".mark", { hasText: "shared" }).count(), 1);
  await row.locator("summary").click();
  await row.getByRole("button", { name: "Delete", exact: true }).click();
  await page.waitForURL(/\/searches$/);
  assert.equal(await page.getByRole("link", { name: "New name" }).count(), 0);
  assert.deepEqual(page.problems, []);
});
