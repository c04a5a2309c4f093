// Single keys. They can be turned off (WCAG 2.1.4), and do nothing while somebody types.

import { make, words } from "./ask.js";

const OFF = "annals-keys-off";

export function keys() {
  const isOn = () => localStorage.getItem(OFF) === null;
  const rows = () => [...document.querySelectorAll("a.row")];

  const step = (by) => {
    const all = rows();
    const open = document.querySelector("tr.open a.row");
    const at =
      all.indexOf(document.activeElement) >= 0
        ? all.indexOf(document.activeElement)
        : all.indexOf(open);
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    if (!next) return;
    if (document.querySelector(".panel")) next.click();
    else next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const table = [
    ["/", words.keySearch],
    ["j", words.keyDown],
    ["k", words.keyUp],
    ["Enter", words.keyOpen],
    ["e", words.keyExport],
    ["?", words.keyHelp],
    ["Esc", words.keyClose],
  ];
  const list = make(
    "dl",
    {},
    ...table.flatMap(([key, does]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, does)]),
  );
  const box = make("input", {
    type: "checkbox",
    checked: isOn(),
    change: () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")),
  });
  const help = make(
    "dialog",
    { id: "keys", "aria-labelledby": "keys-title" },
    make("h2", { id: "keys-title" }, words.keys),
    list,
    make("label", { class: "check" }, box, make("span", {}, words.keysOn)),
    make("form", { method: "dialog" }, make("button", {}, words.close)),
  );
  const button = make(
    "button",
    {
      type: "button",
      class: "plain",
      title: words.keys,
      "aria-label": words.keys,
      click: () => help.showModal(),
    },
    "?",
  );
  document.querySelector(".top .languages").after(button);
  document.body.append(help);

  const acts = {
    "/": () => document.querySelector("#q")?.select(),
    j: () => step(1),
    k: () => step(-1),
    e: () => {
      const menu = document.querySelector(".menu.export");
      if (!menu) return;
      menu.open = true;
      menu.querySelector("a, button").focus();
    },
    "?": () => help.showModal(),
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox]), select, textarea, dialog");
    const act = acts[event.key];
    if (!act || isTyping || event.ctrlKey || event.metaKey || event.altKey || !isOn()) return;
    event.preventDefault();
    act();
  });
}
