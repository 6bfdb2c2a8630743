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

export async function call(method, path, { token, body, form } = {}) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (body) headers["Content-Type"] = "application/json";
  const response = await reach(path, {
    method,
    headers,
    body: form ?? (body && JSON.stringify(body)),
    signal: AbortSignal.timeout(form ? UPLOAD_MS : CALL_MS),
  });
  return response.json().catch(() => {
    throw new Failure(0, "没有收到完整的回复。");
  });
}

export async function download(path, token) {
  const response = await reach(path, {
    headers: { Authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(UPLOAD_MS),
  });
  return response.blob();
}

// Calls `onEvent(name, data)` for each event until the stream ends; throws a Failure when it
// cannot be opened. EventSource cannot send the token, so the stream is read by hand.
export async function follow(path, token, after, onOpen, onEvent, signal) {
  const silence = new AbortController();
  let alarm;
  const heard = () => {
    clearTimeout(alarm);
    alarm = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  heard();
  try {
    const response = await reach(path, {
      headers: { Authorization: `Bearer ${token}`, "Last-Event-ID": String(after) },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    onOpen();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      const blocks = (rest + value).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) handle(block, onEvent);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(0, "连接中断。");
  } finally {
    clearTimeout(alarm);
  }
}

function handle(block, onEvent) {
  let name = "message";
  let data = "";
  for (const line of block.split(/\r?\n/)) {
    if (line.startsWith("event: ")) name = line.slice(7);
    if (line.startsWith("data: ")) data += line.slice(6);
  }
  if (data) onEvent(name, JSON.parse(data));
}

async function reach(path, options) {
  let response;
  try {
    response = await fetch(`/api/v1${path}`, { cache: "no-store", ...options });
  } catch {
    throw new Failure(0, "网络不通，没有发出去。");
  }
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Failure(response.status, answer.error?.message ?? "服务暂时不可用，请稍后再试。");
}
