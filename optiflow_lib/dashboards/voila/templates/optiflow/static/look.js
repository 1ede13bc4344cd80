// The theme switch of the bar, on every page.

const root = document.documentElement;

const wear = (theme) => {
  root.dataset.theme = theme;
  window.dispatchEvent(new CustomEvent("optiflow:theme", { detail: theme }));
};

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const theme = root.dataset.theme === "dark" ? "light" : "dark";
  try {
    window.localStorage.setItem("optiflow-theme", theme);
  } catch {
    // storage is forbidden: the choice lasts as long as the page
  }
  wear(theme);
});

window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem("optiflow-theme");
  } catch {
    // as above
  }
  if (chosen === null) wear(matches ? "dark" : "light");
});

// Paper is light.
let worn;
window.addEventListener("beforeprint", () => {
  worn = root.dataset.theme;
  if (worn === "dark") wear("light");
});
window.addEventListener("afterprint", () => {
  if (worn === "dark") wear(worn);
});
