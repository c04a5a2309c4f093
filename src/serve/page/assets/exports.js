// How far the exports are, while they are written.

import { ask, page, words } from "./ask.js";

const EVERY_MS = 700;
const OPEN = ["waiting", "running"];

export function exports() {
  const rows = () => [...document.querySelectorAll("table.jobs tr[data-job]")];
  const look = async (row) => {
    const job = await ask(`/api/v1/exports/${row.dataset.job}`);
    if (OPEN.includes(job.state)) {
      row.querySelector(".state").textContent = words.states[job.state];
      row.querySelector(".rows").textContent = job.rows.toLocaleString(
        document.documentElement.lang,
      );
      return;
    }
    // Its row with the link, or with what went wrong, comes as the server makes it.
    const found = await page(location.href);
    const fresh = found.querySelector(`tr[data-job="${row.dataset.job}"]`);
    if (fresh) row.replaceWith(document.adoptNode(fresh));
  };
  const wait = async () => {
    const open = rows().filter((row) => OPEN.includes(row.dataset.state));
    if (!open.length) return;
    await Promise.all(open.map((row) => look(row).catch(() => {})));
    setTimeout(wait, EVERY_MS);
  };
  wait();
}
