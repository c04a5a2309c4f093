// What a first page costs.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serve } from "./world.js";

const BYTES_MAX = 80 * 1024;
const server = await serve({ demo: true });

test("HTML, style and scripts of a first page are together below 80 kB, packed", async () => {
  const page = await server.open("/searches");
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  const names = [];
  client.on("Network.responseReceived", ({ response }) =>
    names.push(new URL(response.url).pathname),
  );
  client.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
  await page.goto(`${server.url}/`, { waitUntil: "networkidle" });
  console.log(`a first page: ${bytes} bytes packed, in ${names.length} answers`);
  assert.ok(names.includes("/assets/page.js") && names.includes("/assets/style.css"), names.join());
  assert.ok(bytes < BYTES_MAX, `${bytes} bytes`);
});

test("the time of a first page is told", async () => {
  const page = await server.open("/searches");
  const times = [];
  for (let round = 0; round < 5; round++) {
    await page.goto(`${server.url}/`);
    times.push(
      await page.evaluate(() => performance.getEntriesByType("navigation")[0].responseEnd),
    );
  }
  times.sort((one, other) => one - other);
  console.log(
    `a first page of 20,000 events: ${times[0].toFixed(0)} ms at best, ${times[2].toFixed(0)} ms in the middle`,
  );
  assert.ok(times[0] < 2000, `${times} ms`);
});
