// English, German, French.

import assert from "node:assert/strict";
import { test } from "node:test";
import { serve, texts } from "./world.js";

const server = await serve({ demo: true });
const LANGUAGES = {
  en: {
    locale: "en-GB",
    title: "Activity log",
    filter: "Category",
    search: "Search",
    label: "Event Type",
    count: "20,000 events",
    ago: /ago|now/,
  },
  de: {
    locale: "de-DE",
    title: "Aktivitätsprotokoll",
    filter: "Kategorie",
    search: "Suchen",
    label: "Ereignistyp",
    count: "20.000 Ereignisse",
    ago: /^vor /,
  },
  fr: {
    locale: "fr-FR",
    title: "Journal d’activité",
    filter: "Catégorie",
    search: "Rechercher",
    label: "Type d'événement",
    count: "20\u202f000 événements",
    ago: /^il y a /,
  },
};

for (const [code, wanted] of Object.entries(LANGUAGES)) {
  test(`a browser that speaks ${code} gets ${code}: interface, labels, numbers and ages`, async () => {
    const page = await server.open("/", { locale: wanted.locale });
    assert.equal(await page.getAttribute("html", "lang"), code);
    assert.deepEqual(await texts(page, "h1"), [wanted.title]);
    assert.equal(await page.title(), wanted.title);
    assert.deepEqual(await texts(page, ".search button"), [wanted.search]);
    assert.ok((await texts(page, ".filters > details > summary")).includes(wanted.filter));
    assert.ok((await texts(page, ".events td")).includes(wanted.label));
    assert.deepEqual(await texts(page, ".results .count"), [wanted.count]);
    assert.match((await texts(page, ".events .ago"))[0], wanted.ago);
    assert.deepEqual(page.problems, []);
  });
}

test("the language is chosen by a link, stands in the address and stays", async () => {
  const page = await server.open("/?q=category%3Dteams");
  await page.locator(".languages a[lang=de]").click();
  assert.equal(new URL(page.url()).searchParams.get("lang"), "de");
  await page.locator(".filters .name").first().click();
  assert.equal(await page.getAttribute("html", "lang"), "de");
  await page.getByRole("link", { name: "Gespeicherte Suchen" }).click();
  assert.deepEqual(await texts(page, "main h2"), ["Gespeicherte Suchen"]);
});

test("a page of another language is found again by its cursor", async () => {
  const page = await server.open("/", { locale: "fr-FR" });
  const older = await page.getByRole("link", { name: "Plus anciens" }).getAttribute("href");
  const other = await server.open(older, { locale: "de-DE" });
  assert.equal(await other.locator("a.row").count(), 50);
});
