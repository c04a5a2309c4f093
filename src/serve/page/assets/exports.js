// How far the exports are, while they are written.

import { ask, words } from "./ask.js";

const EVERY_MS = 700;

export function exports() {
  const rows = [...document.querySelectorAll("table.jobs tr[data-job]")];
  const isOpen = (row) => ["waiting", "running"].includes(row.dataset.state);
  const look = async (row) => {
    const job = await ask(`/api/v1/exports/${row.dataset.job}`);
    row.dataset.state = job.state;
    row.querySelector(".state").textContent = job.error
      ? `${words.states[job.state]}: ${job.error}`
      : words.states[job.state];
    row.querySelector(".rows").textContent = job.rows.toLocaleString(document.documentElement.lang);
    // The row with its link comes as the server makes it.
    if (!isOpen(row)) location.reload();
  };
  const wait = async () => {
    const open = rows.filter(isOpen);
    if (!open.length) return;
    await Promise.all(open.map((row) => look(row).catch(() => {})));
    setTimeout(wait, EVERY_MS);
  };
  wait();
}
