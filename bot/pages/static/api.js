// The chat API: calls that time out and say why they failed, and the event stream.

const CALL_MS = 20_000;
const UPLOAD_MS = 180_000;
const SILENCE_MS = 40_000; // the server says something at least every 15 s

export class Failure extends Error {
  // `status` 0: the server was not reached. `passing`: the same request may succeed later.
  constructor(status, message) {
    super(message);
    this.status = status;
    this.passing = status === 0 || status === 408 || status === 429 || status >= 500;
  }
}

export function call(method, path, { token, body, form } = {}) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const content = form ?? (body && JSON.stringify(body));
  return within(form ? UPLOAD_MS : CALL_MS, async (signal) => {
    const response = await reach(path, { method, headers, body: content, signal });
    return response.json();
  });
}

export function download(path, token) {
  return within(UPLOAD_MS, async (signal) => {
    const headers = { Authorization: `Bearer ${token}` };
    const response = await reach(path, { headers, signal });
    return response.blob();
  });
}

// Calls `onEvent(name, data)` for each event until the stream ends; throws a Failure when it
// cannot be opened or breaks. EventSource cannot send the token, so the stream is read by hand.
export async function follow(path, token, after, onOpen, onEvent, left) {
  const stop = new AbortController();
  let alarm;
  const heard = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => stop.abort(), SILENCE_MS);
  };
  const leave = () => stop.abort();
  left.addEventListener("abort", leave);
  heard();
  try {
    const headers = { Authorization: `Bearer ${token}`, "Last-Event-ID": String(after) };
    const response = await reach(path, { headers, signal: stop.signal });
    onOpen();
    await readEvents(response.body.getReader(), heard, onEvent);
  } catch (error) {
    throw asFailure(error);
  } finally {
    clearTimeout(alarm);
    left.removeEventListener("abort", leave);
  }
}

async function readEvents(reader, heard, onEvent) {
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    heard();
    const blocks = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) handle(block, onEvent);
  }
}

function handle(block, onEvent) {
  let name = "message";
  let data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data) onEvent(name, JSON.parse(data));
}

async function within(ms, work) {
  const stop = new AbortController();
  const alarm = setTimeout(() => stop.abort(), ms);
  try {
    return await work(stop.signal);
  } catch (error) {
    throw asFailure(error);
  } finally {
    clearTimeout(alarm);
  }
}

async function reach(path, options) {
  const response = await fetch(`/api/v1${path}`, { cache: "no-store", ...options });
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Failure(response.status, answer.error?.message ?? "服务暂时不可用，请稍后再试。");
}

// Whatever is not the server's own refusal: no network, no answer in time, half an answer.
function asFailure(error) {
  return error instanceof Failure ? error : new Failure(0, "网络不通。");
}
