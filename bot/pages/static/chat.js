// The chat page: the composer, the list of earlier conversations, scrolling and the network notice.

import { Conversation } from "./conversation.js";
import { el, moment, size } from "./dom.js";
import { conversations, forgetAll, forgetOne } from "./store.js";

const { project, longest, largest } = document.body.dataset;
const byId = (id) => document.getElementById(id);
const log = byId("log");
const scroller = byId("scroller");
const field = byId("text");
const NEAR_PX = 90;

let chat;
let picked = null;
let unread = 0;
let following = true; // the newest message is in sight
let lastTop = 0;

function show(known) {
  chat?.leave();
  log.replaceChildren();
  unread = 0;
  following = true;
  setTyping("");
  byId("welcome").hidden = Boolean(known);
  // An old conversation is not read out from its beginning.
  log.setAttribute("aria-live", "off");
  setTimeout(() => log.setAttribute("aria-live", "polite"), 1500);
  chat = new Conversation(known, {
    log,
    project,
    opened: showButtons,
    added,
    typing: setTyping,
    connection: setConnection,
    gone,
    edit: (item) => write(item.text, item.file),
  });
  chat.start();
  showButtons();
}

function gone(unsent) {
  forgetOne(chat.id);
  show(null);
  if (unsent && !field.value) write(unsent);
  problem("原来的会话已经失效，已为您开始新会话。");
}

// Scrolling

function added(node, message) {
  byId("welcome").hidden = true;
  const mine = !message || message.author === "asker";
  if (mine || following) {
    toNewest(node);
  } else {
    unread += 1;
    showNewest();
  }
  if (message && !mine && document.hidden) document.title = "● 新消息 · 小海马";
}

function toNewest(node) {
  const isLong = node && node.offsetHeight > scroller.clientHeight - 40; // from its beginning
  scroller.scrollTop = isLong ? node.offsetTop - 12 : scroller.scrollHeight;
  following = !isLong;
  unread = 0;
  showNewest();
}

function showNewest() {
  byId("newest").hidden = following;
  byId("newest-text").textContent = unread ? `${unread} 条新消息` : "最新消息";
}

scroller.addEventListener("scroll", () => {
  const top = scroller.scrollTop;
  const below = scroller.scrollHeight - top - scroller.clientHeight;
  if (below < NEAR_PX) {
    following = true;
    unread = 0;
  } else if (top < lastTop) {
    following = false; // somebody reads above; a log that merely grew is followed on
  }
  lastTop = top;
  showNewest();
});
byId("newest").addEventListener("click", () => {
  toNewest();
  field.focus({ preventScroll: true });
});
const resized = new ResizeObserver(() => {
  if (following) scroller.scrollTop = scroller.scrollHeight;
});
resized.observe(scroller);
resized.observe(log); // a picture that has loaded

// Notices

function setTyping(text) {
  byId("typing-text").textContent = text;
  byId("typing").hidden = !text;
  if (text && following) scroller.scrollTop = scroller.scrollHeight;
}

function setConnection(ok) {
  const notice = byId("connection");
  notice.hidden = ok && navigator.onLine;
  notice.textContent = navigator.onLine
    ? "暂时连接不上，正在重试；您的消息会自动补发。"
    : "网络已断开，恢复后您的消息会自动发送。";
}

function problem(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = !text;
}

window.addEventListener("offline", () => setConnection(false));
window.addEventListener("online", () => {
  setConnection(true);
  chat.hurry();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  document.title = "小海马 · 工程建设项目审批问答";
  chat.hurry();
});

// Writing

function wrote() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight + 2}px`;
  const length = [...field.value].length;
  byId("send").disabled = (!field.value.trim() && !picked) || length > longest;
  problem(length > longest ? `已有 ${length} 字，请缩短到 ${longest} 字以内，或分几次发送。` : "");
}

function write(text, file) {
  field.value = text;
  pick(file);
  field.focus();
}

function pick(file) {
  picked = file ?? null;
  byId("file").value = "";
  byId("picked").hidden = !picked;
  if (picked) byId("picked-name").textContent = `${picked.name}（${size(picked.size)}）`;
  wrote();
  if (!picked) return;
  if (picked.size > largest) refuse("文件太大，请控制在 20 MB 以内。");
  else if (!picked.size) refuse("文件是空的，请重新选择。");
}

function refuse(why) {
  pick(null);
  problem(why);
}

function send(text, file) {
  const clean = text.replaceAll("\0", "");
  chat.say(clean.toWellFormed?.() ?? clean, file);
}

byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if ((!text && !picked) || [...text].length > longest) return;
  send(text, picked);
  write("");
});
field.addEventListener("input", wrote);
field.addEventListener("keydown", (event) => {
  // While an input method composes, Enter takes its suggestion (Safari says so by code 229).
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || event.shiftKey || composing) return;
  event.preventDefault();
  byId("composer").requestSubmit();
});
field.addEventListener("paste", (event) => {
  const [file] = event.clipboardData.files;
  if (!file) return;
  event.preventDefault();
  pick(file);
});
byId("pick").addEventListener("click", () => byId("file").click());
byId("file").addEventListener("change", (event) => {
  pick(event.target.files[0]);
  field.focus();
});
byId("unpick").addEventListener("click", () => {
  pick(null);
  field.focus();
});
for (const example of document.querySelectorAll(".examples button")) {
  example.addEventListener("click", () => send(example.textContent));
}

// Earlier conversations

function showButtons() {
  byId("new-conversation").hidden = !chat.id;
  byId("open-history").hidden = !conversations(project).some((each) => each.id !== chat.id);
}

function listHistory() {
  const items = conversations(project).map((known) => {
    const button = el(
      "button",
      { type: "button", class: "button", "aria-current": known.id === chat.id && "true" },
      known.title.slice(0, 40),
      el("small", {}, moment(known.at)),
    );
    button.addEventListener("click", () => {
      byId("history").close();
      if (known.id !== chat.id) show(known);
    });
    return el("li", {}, button);
  });
  byId("history-list").replaceChildren(...items);
}

byId("new-conversation").addEventListener("click", () => {
  show(null);
  field.focus();
});
byId("open-history").addEventListener("click", () => {
  listHistory();
  byId("history").showModal();
});
byId("close-history").addEventListener("click", () => byId("history").close());
byId("forget").addEventListener("click", () => {
  if (!confirm("清除后，本机将无法再查看这些会话和其中工单的答复。确定清除吗？")) return;
  forgetAll(project);
  byId("history").close();
  show(null);
});

// Where the on-screen keyboard covers the page instead of shrinking it, the page shrinks itself.
window.visualViewport?.addEventListener("resize", () => {
  const covered = window.innerHeight - visualViewport.height > 80;
  const style = document.documentElement.style;
  if (covered) style.setProperty("--seen", `${visualViewport.height}px`);
  else style.removeProperty("--seen");
  if (covered) window.scrollTo(0, 0);
});

show(conversations(project)[0] ?? null);
if (!navigator.onLine) setConnection(false);
if (matchMedia("(pointer: fine)").matches) field.focus();
