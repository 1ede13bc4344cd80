// A card in JupyterLab's launcher for each dashboard and each study. Written by hand as the module federation container
// that JupyterLab loads: there is nothing to build.
(() => {
  const FOLDERS = { dashboards: true, studies: false }; // is the notebook run as soon as it is open?
  let shared;

  const newest = (name) => {
    const [version] = Object.keys(shared[name]).sort().reverse();
    return shared[name][version].get().then((factory) => factory());
  };

  const shownAs = (file) => {
    const words = file.replace(/\.ipynb$/, "").replaceAll("_", " ");
    return words[0].toUpperCase() + words.slice(1);
  };

  const open = async (app, path, isRun) => {
    const widget = await app.commands.execute("docmanager:open", { path });
    if (!isRun) return;
    await widget.context.ready;
    await widget.context.sessionContext.ready;
    await app.commands.execute("notebook:run-all-cells");
  };

  const addFolder = async (app, launcher, folder, isRun) => {
    const { content } = await app.serviceManager.contents.get(folder);
    const notebooks = content.filter((file) => file.type === "notebook").sort((a, b) => a.name.localeCompare(b.name));
    notebooks.forEach((file, rank) => {
      const command = `optiflow:open-${file.path}`;
      const label = shownAs(file.name);
      app.commands.addCommand(command, { label, caption: file.path, execute: () => open(app, file.path, isRun) });
      launcher.add({ command, category: shownAs(folder), rank });
    });
  };

  const plugin = (ILauncher) => ({
    id: "optiflow-launcher:plugin",
    autoStart: true,
    requires: [ILauncher],
    activate: (app, launcher) => {
      for (const [folder, isRun] of Object.entries(FOLDERS)) {
        addFolder(app, launcher, folder, isRun).catch(() => {}); // a folder that is not there has no cards
      }
    },
  });

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["optiflow-launcher"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const { ILauncher } = await newest("@jupyterlab/launcher");
      const module = { __esModule: true, default: plugin(ILauncher) };
      return () => module;
    },
  };
})();
