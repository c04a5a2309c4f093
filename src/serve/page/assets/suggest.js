// Completion of fields, values and codes: a combobox with a list (ARIA Authoring Practices).

import { ask, make, speech } from "./ask.js";

let count = 0;

export function suggest(input) {
  const list = make("ul", {
    role: "listbox",
    id: `offers-${++count}`,
    class: "offers",
    hidden: true,
    "aria-label": input.placeholder || input.name,
  });
  const around = input.parentElement;
  around.classList.add("suggesting");
  around.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }
  let place = null;
  let chosen = -1;
  let running = null;
  let timer = 0;
  /** More was typed than the offers are of. */
  let isStale = false;
  /** Choosing among offers that are still to come. */
  let choosing = null;

  const close = () => {
    list.hidden = true;
    chosen = -1;
    choosing = null;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (index) => {
    const offers = [...list.children];
    chosen = (index + offers.length) % offers.length;
    offers.forEach((offer, at) => offer.setAttribute("aria-selected", String(at === chosen)));
    offers[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", offers[chosen].id);
  };

  const take = (index) => {
    const text = list.children[index].dataset.text;
    // Up to the caret, which may have moved on since the offers were asked for.
    const [before, after] = [
      input.value.slice(0, place.from),
      input.value.slice(input.selectionStart),
    ];
    const isOpen = text.endsWith("=");
    const space =
      isOpen || /^[\s,)\]]/.test(after) || before.endsWith("(") || before.endsWith(",") ? "" : " ";
    input.value = before + text + space + after;
    const caret = before.length + text.length + space.length;
    input.setSelectionRange(caret, caret);
    close();
    if (isOpen) offer();
  };

  const show = (found) => {
    place = found;
    list.replaceChildren(
      ...found.offers.map(({ text, label, count }, index) => {
        const named = label ? ` ${label}` : "";
        const told = count === undefined ? "" : count.toLocaleString(document.documentElement.lang);
        return make(
          "li",
          {
            role: "option",
            id: `${list.id}-${index}`,
            "aria-selected": "false",
            "data-text": text,
            mousedown: (event) => {
              event.preventDefault();
              take(index);
            },
          },
          make("span", {}, make("code", {}, text), make("bdi", {}, named)),
          make("span", { class: "count" }, told),
        );
      }),
    );
    chosen = -1;
    isStale = false;
    list.hidden = found.offers.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  const offer = async () => {
    running?.abort();
    running = new AbortController();
    try {
      const found = await ask(
        "/query/suggest",
        { ...speech(), q: input.value, at: input.selectionStart },
        running.signal,
      );
      if (document.activeElement === input) show(found);
    } catch (error) {
      // A later question took its place.
      if (error.name === "AbortError") return;
      isStale = false;
      close();
    }
  };

  input.addEventListener("input", () => {
    isStale = true;
    choosing = null;
    clearTimeout(timer);
    timer = setTimeout(offer, 90);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === " " && event.ctrlKey) return void offer();
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    const isTaking = event.key === "Enter" || event.key === "Tab";
    if (event.key in steps && isStale) {
      // Who types fast chooses among the offers of what is typed, once they are there.
      clearTimeout(timer);
      const mine = offer().then(() => {
        if (choosing !== mine) return;
        if (list.hidden) choosing = null;
        else choose(steps[event.key] < 0 ? -1 : 0);
      });
      choosing = mine;
    } else if (isTaking && choosing) {
      const mine = choosing;
      mine.then(() => choosing === mine && chosen >= 0 && take(chosen));
    } else if (list.hidden) return;
    else if (event.key in steps)
      choose(chosen < 0 && steps[event.key] < 0 ? -1 : chosen + steps[event.key]);
    else if (event.key === "Escape") close();
    else if (isTaking && chosen >= 0) take(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
