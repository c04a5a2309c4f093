// What all modules use: the words of the page, elements, and questions to the server.

export const words = JSON.parse(document.body.dataset.words ?? "{}");

/** An element with attributes (functions listen to events of that name) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** What the server answers as JSON; throws the detail of a problem. */
export async function ask(place, parameters = {}, signal) {
  const query = new URLSearchParams(parameters);
  const answer = await fetch(`${place}?${query}`, {
    signal,
    headers: { Accept: "application/json" },
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.detail ?? answer.statusText);
  return value;
}

/** A page of the server as a document. */
export async function page(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/** The parameters of the address that say whose events, by which names, in which tongue. */
export function speech() {
  const given = new URLSearchParams(location.search);
  const kept = ["profile", "tenant", "tz"].filter((name) => given.has(name));
  return {
    ...Object.fromEntries(kept.map((name) => [name, given.get(name)])),
    lang: document.documentElement.lang,
  };
}

/** The address with other parameters; null takes one out. */
export function address(changes) {
  const parameters = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") parameters.delete(name);
    else parameters.set(name, value);
  }
  const query = parameters.toString();
  return query ? `/?${query}` : "/";
}
