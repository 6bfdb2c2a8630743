// One conversation on the page: its messages in order, what is on its way, and the event stream.

import { Failure, call, follow } from "./api.js";
import { Tickets } from "./cards.js";
import { drawState, renderMessage, renderMoment, renderWaiting } from "./messages.js";
import { Outbox } from "./outbox.js";
import { keep } from "./store.js";

const QUIET_MS = 5 * 60_000; // after such a pause the time is shown
const TYPING_MS = 6_000;
const THINKING_MS = 350; // most replies are there sooner
const PAUSES_MS = [500, 2_000, 5_000, 15_000];

export class Conversation {
  tickets = new Tickets();
  #known; // {id, token, project, title, at}, or null before the first message
  #page;
  #seen = new Map(); // message id → node
  #last = 0; // sequence number of the newest message
  #lastAt = 0;
  #waiting = new Map(); // item of the outbox → node, at the end of the log
  #outbox;
  #left = new AbortController();
  #wake = () => {};
  #streaming = false; // the event stream tells how the tickets stand
  #typingTimer;

  // `page`: log, project, opened(), added(node, message), typing(text), connection(ok), gone(unsent),
  // edit(item)
  constructor(known, page) {
    this.#known = known;
    this.#page = page;
    this.#outbox = new Outbox({
      open: () => this.#open(),
      sending: (item) => this.#sending(item),
      sent: (item, answer) => this.#sent(item, answer),
      failed: (item, failure) => this.#failed(item, failure),
    });
  }

  get id() {
    return this.#known?.id ?? null;
  }

  get token() {
    return this.#known.token;
  }

  filePath(attachmentId) {
    return `/conversations/${this.id}/attachments/${attachmentId}`;
  }

  start() {
    if (!this.#known) return;
    for (const item of this.#outbox.restore(this.#known)) this.#await(item);
    this.#run();
    this.#outbox.retry();
  }

  // Somebody looks at another conversation; what is on its way here still goes out.
  leave() {
    this.#left.abort();
    this.#wake();
  }

  // The network is back, or somebody wants to know now.
  hurry() {
    this.#wake();
    this.#outbox.retry();
    if (this.#known) this.#sync().catch(() => {}); // the stream may be dead without knowing it
  }

  say(text, file) {
    this.#await(this.#outbox.add({ text, file }));
  }

  choose(option) {
    this.#await(this.#outbox.add({ text: option.text, option: option.id }));
  }

  async rate(number, score, comment) {
    const body = { score, comment };
    const path = `/tickets/${number}/rating`;
    this.tickets.update(await call("POST", path, { token: this.token, body }));
  }

  async #open() {
    if (this.#known) return this.#known;
    const project = this.#page.project;
    const body = project ? { project } : {};
    const { id, token } = await call("POST", "/conversations", { body });
    const [first] = this.#waiting.keys();
    const title = first?.text || first?.file?.name || "新会话";
    this.#known = { id, token, project, title, at: Date.now() };
    keep(this.#known);
    this.#page.opened();
    this.#run();
    return this.#known;
  }

  async #run() {
    let failures = 0;
    while (!this.#left.signal.aborted) {
      try {
        await this.#sync();
        await follow(
          `/conversations/${this.id}/events`,
          this.token,
          this.#last,
          () => {
            failures = 0;
            this.#connected(true);
          },
          (name, data) => this.#heard(name, data),
          this.#left.signal,
        );
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
        if (this.#left.signal.aborted) return;
        if (!failure.passing) return this.#gone();
      }
      this.#streaming = false;
      if (failures++ > 0) this.#connected(false);
      await this.#pause(PAUSES_MS[Math.min(failures - 1, PAUSES_MS.length - 1)]);
    }
  }

  // The server does not know it any more; what it did not take is given back.
  #gone() {
    const unsent = [...this.#waiting.keys()].map((item) => item.text).join("\n");
    this.leave();
    this.#page.gone(unsent);
  }

  #connected(ok) {
    if (this.#left.signal.aborted) return;
    this.#page.connection(ok);
    if (ok) this.#outbox.retry();
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #sync() {
    for (;;) {
      const path = `/conversations/${this.id}/messages?after=${this.#last}`;
      const { messages, tickets } = await call("GET", path, { token: this.token });
      // What was read before the stream spoke would undo what it said since.
      for (const ticket of tickets) if (!this.#streaming) this.tickets.update(ticket);
      for (const message of messages) this.#show(message);
      if (!messages.length) return;
    }
  }

  #heard(name, data) {
    if (this.#left.signal.aborted) return;
    this.#streaming = true;
    if (name === "message") this.#show(data);
    if (name === "ticket") this.tickets.update(data);
    if (name === "typing") this.#typing("项目管家正在输入", 0, TYPING_MS);
  }

  #show(message) {
    if (this.#seen.has(message.id)) return;
    this.#last = Math.max(this.#last, message.seq);
    if (message.author !== "asker") this.#typing("");
    const item = this.#waitingFor(message);
    const waiting = item && this.#waiting.get(item);
    if (item) item.shown = true; // the outbox may not know yet that it arrived
    this.#waiting.delete(item);
    let node = waiting;
    if (waiting && !message.attachment) waiting.querySelector(".state").remove();
    else node = renderMessage(message, this);
    if (waiting && waiting !== node) waiting.remove();
    this.#seen.set(message.id, node);
    this.#place(node, message.created_at, waiting === node);
    this.#page.added(node, message);
  }

  // The sent message that this one is, by its id or, before the answer is here, by its words.
  #waitingFor(message) {
    if (message.author !== "asker") return null;
    const items = [...this.#waiting.keys()];
    return (
      items.find((item) => item.messageId === message.id) ??
      items.find((item) => !item.messageId && item.text === message.text && !item.refused)
    );
  }

  #place(node, at, isThere) {
    const [firstWaiting] = this.#waiting.values();
    const before = firstWaiting ?? null;
    if (!isThere || (before && before.compareDocumentPosition(node) & 4)) {
      this.#page.log.insertBefore(node, before);
    }
    if (at - this.#lastAt > QUIET_MS) node.before(renderMoment(at));
    this.#lastAt = at;
  }

  #await(item) {
    if (this.#waiting.has(item) || item.shown) return;
    const node = renderWaiting(item);
    this.#waiting.set(item, node);
    this.#page.log.append(node);
    this.#page.added(node, null);
  }

  #sending(item) {
    this.#await(item);
    this.#state(item, "sending");
    this.#typing("小海马正在查找", THINKING_MS);
  }

  async #sent(item, answer) {
    item.messageId = answer.message_id;
    try {
      await this.#sync();
    } catch {
      // the stream brings it
    }
    this.#typing("");
    const node = this.#waiting.get(item);
    if (node && this.#seen.has(answer.message_id)) {
      node.remove();
      this.#waiting.delete(item);
    }
    this.#say(answer);
  }

  // A notice that only repeats the one before is not in the transcript: it is shown in small.
  #say(answer) {
    const node = this.#seen.get(answer.message_id);
    if (!node || !answer.reply || [...this.#seen.values()].at(-1) !== node) return;
    const line = document.createElement("p");
    line.className = "state";
    line.textContent = answer.reply.text;
    node.append(line);
    this.#page.added(line, null);
  }

  #failed(item, failure) {
    this.#typing("");
    this.#state(item, item.refused ? "refused" : "failed", failure.message);
  }

  #state(item, state, why) {
    const node = this.#waiting.get(item);
    if (!node) return;
    const drop = () => {
      node.remove();
      this.#waiting.delete(item);
      this.#outbox.drop(item);
    };
    const edit = () => {
      drop();
      this.#page.edit(item);
    };
    drawState(node, state, why, { retry: () => this.#outbox.retry(), edit, drop });
  }

  #typing(text, after = 0, lasting = 0) {
    clearTimeout(this.#typingTimer);
    if (this.#left.signal.aborted) return;
    if (!after) this.#page.typing(text);
    else this.#typingTimer = setTimeout(() => this.#page.typing(text), after);
    if (lasting) this.#typingTimer = setTimeout(() => this.#page.typing(""), lasting);
  }
}
