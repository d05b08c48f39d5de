// Runs before the first paint, so that a dark page does not flash white.
(() => {
  const chosen = localStorage.getItem("overdue-color-scheme");
  const dark =
    chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
