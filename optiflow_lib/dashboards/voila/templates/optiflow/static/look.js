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

// A page's controls change its address without loading it: links take along what is chosen when they are followed.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".bar nav a, .bar [data-language]");
  if (!link) return;
  const here = new URL(window.location.href).searchParams;
  const address = new URL(link.href);
  const shared = link.closest("nav")?.dataset.shared.split(" ") ?? [...here.keys()];
  address.search = new URLSearchParams([...here].filter(([name]) => shared.includes(name)));
  if (link.dataset.language) address.searchParams.set("language", link.dataset.language);
  else address.searchParams.delete("language");
  link.href = address;
});
