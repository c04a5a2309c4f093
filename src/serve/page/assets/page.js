// The page comes whole from the server; these modules make it live.

import { make } from "./ask.js";
import { builder } from "./builder.js";
import { columns } from "./columns.js";
import { exports } from "./exports.js";
import { histogram } from "./histogram.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { copying, panel } from "./panel.js";
import { suggest } from "./suggest.js";

/** One menu at a time; a click elsewhere or Escape closes it. */
function menus() {
  const selector = ".menu:not(.builder)[open], .chip details[open]";
  const close = (except) => {
    for (const menu of document.querySelectorAll(selector)) {
      if (!menu.contains(except)) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("focusin", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = document.activeElement?.closest(selector);
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

/** Ages go on while the page is open. */
function ages() {
  const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, {
    numeric: "always",
  });
  const units = [
    ["year", 31536000],
    ["month", 2592000],
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const tell = () => {
    for (const age of document.querySelectorAll("time + .ago")) {
      const seconds = (Date.parse(age.previousElementSibling.dateTime) - Date.now()) / 1000;
      const unit = units.find(([, length]) => Math.abs(seconds) >= length);
      if (unit) age.textContent = relative.format(Math.trunc(seconds / unit[1]), unit[0]);
    }
  };
  setInterval(tell, 30000);
}

/** The zone of the browser is offered first. */
function zone() {
  const value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.querySelector("#zones")?.prepend(make("option", { value }));
}

menus();
ages();
zone();
builder();
columns();
copying(document);
exports();
histogram();
live();
panel();
keys();
for (const input of document.querySelectorAll("[data-suggest]")) suggest(input);
