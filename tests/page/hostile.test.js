// What events hold is text, wherever it is shown; nothing comes from elsewhere, nothing goes there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { event, serve, until } from "./world.js";

const server = await serve({ profile: "calendly" });
const evil = (place) =>
  `"'><img src=x onerror="window.hit='${place}'"><script>window.hit='${place}'</script>&lt;b&gt;\${7*7}{{7*7}}javascript:alert(1)`;
const hostile = {
  id: evil("id"),
  tenant: evil("tenant"),
  data_source: evil("data_source"),
  occurred_at: new Date().toISOString(),
  category: evil("category"),
  activity: evil("activity"),
  operation: "update",
  outcome: "failure",
  error_code: evil("error_code"),
  origin: evil("origin"),
  actor: {
    type: evil("actor.type"),
    id: evil("actor.id"),
    email: evil("actor.email"),
    display_name: evil("actor.display_name"),
    role: evil("actor.role"),
    groups: [evil("actor.groups")],
    org_unit: evil("actor.org_unit"),
    uri: "javascript:window.hit='uri'",
    [evil("actor key")]: evil("actor.key"),
  },
  targets: [
    {
      type: evil("targets.type"),
      id: evil("targets.id"),
      name: evil("targets.name"),
      relation: evil("targets.relation"),
      email: evil("targets.email"),
      url: "javascript:window.hit='url'",
    },
  ],
  changes: [
    {
      field: evil("changes.field"),
      before: evil("changes.before"),
      after: { [evil("changes key")]: evil("changes.after") },
    },
  ],
  context: {
    ip: evil("context.ip"),
    user_agent: evil("context.user_agent"),
    auth_method: evil("auth_method"),
    request_id: evil("request_id"),
    session_id: evil("session_id"),
    url: evil("context.url"),
  },
  attributes: { [evil("attributes key")]: evil("attributes") },
  details: {
    [evil("details key")]: evil("details"),
    reason: evil("reason"),
    nested: { [evil("nested key")]: [evil("list"), evil("list again")] },
  },
  correlation_id: evil("correlation"),
  subjects: [evil("subject")],
  raw: { [evil("raw key")]: evil("raw") },
};
await server.append(hostile, event({ correlation_id: evil("correlation") }));
await server.api("searches", {
  method: "POST",
  body: JSON.stringify({
    name: evil("search name"),
    description: evil("description"),
    query: `"${evil("query").replaceAll(/["\\]/g, "")}"`,
    columns: evil("columns"),
    shared: true,
  }),
});
const ALL = [
  "seq",
  "id",
  "tenant",
  "data_source",
  "category",
  "activity",
  "error_code",
  "origin",
  "actor",
  "actor.type",
  "actor.id",
  "actor.email",
  "actor.display_name",
  "targets",
  "targets.name",
  "changes",
  "context.ip",
  "context",
  "attributes",
  "details",
  "subjects",
  "correlation_id",
].join(",");

async function unharmed(page, what) {
  await page.waitForTimeout(80);
  assert.equal(await page.evaluate(() => window.hit), undefined, what);
  const foreign = await page.evaluate(() =>
    [
      ...document.querySelectorAll(
        "img, iframe, object, embed, base, [onerror], [onclick], [style], a[href^='javascript:' i], script:not([src='/assets/page.js']), style",
      ),
    ].map((one) => one.outerHTML.slice(0, 200)),
  );
  assert.deepEqual(foreign, [], what);
  assert.deepEqual(page.foreign, [], what);
}

test("every field of an event is text on every page", async () => {
  const page = await server.open(`/?columns=${ALL}`);
  assert.ok((await page.locator("a.row").count()) >= 2);
  await unharmed(page, "table");
  await page.locator("a.row[data-seq='1']").click();
  await page.locator(".panel article").waitFor();
  await unharmed(page, "panel");
  const links = await page
    .locator(".panel .acts a")
    .evaluateAll((all) => all.map((one) => one.href));
  assert.ok(links.length > 40);
  await page.goto(`${server.url}/events/1`);
  await unharmed(page, "event");
  const history = await page.locator("a[href*='/history']").getAttribute("href");
  await page.goto(server.url + history);
  await unharmed(page, "history");
  for (const place of [
    "/searches",
    "/exports",
    "/capture",
    "/retention",
    "/coverage?category=" + encodeURIComponent(evil("coverage")),
  ]) {
    await page.goto(server.url + place);
    await unharmed(page, place);
  }
});

test("each value can be asked for, and its chip and its mistake are text", async () => {
  const page = await server.open("/events/1");
  const links = await page
    .locator(".fields .acts a:first-child")
    .evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  for (const link of links) {
    await page.goto(server.url + link);
    assert.ok((await page.locator("a.row").count()) >= 1, link);
    await unharmed(page, link);
  }
  for (const query of [
    evil("q"),
    `actr=${evil("q")}`,
    `category="${evil("q").replaceAll('"', '\\"')}"`,
    `"${evil("q").replaceAll('"', '\\"')}`,
  ]) {
    await page.goto(`${server.url}/?q=${encodeURIComponent(query)}`);
    await unharmed(page, query);
  }
});

test("completion, builder and export keep it text", async () => {
  const page = await server.open("/");
  await page.locator("#q").pressSequentially("error_code=");
  await page.locator(".offers:visible li").first().waitFor();
  await unharmed(page, "offers");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=error_code/);
  await page.locator("a.row").first().waitFor();
  await page.locator(".builder > summary").click();
  await page.locator(".builder .group").first().waitFor();
  await unharmed(page, "builder");
});

test("live rows are text", async () => {
  const page = await server.open(`/?columns=${ALL}`);
  await page.getByRole("button", { name: "Live" }).click();
  await page.getByText("Nothing new yet").waitFor();
  await server.append({ ...hostile, id: evil("another"), occurred_at: new Date().toISOString() });
  await page.getByRole("button", { name: "Show 1 new" }).click();
  await until(async () => (await page.locator("tr.new").count()) === 1);
  await unharmed(page, "live");
});

test("addresses and parameters are text, too", async () => {
  const page = await server.open("/");
  for (const place of [
    "/" + encodeURIComponent(evil("path")),
    "/events/" + encodeURIComponent(evil("seq")),
    "/?tz=" + encodeURIComponent(evil("tz")),
    "/?columns=" + encodeURIComponent(evil("columns")),
    "/?lang=" + encodeURIComponent(evil("lang")),
    "/?profile=" + encodeURIComponent(evil("profile")),
    "/?from=" + encodeURIComponent(evil("from")),
    "/history?target=" + encodeURIComponent(evil("target")),
    "/searches/" + encodeURIComponent(evil("id")),
  ]) {
    await page.goto(server.url + place);
    await unharmed(page, place);
  }
});

test("the policy allows no code, style or image of others", async () => {
  const answer = await fetch(server.url + "/");
  const policy = answer.headers.get("content-security-policy");
  for (const rule of [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]) {
    assert.ok(policy.includes(rule), policy);
  }
  assert.ok(!policy.includes("unsafe"), policy);
  const page = await server.open("/");
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.inline = true";
    document.body.append(script);
    return window.inline === true;
  });
  assert.equal(ran, false);
});
