// The page's connection to its kernel: widget messages of the Jupyter protocol over one websocket, nothing else.

const ENDED = 4001; // the server says: this kernel is gone
const PATIENCE_MS = 20000;

const decode = (data) => {
  if (typeof data === "string") return JSON.parse(data);
  const view = new DataView(data);
  const starts = Array.from({ length: view.getInt32(0) }, (_, number) => view.getUint32(4 * (number + 1)));
  const parts = starts.map((start, number) => data.slice(start, starts[number + 1]));
  return { ...JSON.parse(new TextDecoder().decode(parts[0])), buffers: parts.slice(1).map((part) => new DataView(part)) };
};

export class Kernel {
  #address;
  #session = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
  #queue = [];
  #socket;
  #listeners = new Map();
  #lostAt = null;
  #over = false;

  constructor({ id, base, onLost, onFound }) {
    const address = new URL(`${base}api/kernels/${id}/channels?session_id=${this.#session}`, window.location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.#address = address;
    this.id = id;
    this.onLost = onLost;
    this.onFound = onFound;
    this.#connect();
  }

  listen(comm, listener) {
    this.#listeners.set(comm, listener);
  }

  send(comm, data, buffers = []) {
    if (this.#over) throw new Error("the kernel is gone");
    if (buffers.length) throw new Error("binary messages to the kernel are not supported");
    const header = { msg_id: crypto.randomUUID?.() ?? String(Math.random()).slice(2), msg_type: "comm_msg", username: "", session: this.#session, date: new Date().toISOString(), version: "5.3" };
    const message = { channel: "shell", header, parent_header: {}, metadata: {}, content: { comm_id: comm, data } };
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
    else this.#queue.push(message);
  }

  close() {
    this.#over = true;
    this.#socket.close();
  }

  #connect() {
    this.#socket = new WebSocket(this.#address);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.onopen = () => {
      this.#lostAt = null;
      this.onFound();
      for (const message of this.#queue.splice(0)) this.#socket.send(JSON.stringify(message));
    };
    this.#socket.onmessage = ({ data }) => this.#receive(decode(data));
    this.#socket.onclose = ({ code }) => this.#retry(code);
  }

  #retry(code) {
    if (this.#over) return;
    this.#lostAt ??= Date.now();
    if (code === ENDED || Date.now() - this.#lostAt > PATIENCE_MS) {
      this.#over = true;
      this.onLost();
      return;
    }
    setTimeout(() => this.#connect(), 1000);
  }

  #receive(message) {
    if (message.header?.msg_type !== "comm_msg") return;
    const { comm_id: comm, data } = message.content;
    this.#listeners.get(comm)?.(data, message.buffers ?? []);
  }
}
