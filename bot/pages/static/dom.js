// Small helpers: elements made of text nodes only, so that nothing anybody wrote can become markup.

const SVG = "http://www.w3.org/2000/svg";
const TIMEZONE = document.body.dataset.timezone;

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== ""));
  return node;
}

export function drawing(...paths) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("viewBox", "0 0 24 24");
  node.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

// Web addresses and telephone numbers can be tapped. A telephone number stands free and is a mobile,
// a landline, a 400 or the 12345 line; digits of document numbers, dates and sums are left alone.
const TAPPABLE = new RegExp(
  [
    "https?://[\\w\\-.~:/?#@!$&'*+,;=%]+",
    "(?:1[3-9]\\d{9}|0\\d{2,3}[- ]?[2-9]\\d{6,7}|400[- ]?\\d{3}[- ]?\\d{4}|12345)(?![\\w\\-.%％号元])",
  ].join("|"),
  "g",
);
const JOINED = /[\w\-.〔【]$/; // before the match: it is the end of something longer

export function rich(text) {
  const nodes = [];
  let end = 0;
  for (const match of text.matchAll(TAPPABLE)) {
    const found = match[0].replace(/[.,;:!?'*]+$/, "");
    const before = text.slice(end, match.index);
    if (JOINED.test(before)) continue;
    nodes.push(before, link(found));
    end = match.index + found.length;
  }
  return [...nodes, text.slice(end)];
}

function link(found) {
  if (found.startsWith("http")) {
    return el("a", { href: found, target: "_blank", rel: "noopener noreferrer" }, found);
  }
  return el("a", { href: `tel:${found.replace(/[- ]/g, "")}` }, found);
}

// 今天 14:05, 昨天 09:30, 11月23日 16:30, 2025年12月31日 08:00
export function moment(at) {
  const time = format(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = Math.round((dayStart(Date.now()) - dayStart(at)) / 86_400_000);
  if (days === 0) return `今天 ${time}`;
  if (days === 1) return `昨天 ${time}`;
  const sameYear = format(at, { year: "numeric" }) === format(Date.now(), { year: "numeric" });
  const day = format(at, { month: "long", day: "numeric", ...(!sameYear && { year: "numeric" }) });
  return `${day} ${time}`;
}

function format(at, options) {
  return new Intl.DateTimeFormat("zh-CN", { timeZone: TIMEZONE, ...options }).format(at);
}

function dayStart(at) {
  return Date.parse(new Intl.DateTimeFormat("en-CA", { timeZone: TIMEZONE }).format(at));
}

export function size(bytes) {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
