// Lives of the page's anywidgets (https://anywidget.dev): their module is given the element and a model, whose other
// half is the widget in the kernel. This small host is all they need; any other widget needs Voilà's front end.

class Model {
  #state;
  #changed = new Set();
  #listeners = new Map();
  #kernel;
  #comm;

  constructor(kernel, comm, state) {
    this.#kernel = kernel;
    this.#comm = comm;
    this.#state = state;
    kernel.listen(comm, (data, buffers) => this.#receive(data, buffers));
  }

  get(name) {
    return this.#state[name];
  }

  set(name, value) {
    const values = typeof name === "object" ? name : { [name]: value };
    for (const key of Object.keys(values)) this.#changed.add(key);
    this.#take(values);
  }

  save_changes() {
    const state = Object.fromEntries([...this.#changed].map((name) => [name, this.#state[name]]));
    this.#changed.clear();
    if (Object.keys(state).length) this.#kernel.send(this.#comm, { method: "update", state, buffer_paths: [] });
  }

  send(content, _callbacks, buffers) {
    this.#kernel.send(this.#comm, { method: "custom", content }, buffers);
  }

  on(names, listener) {
    for (const name of names.split(/\s+/)) this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  off(names, listener) {
    for (const name of names?.split(/\s+/) ?? [...this.#listeners.keys()]) {
      this.#listeners.set(name, (this.#listeners.get(name) ?? []).filter((one) => listener && one !== listener));
    }
  }

  #take(values) {
    const changed = Object.entries(values).filter(([name, value]) => this.#state[name] !== value);
    Object.assign(this.#state, values);
    for (const [name, value] of changed) this.#tell(`change:${name}`, this, value);
    if (changed.length) this.#tell("change", this);
  }

  #receive(data, buffers) {
    if (data.method === "update") this.#take(data.state);
    if (data.method === "custom") this.#tell("msg:custom", data.content, buffers);
  }

  #tell(name, ...told) {
    for (const listener of this.#listeners.get(name) ?? []) listener(...told);
  }
}

const load = async (source) => {
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  try {
    const module = await import(address);
    return typeof module.default === "function" ? await module.default() : (module.default ?? module);
  } finally {
    URL.revokeObjectURL(address);
  }
};

export const bringToLife = async (element, kernel) => {
  const { model: comm, state, module, style } = JSON.parse(element.querySelector("script").textContent);
  if (style) {
    const sheet = document.createElement("style");
    sheet.textContent = style;
    document.head.append(sheet);
  }
  const model = new Model(kernel, comm, state);
  const widget = await load(module);
  await widget.initialize?.({ model });
  const el = document.createElement("div");
  element.append(el);
  await widget.render?.({ model, el });
  element.dataset.alive = "true";
};
