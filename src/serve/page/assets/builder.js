// The condition builder: a query as a tree of groups and conditions that people click together. It
// is read from the server as JSON and given back as JSON, so that no part of a query is lost: what
// has no form of its own here stays as it is, as text.

import { address, ask, make, speech, words } from "./ask.js";
import { suggest } from "./suggest.js";

/** Operators with a list of values, and those without any. */
const LISTS = ["in", "not_in"];
const NUMBERS = ["gt", "gte", "lt", "lte"];
const KNOWN = [
  "eq",
  "ne",
  "in",
  "not_in",
  "text",
  "prefix",
  "contains",
  "suffix",
  "under",
  "regex",
  "has",
  ...NUMBERS,
  "range",
];

let fields = [];

/** A value of the tree as it is typed. */
function shown(value) {
  if (value && typeof value === "object") return "bare" in value ? value.bare : null;
  return JSON.stringify(value);
}

/** What is typed as a value: JSON where it is quoted or a number, else bare text. */
function typed(text) {
  try {
    const value = JSON.parse(text);
    if (value === null || typeof value !== "object") return value;
  } catch {
    // Not JSON, so it is bare.
  }
  return { bare: text };
}

/** Whether a condition has a form here. */
function isPlain(node) {
  if (!KNOWN.includes(node.op) || typeof node.field !== "string") return false;
  if (node.match) return false;
  if (node.op === "range") return ["from", "to"].every((end) => typeof node[end] !== "object");
  const values = LISTS.includes(node.op) ? node.value : [node.value];
  if (node.op === "eq" || node.op === "ne")
    return !Array.isArray(node.value) && shown(node.value) !== null;
  return (
    node.op === "has" ||
    values.every((value) =>
      LISTS.includes(node.op) ? shown(value) !== null : typeof value !== "object",
    )
  );
}

/** A node of the tree as an element that gives itself back. */
function draw(node, isRoot = false) {
  if (node.all) return group("and", [], false, isRoot);
  if (node.and) return group("and", node.and, false, isRoot);
  if (node.or) return group("or", node.or, false, isRoot);
  if (node.not?.and) return isRoot ? group("and", [node]) : group("and", node.not.and, true);
  if (node.not?.or) return isRoot ? group("and", [node]) : group("or", node.not.or, true);
  if (isRoot) return group("and", [node], false, true);
  return condition(node);
}

function line(content, read) {
  const item = make("li", {}, ...content);
  item.append(
    make(
      "button",
      {
        type: "button",
        class: "plain",
        "aria-label": words.remove,
        click: () => {
          item.remove();
          changed();
        },
      },
      "×",
    ),
  );
  item.read = read;
  return item;
}

function group(joiner, nodes, isNot = false, isRoot = false) {
  const list = make("ul", {}, ...nodes.map((node) => draw(node)));
  const choice = make(
    "select",
    { "aria-label": words.joinedBy, change: () => changed() },
    make("option", { value: "and", selected: joiner === "and" }, words.all),
    make("option", { value: "or", selected: joiner === "or" }, words.any),
  );
  const not = make("input", {
    type: "checkbox",
    checked: isNot,
    change: () => {
      frame.toggleAttribute("data-not", not.checked);
      changed();
    },
  });
  const add = (node) => {
    list.append(draw(node));
    changed();
    list.lastElementChild.querySelector("select, input")?.focus();
  };
  const frame = make(
    "div",
    { class: "group", role: "group", "data-not": isNot },
    make(
      "div",
      { class: "bar" },
      choice,
      ...(isRoot ? [] : [make("label", { class: "check" }, not, make("span", {}, words.none))]),
      make(
        "button",
        {
          type: "button",
          click: () => add({ field: fields[0]?.name ?? "category", op: "eq", value: { bare: "" } }),
        },
        words.addCondition,
      ),
      make(
        "button",
        {
          type: "button",
          click: () =>
            add({ and: [{ field: fields[0]?.name ?? "category", op: "eq", value: { bare: "" } }] }),
        },
        words.addGroup,
      ),
    ),
    list,
  );
  const read = () => {
    const inner = [...list.children].map((item) => item.read()).filter((one) => one !== null);
    if (!inner.length) return null;
    const joined = inner.length === 1 ? inner[0] : { [choice.value]: inner };
    return not.checked ? { not: joined } : joined;
  };
  if (isRoot) {
    frame.read = read;
    return frame;
  }
  return line([frame], read);
}

function condition(node) {
  const isNot = Boolean(node.not);
  const inner = node.not ?? node;
  const not = make("input", { type: "checkbox", checked: isNot, change: () => changed() });
  const turned = (read) => () => {
    const value = read();
    return value !== null && not.checked ? { not: value } : value;
  };
  const check = make("label", { class: "check" }, not, make("span", {}, words.none));
  return isPlain(inner)
    ? fieldCondition(inner, check, turned)
    : textCondition(inner, check, turned);
}

/** Whatever has no form of its own: as text of a query. */
function textCondition(node, check, turned) {
  let current = node;
  const input = make("input", {
    class: "value",
    "aria-label": words.condition,
    spellcheck: "false",
  });
  input.addEventListener("change", async () => {
    try {
      current = (await ask("/query/tree", { ...speech(), q: input.value })).query;
      input.removeAttribute("aria-invalid");
      input.title = "";
    } catch (error) {
      input.setAttribute("aria-invalid", "true");
      input.title = error.message;
    }
    changed();
  });
  ask("/query/tree", { ...speech(), filter: JSON.stringify(node) }).then(
    (told) => (input.value = told.text),
  );
  const item = line(
    [check, input],
    turned(() => (current.all ? null : current)),
  );
  suggest(input);
  return item;
}

function fieldCondition(node, check, turned) {
  const known = fields.some((field) => field.name === node.field);
  const all = known
    ? fields
    : [{ name: node.field, label: node.field, operators: KNOWN, values: [] }, ...fields];
  const field = make(
    "select",
    { "aria-label": words.field },
    ...all.map((one) =>
      make(
        "option",
        { value: one.name, selected: one.name === node.field },
        one.label === one.name ? one.name : `${one.label} (${one.name})`,
      ),
    ),
  );
  const operator = make("select", { "aria-label": words.operator });
  const value = make("input", {
    class: "value",
    "aria-label": words.value,
    list: `values-${Math.random().toString(36).slice(2)}`,
  });
  const values = make("datalist", { id: value.getAttribute("list") });
  const operators = (chosen) => {
    const found = all.find((one) => one.name === field.value);
    const names =
      found.operators.includes(chosen) || !chosen ? found.operators : [chosen, ...found.operators];
    operator.replaceChildren(
      ...names.map((name) =>
        make("option", { value: name, selected: name === chosen }, words.operators[name] ?? name),
      ),
    );
    values.replaceChildren(
      ...found.values.map(({ code, label }) => make("option", { value: code, label })),
    );
    value.hidden = operator.value === "has";
  };
  const text = () => {
    if (node.op === "has") return "";
    if (node.op === "range") return `${node.from ?? ""}..${node.to ?? ""}`;
    if (LISTS.includes(node.op)) return node.value.map(shown).join(", ");
    return node.op === "eq" || node.op === "ne" ? shown(node.value) : String(node.value);
  };
  operators(node.op);
  value.value = text();
  const begun = [field.value, operator.value, value.value].join("\n");
  field.addEventListener("change", () => {
    operators();
    changed();
  });
  operator.addEventListener("change", () => {
    value.hidden = operator.value === "has";
    changed();
  });
  value.addEventListener("input", () => changed());
  const read = () => {
    // What was not touched is given back as it came.
    if ([field.value, operator.value, value.value].join("\n") === begun)
      return text() === "" && node.op !== "has" ? null : node;
    const [path, op, typedText] = [field.value, operator.value, value.value.trim()];
    if (op === "has") return { field: path, op };
    if (!typedText) return null;
    if (op === "range") {
      const [from, to] = typedText.split("..").map((end) => end.trim());
      const end = (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
      return {
        field: path,
        op,
        ...(from ? { from: end(from) } : {}),
        ...(to ? { to: end(to) } : {}),
      };
    }
    if (LISTS.includes(op)) {
      const items = typedText.match(/"(?:[^"\\]|\\.)*"|[^,]+/g) ?? [];
      return { field: path, op, value: items.map((item) => typed(item.trim())) };
    }
    if (op === "eq" || op === "ne") return { field: path, op, value: typed(typedText) };
    if (NUMBERS.includes(op) && Number.isFinite(Number(typedText)))
      return { field: path, op, value: Number(typedText) };
    return { field: path, op, value: typedText };
  };
  return line([check, field, operator, value, values], turned(read));
}

let changed = () => {};

export function builder() {
  const sheet = document.querySelector("[data-builder]");
  const menu = sheet?.closest("details");
  if (!menu) return;
  menu.addEventListener("toggle", async () => {
    if (!menu.open || sheet.dataset.ready) return;
    sheet.dataset.ready = "yes";
    const given = new URLSearchParams(sheet.dataset.builder);
    const [listed, told] = await Promise.all([
      ask("/query/fields", speech()),
      ask("/query/tree", { ...speech(), q: given.get("q") ?? "" }),
    ]);
    fields = listed.fields;
    const output = make("output", { "aria-label": words.asQuery });
    const problem = make("p", { class: "problem", role: "alert", hidden: true });
    const go = make("button", { type: "button", class: "first" }, words.search);
    const root = draw(told.query, true);
    let text = told.text;
    let running = null;
    changed = async () => {
      running?.abort();
      running = new AbortController();
      const tree = root.read() ?? { all: true };
      try {
        text = (
          await ask("/query/tree", { ...speech(), filter: JSON.stringify(tree) }, running.signal)
        ).text;
        output.textContent = text || "*";
        problem.hidden = true;
        go.disabled = false;
      } catch (error) {
        if (error.name === "AbortError") return;
        problem.textContent = error.message;
        problem.hidden = false;
        go.disabled = true;
      }
    };
    go.addEventListener(
      "click",
      () => (location.href = address({ q: text, filter: null, after: null })),
    );
    output.textContent = text || "*";
    sheet.replaceChildren(root, output, problem, go);
  });
}
