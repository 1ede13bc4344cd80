// Before the first paint: the theme that was chosen here, or else what the system asks for.
(() => {
  let chosen = null;
  try {
    chosen = window.localStorage.getItem("optiflow-theme");
  } catch {
    // storage is forbidden: follow the system
  }
  const dark = window.matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = chosen ?? (dark ? "dark" : "light");
})();
