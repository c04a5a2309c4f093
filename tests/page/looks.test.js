// How the pages look: colour schemes, widths, and what assistive technology finds (WCAG 2.2 AA).

import assert from "node:assert/strict";
import { test } from "node:test";
import { axeSource, event, serve } from "./world.js";

const server = await serve({ demo: true });
await server.append(
  event({
    occurred_at: new Date().toISOString(),
    changes: [{ field: "name", before: "a", after: "b" }],
    details: { note: "x".repeat(300) },
  }),
);
await server.api("searches", {
  method: "POST",
  body: JSON.stringify({ name: "One", query: "x", shared: true }),
});
await server.api("exports?format=csv", { method: "POST" });
const { events } = await (await server.api("events?limit=1")).json();
const PAGES = [
  "/",
  "/?q=category%3Dlogin+-outcome%3Dsuccess&since=30d",
  "/?q=nothinglikethis",
  "/?q=categry%3Dx",
  `/events/${events[0].seq}`,
  "/history?target=t-1",
  "/searches",
  "/exports",
  "/retention",
  "/capture",
  "/coverage",
  "/nowhere",
];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

async function findings(page) {
  await page.evaluate(axeSource);
  const found = await page.evaluate((tags) => axe.run(document, { runOnly: tags }), TAGS);
  return found.violations.map(
    ({ id, nodes }) =>
      `${id}: ${nodes
        .map((node) => node.html.slice(0, 160))
        .slice(0, 3)
        .join(" | ")}`,
  );
}

for (const colorScheme of ["light", "dark"]) {
  test(`axe finds nothing on any page, ${colorScheme}`, async () => {
    const page = await server.open("/", { colorScheme });
    for (const path of PAGES) {
      await page.goto(server.url + path);
      assert.deepEqual(await findings(page), [], path);
    }
  });

  test(`axe finds nothing in what opens, ${colorScheme}`, async () => {
    const page = await server.open("/?q=category%3Dlogin", { colorScheme });
    for (const menu of ["help", "columns", "view", "save", "export"]) {
      await page.locator(`.menu.${menu} > summary`).click();
      assert.deepEqual(await findings(page), [], menu);
    }
    await page.locator(".chip summary").click();
    assert.deepEqual(await findings(page), [], "chip");
    await page.keyboard.press("Escape");
    await page.locator(".builder > summary").click();
    await page.locator(".builder .group").first().waitFor();
    assert.deepEqual(await findings(page), [], "builder");
    await page.locator("#q").pressSequentially(" cat");
    await page.locator(".offers:visible li").first().waitFor();
    assert.deepEqual(await findings(page), [], "offers");
    await page.locator("#q").press("Escape");
    await page.getByRole("button", { name: "Keys" }).click();
    assert.deepEqual(await findings(page), [], "keys");
    await page.keyboard.press("Escape");
    await page.locator("a.row").first().click();
    await page.locator(".panel article").waitFor();
    assert.deepEqual(await findings(page), [], "panel");
  });
}

test("no page is wider than its window, from 320 px to 4K", async () => {
  for (const width of [320, 768, 1280, 3840]) {
    const page = await server.open("/", { viewport: { width, height: 800 } });
    for (const path of PAGES) {
      await page.goto(server.url + path);
      const wide = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      assert.ok(wide <= 0, `${path} at ${width}: ${wide} px too wide`);
    }
    await page.context().close();
  }
});

test("on a phone a row is a card: every cell behind its name, none empty, none beyond the edge", async () => {
  for (const width of [320, 390]) {
    const page = await server.open(
      "/?columns=occurred_at,actor.org_unit,actor.email,targets,changes,context.ip",
      { viewport: { width, height: 800 } },
    );
    const card = page.locator(".events tbody tr", { hasText: "Blue team" }).first();
    const cells = await card
      .locator("td")
      .evaluateAll((all) =>
        all
          .filter((cell) => cell.checkVisibility())
          .map((cell) => [cell.dataset.label, cell.innerText.trim()]),
      );
    assert.ok(
      cells.every(([label, text]) => label && text),
      JSON.stringify(cells),
    );
    assert.ok(cells.some(([label, text]) => label === "Changes" && text === "name: a → b"));
    const wide = await page.evaluate(() => {
      const around = document.querySelector(".results .scroll:has(.events)");
      return around.scrollWidth - around.clientWidth;
    });
    assert.ok(wide <= 0, `${wide} px too wide at ${width}`);
    await page.getByText("Show filters").click();
    assert.deepEqual(await findings(page), [], `${width}`);
    await page.context().close();
  }
});

test("filters are behind a button where there is no room", async () => {
  const page = await server.open("/", { viewport: { width: 320, height: 800 } });
  assert.equal(await page.locator(".filters").isVisible(), false);
  await page.getByText("Show filters").click();
  assert.equal(await page.locator(".filters").isVisible(), true);
});

test("what can be hit is large enough", async () => {
  const page = await server.open("/?q=category%3Dlogin");
  const small = await page.evaluate(() => {
    const all = [
      ...document.querySelectorAll(
        "main a, main button, main summary, main input:not([type=hidden])",
      ),
    ];
    const shown = all.filter(
      (one) =>
        one.checkVisibility() && !one.closest("svg, .table p, .offered") && !one.matches(".toggle"),
    );
    return shown
      .filter((one) => one.getBoundingClientRect().height < 24)
      .map((one) => one.outerHTML.slice(0, 120));
  });
  assert.deepEqual(small, []);
});

test("colours follow the scheme", async () => {
  const colour = async (colorScheme) => {
    const page = await server.open("/", { colorScheme });
    return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  };
  assert.notEqual(await colour("light"), await colour("dark"));
});

test("nothing moves while the page becomes live", async () => {
  const page = await server.open("/");
  const shift = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) =>
          list.getEntries().forEach((entry) => (sum += entry.value)),
        ).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(sum), 500);
      }),
  );
  assert.ok(shift < 0.01, `layout shift ${shift}`);
});
