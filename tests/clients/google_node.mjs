// @googleapis/admin, with another root.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(process.env.ANNALS_MODULES);
const { admin, auth } = require("@googleapis/admin");
const CLIENT = "@googleapis/admin";

function reports() {
  const holder = new auth.OAuth2();
  holder.setCredentials({ access_token: process.env.ANNALS_TOKEN });
  const rootUrl = `${process.env.ANNALS_BASE}/`;
  return admin({ version: "reports_v1", rootUrl, auth: holder }).activities;
}

// A text that is the same for the same values, whatever the order of their members.
function key(value) {
  if (Array.isArray(value)) return `[${value.map(key)}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `${name}:${key(value[name])}`)}}`;
}

const lines = readFileSync(`${process.env.ANNALS_RECORDS}/google.ndjson`, "utf8").trim();
const expected = lines.split("\n").map((line) => JSON.parse(line));
const applications = new Set(expected.map((record) => record.id.applicationName));
const found = [];
let pages = 0;
for (const applicationName of applications) {
  let pageToken;
  do {
    const question = { userKey: "all", applicationName, maxResults: 40, pageToken };
    const { data } = await reports().list(question);
    found.push(...(data.items ?? []));
    pages += 1;
    pageToken = data.nextPageToken;
  } while (pageToken);
}
const [came, went] = [found, expected].map((records) => records.map(key).sort());
const equal = new Set(went.filter((record) => came.includes(record))).size;
console.log(`${CLIENT}: ${equal} of ${expected.length} as they came in, on ${pages} pages`);
if (String(came) !== String(went)) throw new Error(`${CLIENT}: ${came.length} came out`);
const refusal = await reports()
  .list({ userKey: "all", applicationName: "login", pageToken: "x" })
  .catch((error) => error.response);
if (refusal.status !== 400 || !refusal.data.error.message.startsWith("pageToken: ")) {
  throw new Error(`${CLIENT}: refused with ${refusal.status} ${JSON.stringify(refusal.data)}`);
}
