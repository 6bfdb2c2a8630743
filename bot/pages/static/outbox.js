// Sends messages one after the other. What does not get through is kept and sent again with the
// same client id: the server knows it, so that nothing is lost and nothing is said twice.

import { call } from "./api.js";
import { dropWaiting, keepWaiting, waiting } from "./store.js";

const PAUSES_MS = [2_000, 5_000, 15_000, 30_000];

export class Outbox {
  #queue = [];
  #running = false;
  #tries = 0;
  #timer;

  // `on`: open() → conversation, sending(item), sent(item, answer), failed(item, failure).
  constructor(on) {
    this.on = on;
  }

  // What an earlier visit left behind.
  restore(conversation) {
    this.#queue = waiting(conversation.id);
    clearTimeout(this.#timer);
    return this.#queue;
  }

  add({ text = "", option = null, file = null }) {
    const item = { clientId: newId(), conversation: null, text, option, file, at: Date.now() };
    this.#queue.push(item);
    this.retry();
    return item;
  }

  get busy() {
    return this.#running;
  }

  drop(item) {
    this.#queue = this.#queue.filter((each) => each !== item);
    dropWaiting(item.clientId);
    this.retry();
  }

  async retry() {
    clearTimeout(this.#timer);
    if (this.#running) return;
    this.#running = true;
    let item;
    while ((item = this.#queue.find((each) => !each.refused))) {
      if (!(await this.#send(item))) break;
    }
    this.#running = false;
  }

  async #send(item) {
    this.on.sending(item);
    try {
      const conversation = await this.on.open();
      item.conversation = conversation.id;
      if (!item.file) keepWaiting({ ...item, file: undefined });
      const answer = await post(conversation, item);
      this.#queue = this.#queue.filter((each) => each !== item);
      dropWaiting(item.clientId);
      this.#tries = 0;
      await this.on.sent(item, answer);
      return true;
    } catch (failure) {
      item.refused = failure.passing === false;
      if (item.refused) dropWaiting(item.clientId);
      else this.#retryLater();
      this.on.failed(item, failure);
      return item.refused; // the ones behind it need not wait
    }
  }

  #retryLater() {
    const pause = PAUSES_MS[Math.min(this.#tries++, PAUSES_MS.length - 1)];
    this.#timer = setTimeout(() => this.retry(), pause);
  }
}

function post({ id, token }, item) {
  const path = `/conversations/${id}`;
  if (item.option) {
    const body = { option_id: item.option, client_id: item.clientId };
    return call("POST", `${path}/choices`, { token, body });
  }
  if (item.file) {
    const form = new FormData();
    form.append("file", item.file, item.file.name);
    form.append("text", item.text);
    form.append("client_id", item.clientId);
    return call("POST", `${path}/messages`, { token, form });
  }
  const body = { text: item.text, client_id: item.clientId };
  return call("POST", `${path}/messages`, { token, body });
}

// crypto.randomUUID is there on https only, and many offices are on plain http.
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
