// Dragging over bars narrows the range; arrow keys go from bar to bar.

import { address } from "./ask.js";

export function histogram() {
  const drawing = document.querySelector(".histogram svg");
  if (!drawing) return;
  const bars = [...drawing.querySelectorAll("a")];
  let first = null;
  let last = null;

  const at = (event) => {
    const box = drawing.getBoundingClientRect();
    const index = Math.floor(((event.clientX - box.left) / box.width) * bars.length);
    return Math.min(Math.max(index, 0), bars.length - 1);
  };
  const ends = () => [Math.min(first, last), Math.max(first, last)];
  const mark = () => {
    const [from, to] = first === null ? [1, 0] : ends();
    bars.forEach((bar, index) => bar.classList.toggle("chosen", index >= from && index <= to));
  };

  drawing.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    first = last = at(event);
  });
  drawing.addEventListener("pointermove", (event) => {
    if (first === null) return;
    last = at(event);
    // Captured only once it is a drag, so that a plain click still reaches its link.
    if (last !== first) drawing.setPointerCapture(event.pointerId);
    mark();
  });
  drawing.addEventListener("pointerup", () => {
    if (first === null) return;
    const [from, to] = ends();
    first = null;
    mark();
    if (from === to) return;
    drawing.addEventListener("click", (event) => event.preventDefault(), {
      capture: true,
      once: true,
    });
    location.href = address({
      from: bars[from].dataset.from,
      to: bars[to].dataset.to,
      since: null,
      after: null,
    });
  });
  drawing.addEventListener("pointercancel", () => {
    first = null;
    mark();
  });
  drawing.addEventListener("dragstart", (event) => event.preventDefault());
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const index = bars.indexOf(document.activeElement);
    if (!step || index < 0) return;
    event.preventDefault();
    const next = bars[Math.min(Math.max(index + step, 0), bars.length - 1)];
    bars.forEach((bar) => bar.setAttribute("tabindex", bar === next ? "0" : "-1"));
    next.focus();
  });
}
