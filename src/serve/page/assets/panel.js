// An event beside the table; its address is that of its own page. And copying texts.

import { make, page, words } from "./ask.js";

/** Buttons that copy the text of an element. */
export function copying(root) {
  for (const corner of root.querySelectorAll("[data-copy]")) {
    const button = make("button", { type: "button", class: "copy" }, words.copyJson);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(
        root.querySelector(`#${corner.dataset.copy}`).textContent,
      );
      button.textContent = words.copied;
      setTimeout(() => (button.textContent = words.copyJson), 2000);
    });
    corner.replaceChildren(button);
  }
}

export function panel() {
  const table = document.querySelector("table.events");
  if (!table) return;
  const list = location.href;
  const title = document.title;
  let side = null;
  let from = null;

  const close = () => {
    side?.remove();
    side = null;
    document.title = title;
    table.querySelector("tr.open")?.classList.remove("open");
    from?.focus();
  };

  const open = async (link) => {
    const found = await page(link.href);
    const article = found.querySelector("article.event");
    if (!article) return void (location.href = link.href);
    side?.remove();
    table.querySelector("tr.open")?.classList.remove("open");
    link.closest("tr")?.classList.add("open");
    from = link;
    const button = make(
      "button",
      { type: "button", class: "close", click: () => history.back() },
      words.close,
    );
    side = make(
      "aside",
      { class: "panel", "aria-label": words.details, tabindex: "-1" },
      button,
      document.adoptNode(article),
    );
    document.querySelector("main").append(side);
    copying(side);
    document.title = found.title;
    button.focus({ preventScroll: true });
  };

  table.addEventListener("click", (event) => {
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    const row = event.target.closest("tbody tr");
    const link = row?.querySelector("a.row");
    const other = event.target.closest("a, button");
    if (!isPlain || !link || (other && other !== link) || getSelection().toString()) return;
    event.preventDefault();
    if (side) history.replaceState({ panel: true }, "", link.href);
    else history.pushState({ panel: true }, "", link.href);
    open(link);
  });
  addEventListener("popstate", () => {
    if (location.href === list || location.pathname === "/") close();
    else {
      const link = [...table.querySelectorAll("a.row")].find((one) => one.href === location.href);
      if (link) open(link);
      else location.reload();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && side && !event.defaultPrevented) history.back();
  });
}
