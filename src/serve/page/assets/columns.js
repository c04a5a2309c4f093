// Heads of columns can be dragged to another place; the address says where they are then.

import { address } from "./ask.js";

export function columns() {
  const heads = [...document.querySelectorAll("table.events th[data-column]")];
  let dragged = null;
  const clear = () => heads.forEach((head) => head.classList.remove("over"));
  for (const head of heads) {
    head.draggable = true;
    head.addEventListener("dragstart", (event) => {
      dragged = head;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", head.dataset.column);
    });
    head.addEventListener("dragover", (event) => {
      if (!dragged || dragged === head) return;
      event.preventDefault();
      clear();
      head.classList.add("over");
    });
    head.addEventListener("dragend", () => {
      dragged = null;
      clear();
    });
    head.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!dragged || dragged === head) return;
      const names = heads.map((one) => one.dataset.column);
      const [from, to] = [heads.indexOf(dragged), heads.indexOf(head)];
      names.splice(to, 0, ...names.splice(from, 1));
      location.href = address({ columns: names.join(",") });
    });
  }
}
