// Live pages, and nothing typed is lost. Without this script every form and link still works.
"use strict";

const TITLE = document.title;
const REFRESH_MS = 60_000;
const TYPING_MS = 4_000;
const texts = {
  lost: "连接中断，正在重新连接；页面内容可能不是最新的。",
  signedOut: "登录已过期。您写的内容还在，请重新登录。",
  offline: "网络不通，请稍后再试。您写的内容还在。",
  arrived: "有新工单",
  copied: "已复制",
  draft: "这里有上次没有保存的内容。",
};
const served = new WeakMap(); // what the server last sent for an element

function remember(element) {
  served.set(element, element.outerHTML);
  for (const child of element.children) if (child.id) served.set(child, child.outerHTML);
}

function isEdited(element) {
  if (element.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
  return [...element.querySelectorAll("textarea, input:not([type=hidden]), select")].some((field) =>
    field.matches("select") ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field.value !== field.defaultValue);
}

// Takes over what changed on the server; children with an id are kept where they stand unchanged.
function merge(element, fresh) {
  const html = fresh.outerHTML;
  if (served.get(element) === html || isEdited(element)) return;
  const keyed = [...fresh.children].every((child) => child.id) && fresh.children.length;
  if (!keyed) {
    element.replaceChildren(...fresh.childNodes);
  } else {
    let place = null;
    const wanted = new Set([...fresh.children].map((child) => child.id));
    for (const child of [...element.children]) if (!wanted.has(child.id)) child.remove();
    for (const child of [...fresh.children]) {
      let own = [...element.children].find((each) => each.id === child.id);
      const isNew = !own;
      if (!own || served.get(own) !== child.outerHTML) {
        if (own) {
          keepOpen(own, child);
          own.replaceWith(child);
        }
        served.set(child, child.outerHTML);
        own = child;
        if (isNew) arrive(element, child);
      }
      const next = place ? place.nextElementSibling : element.firstElementChild;
      if (own !== next) place ? place.after(own) : element.prepend(own);
      place = own;
    }
    for (const node of [...element.childNodes]) if (node.nodeType === Node.TEXT_NODE && node.data.trim()) node.remove();
  }
  served.set(element, html);
}

// What somebody has unfolded to read stays unfolded.
function keepOpen(own, fresh) {
  const unfolded = [...fresh.querySelectorAll("details")];
  [...own.querySelectorAll("details")].forEach((each, index) => {
    if (each.open && unfolded[index]) unfolded[index].open = true;
  });
}

function arrive(list, child) {
  child.classList.add("new");
  if (list.id === "tickets" && !child.classList.contains("empty")) {
    announce(`${texts.arrived}：${child.querySelector(".question")?.textContent ?? ""}`);
  } else if (list.id === "transcript" && child.classList.contains("message")) {
    announce(child.textContent.replace(/\s+/g, " ").trim());
  }
}

function announce(text) {
  const place = document.getElementById("announce");
  if (place) place.textContent = text;
}

function warn(text) {
  const place = document.getElementById("connection");
  if (!place) return;
  place.textContent = text;
  place.hidden = !text;
}

async function load(address, options = {}) {
  const response = await fetch(address, { headers: { Accept: "text/html" }, ...options });
  if (new URL(response.url).pathname === "/desk/login") throw new SignedOut();
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

class SignedOut extends Error {}

// Live parts

let refreshing = false;
let again = false;

async function refresh() {
  const parts = [...document.querySelectorAll("[data-live]")].filter((element) => element.id !== "flash");
  if (!parts.length) return;
  if (refreshing) { again = true; return; }
  refreshing = true;
  try {
    const address = new URL(location.href);
    for (const name of ["done", "use"]) address.searchParams.delete(name);
    const fresh = await load(address);
    const end = document.querySelector("[data-scroll]");
    const atEnd = end && end.scrollHeight - end.scrollTop - end.clientHeight < 40;
    for (const element of parts) {
      const other = fresh.getElementById(element.id);
      if (other) merge(element, other);
    }
    if (atEnd) scrollToEnd(end);
  } catch (error) {
    if (error instanceof SignedOut) signedOut();
  } finally {
    refreshing = false;
    if (again) { again = false; refresh(); }
  }
}

function scrollToEnd(element) {
  element.scrollTop = element.scrollHeight;
}

let source = null;

function listen() {
  const address = document.body.dataset.events;
  if (!address || source) return;
  source = new EventSource(address);
  source.addEventListener("state", (event) => {
    warn("");
    showCount(JSON.parse(event.data).open);
    refresh(); // something may have happened between the page and the stream
  });
  source.addEventListener("changed", (event) => {
    showCount(JSON.parse(event.data).open);
    refresh();
  });
  source.addEventListener("signed-out", signedOut);
  source.addEventListener("error", () => {
    warn(texts.lost);
    if (source && source.readyState === EventSource.CLOSED) {
      hush();
      setTimeout(listen, 5_000);
      refresh();
    }
  });
}

function hush() {
  source?.close();
  source = null;
}

function signedOut() {
  hush();
  warn(texts.signedOut);
  const link = document.createElement("a");
  link.href = `/desk/login?next=${encodeURIComponent(location.pathname)}`;
  link.textContent = "重新登录";
  document.getElementById("connection")?.append(" ", link);
}

function showCount(open) {
  document.title = open ? `(${open}) ${TITLE}` : TITLE;
  const badge = document.getElementById("open-count");
  if (!badge) return;
  const { length } = badge.textContent;
  badge.textContent = open > 99 ? "99+" : String(open);
  badge.hidden = !open;
  badge.setAttribute("aria-label", `${open} 个待受理`);
  if (badge.textContent.length !== length) showPlace(); // the number takes room
}

// On a phone a row of links is wider than the screen: the one that is current is in sight.
function showPlace() {
  for (const link of document.querySelectorAll("nav [aria-current]")) {
    const strip = link.closest("nav");
    strip.scrollLeft = link.offsetLeft - (strip.clientWidth - link.offsetWidth) / 2;
  }
}

// What is typed is kept for this tab until the server has taken it.

function draftKey(form, field) {
  return `draft ${form.dataset.draft} ${field.id || field.name}`;
}

function isKept(field) {
  return field.name && field.matches("textarea, input[type=text]");
}

function keepDrafts(form) {
  const kept = [...form.elements].filter(isKept)
    .map((field) => [field, sessionStorage.getItem(draftKey(form, field))])
    .filter(([field, text]) => text && text !== field.value);
  if (kept.length && !form.querySelector(".problem") && !isDone(form)) {
    const restore = () => { for (const [field, text] of kept) field.value = text; };
    if (kept.every(([field]) => !field.value)) restore();
    else offerDraft(form, restore);
  }
  form.addEventListener("input", (event) => {
    const field = event.target;
    if (!isKept(field)) return;
    if (field.value && field.value !== field.defaultValue) sessionStorage.setItem(draftKey(form, field), field.value);
    else sessionStorage.removeItem(draftKey(form, field));
  });
  form.addEventListener("submit", () => sessionStorage.setItem("sent", form.dataset.draft));
}

// What is saved may be newer than the draft, so a person chooses.
function offerDraft(form, restore) {
  const notice = document.createElement("p");
  notice.className = "notice row";
  notice.setAttribute("role", "status");
  notice.append(texts.draft);
  for (const [name, act] of [["恢复", restore], ["丢弃", () => dropDrafts(form.dataset.draft)]]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button small";
    button.textContent = name;
    button.addEventListener("click", () => { act(); notice.remove(); });
    notice.append(button);
  }
  form.prepend(notice);
}

function dropDrafts(name) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(`draft ${name} `)) sessionStorage.removeItem(key);
  }
}

function isDone(form) {
  return document.querySelector(".flash") && sessionStorage.getItem("sent") === form.dataset.draft;
}

function dropSentDrafts() {
  const sent = sessionStorage.getItem("sent");
  if (!sent || !document.querySelector(".flash")) return;
  dropDrafts(sent);
  sessionStorage.removeItem("sent");
}

// Forms

function guardForm(form) {
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const question = event.submitter?.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    if (form.dataset.busy) { event.preventDefault(); return; }
    form.dataset.busy = "yes";
    setTimeout(() => { delete form.dataset.busy; }, 8_000);
  });
}

// A form or button with data-part changes only that part of the page.
async function submitPart(event) {
  const form = event.target;
  const button = event.submitter;
  const part = button?.dataset.part ?? form.dataset.part;
  if (!part) return;
  event.preventDefault();
  const data = new FormData(form, button);
  // Buttons here are named "action", which hides the form's own property of that name.
  const address = new URL(form.getAttribute("action"), location.href);
  const options = {};
  if (form.method === "get") {
    address.search = new URLSearchParams(data);
    history.replaceState(null, "", address);
  } else {
    options.method = "post";
    options.body = data;
  }
  const places = part.split(" ").map((id) => document.getElementById(id)).filter(Boolean);
  for (const place of places) place.setAttribute("aria-busy", "true");
  try {
    const fresh = await load(address, options);
    for (const place of places) {
      const other = fresh.getElementById(place.id);
      if (other) place.replaceWith(other);
    }
    warn("");
  } catch (error) {
    if (error instanceof SignedOut) signedOut();
    else warn(texts.offline);
  } finally {
    for (const place of places) place.removeAttribute("aria-busy");
  }
}

function useSuggestion(event) {
  const link = event.target.closest("[data-use]");
  const field = document.getElementById("text");
  if (!link || !field) return;
  event.preventDefault();
  const before = field.value.slice(0, field.selectionStart).trimEnd();
  const after = field.value.slice(field.selectionEnd).trimStart();
  field.value = [before, link.dataset.use, after].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  grow(field);
  field.focus();
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight + 2, window.innerHeight * 0.4)}px`;
}

function watchComposer(form) {
  const field = form.querySelector("textarea");
  let told = 0;
  field.addEventListener("input", () => {
    grow(field);
    const isPrivate = form.querySelector("[name=private][value='1']")?.checked;
    if (isPrivate || Date.now() - told < TYPING_MS) return;
    told = Date.now();
    fetch(form.dataset.typing, { method: "POST" }).catch(() => {});
  });
  if (field.value) grow(field);
}

function prepare(root) {
  if (!root) return;
  for (const element of root.querySelectorAll("[data-live]")) remember(element);
  for (const form of root.querySelectorAll("form[data-draft]")) keepDrafts(form);
  for (const form of root.querySelectorAll("form[data-typing]")) watchComposer(form);
  for (const form of root.querySelectorAll("form")) guardForm(form);
}

document.addEventListener("submit", submitPart, true);
document.addEventListener("click", useSuggestion);
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches?.("form textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("button.primary"));
  }
});
document.addEventListener("keydown", (event) => {
  const button = event.key === "Enter" && document.getElementById(event.target.dataset?.submit ?? "");
  if (button) { event.preventDefault(); button.click(); }
});
document.addEventListener("visibilitychange", () => {
  if (document.body.hasAttribute("data-keep-listening")) return;
  if (document.hidden) hush();
  else { listen(); refresh(); }
});
// A browser keeps only a few connections to one server: a page that is left must let go of its own.
window.addEventListener("pagehide", hush);
window.addEventListener("pageshow", (event) => { if (event.persisted) { listen(); refresh(); } });

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      document.execCommand("copy"); // a page without https has no clipboard
    }
    announce(texts.copied);
    button.textContent = texts.copied;
  });
}
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

prepare(document);
dropSentDrafts();
if (location.search.includes("done=")) {
  const address = new URL(location.href);
  address.searchParams.delete("done");
  history.replaceState(null, "", address);
}
for (const element of document.querySelectorAll("[data-scroll]")) scrollToEnd(element);
showPlace();
listen();
if (document.body.dataset.events) setInterval(refresh, REFRESH_MS);
