// What this device keeps: the asker's conversations, and the messages that did not get through yet.

const CONVERSATIONS = "xiaohaima.conversations";
const WAITING = "xiaohaima.waiting";
const MOST = 20;

// Each: {id, token, project, title, at}; the newest first.
export function conversations(project) {
  return read(CONVERSATIONS).filter((each) => each.project === project);
}

export function keep(conversation) {
  const others = read(CONVERSATIONS).filter((each) => each.id !== conversation.id);
  write(CONVERSATIONS, [conversation, ...others].slice(0, MOST));
}

export function forgetOne(id) {
  write(CONVERSATIONS, read(CONVERSATIONS).filter((each) => each.id !== id));
  write(WAITING, read(WAITING).filter((each) => each.conversation !== id));
}

export function forgetAll(project) {
  for (const each of conversations(project)) forgetOne(each.id);
}

// Each: {clientId, conversation, text, option?, at}. Files are too large to be kept here.
export function waiting(conversation) {
  return read(WAITING).filter((each) => each.conversation === conversation);
}

export function keepWaiting(item) {
  const others = read(WAITING).filter((each) => each.clientId !== item.clientId);
  write(WAITING, [...others, item]);
}

export function dropWaiting(clientId) {
  write(WAITING, read(WAITING).filter((each) => each.clientId !== clientId));
}

// A device may refuse to keep anything (private windows); the page then works until it is closed.
const memory = new Map();

function read(key) {
  try {
    const value = JSON.parse(localStorage.getItem(key) ?? "null");
    if (Array.isArray(value)) return value;
  } catch {
    // unreadable or refused: what this page has in memory counts
  }
  return memory.get(key) ?? [];
}

function write(key, value) {
  memory.set(key, value);
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // refused or full: memory has it
  }
}
