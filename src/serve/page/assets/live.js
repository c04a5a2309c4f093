// New events: counted as they come, put in at the top on request. What somebody reads stays where
// it is.

import { make, page, words } from "./ask.js";

/** The most rows that are put in at once. */
const ROWS_MAX = 200;

export function live() {
  const results = document.querySelector(".results");
  const corner = results?.querySelector(".live:not([hidden])");
  if (!corner) return;
  let source = null;
  let place = results.dataset.place;
  let waiting = 0;

  const told = make("span", { role: "status", class: "quiet" });
  const show = make("button", { type: "button", hidden: true, click: () => put() });
  const toggle = make(
    "button",
    {
      type: "button",
      "aria-pressed": "false",
      title: words.liveOn,
      click: () => (source ? stop() : start()),
    },
    words.live,
  );
  corner.append(told, show, toggle);

  const tell = () => {
    show.hidden = waiting === 0;
    show.textContent = words.liveNew.replace(
      "{}",
      waiting.toLocaleString(document.documentElement.lang),
    );
    told.textContent = source && waiting === 0 ? words.liveNone : "";
  };

  const start = () => {
    source = new EventSource(`/api/v1/follow?${results.dataset.question}&after=${place}`);
    source.onmessage = (event) => {
      place = event.lastEventId;
      waiting += 1;
      tell();
    };
    source.addEventListener("rewound", () => {
      stop();
      told.textContent = words.rewound;
    });
    source.onopen = tell;
    source.onerror = () => (told.textContent = words.liveLost);
    toggle.setAttribute("aria-pressed", "true");
    toggle.title = words.liveOff;
    tell();
  };

  const stop = () => {
    source?.close();
    source = null;
    toggle.setAttribute("aria-pressed", "false");
    toggle.title = words.liveOn;
    tell();
  };

  const put = async () => {
    const limit = Math.min(waiting, ROWS_MAX);
    const parameters = new URLSearchParams(location.search);
    parameters.set("limit", limit);
    const found = await page(`/?${parameters}`);
    const rows = [...found.querySelectorAll(".events tbody tr")];
    const body = document.querySelector(".events tbody");
    if (!body) return location.reload();
    const seq = (row) => row.querySelector("a.row").dataset.seq;
    const known = new Set([...body.rows].map(seq));
    const fresh = rows.filter((row) => !known.has(seq(row)));
    fresh.forEach((row) => {
      row.classList.add("new");
      // The rows came by an address with another limit.
      for (const link of row.querySelectorAll("a.row"))
        link.href = link.getAttribute("href").replace(/([?&])limit=\d+&?/, "$1");
    });
    const before = body.getBoundingClientRect().height;
    body.prepend(...fresh);
    if (body.getBoundingClientRect().top < 0)
      scrollBy(0, body.getBoundingClientRect().height - before);
    const count = found.querySelector(".results .count");
    if (count) results.querySelector(".count").textContent = count.textContent;
    waiting = 0;
    tell();
  };

  addEventListener("pagehide", stop);
  tell();
}
