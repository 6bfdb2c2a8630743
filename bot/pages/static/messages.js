// A message as it stands in the log.

import { download } from "./api.js";
import { drawRated, drawTicket, ratingForm, sourcesCard } from "./cards.js";
import { drawing, el, moment, rich, size } from "./dom.js";

const WAY_OUT = document.body.dataset.wayOut;
const PHOTOS = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const PAPER = ["M7 3h7l5 5v13H7z", "M14 3v5h5"];

// `page` offers: tickets, choose(option), rate(number, score, comment), filePath(id), token.
export function renderMessage(message, page) {
  if (message.author === "asker") return renderMine(message, page);
  const reply = message.reply;
  const body = el("div", { class: "body" }, ...speaker(message));
  body.append(el("div", { class: "bubble" }, ...rich(message.text)));
  if (message.attachment) body.append(renderFile(message.attachment, page));
  if (reply?.sources.length) body.append(sourcesCard(reply.sources));
  if (message.kind === "resolved" && reply?.ticket) {
    body.append(renderRating(reply, page));
  } else {
    if (reply?.kind === "handoff" && reply.ticket) {
      body.append(page.tickets.show(reply.ticket, drawTicket));
    }
    if (reply?.options.length) body.append(renderOptions(reply, page));
  }
  return el("article", { class: `message theirs ${message.author}` }, face(message), body);
}

function renderMine(message, page) {
  return el(
    "article",
    { class: "message mine" },
    el("span", { class: "visually-hidden" }, "我说："),
    message.attachment ? renderFile(message.attachment, page) : null,
    message.text ? el("div", { class: "bubble" }, ...rich(message.text)) : null,
  );
}

// What is on its way: `item` is {text, file?}; its state is shown by `drawState`.
export function renderWaiting(item) {
  const file = item.file && el("div", { class: "bubble file" }, drawing(...PAPER), item.file.name);
  return el(
    "article",
    { class: "message mine" },
    el("span", { class: "visually-hidden" }, "我说："),
    file,
    item.text ? el("div", { class: "bubble" }, ...rich(item.text)) : null,
    el("div", { class: "state" }),
  );
}

// `state`: sending, failed (may succeed later) or refused (never will).
export function drawState(node, state, why, { retry, edit, drop }) {
  const line = node.querySelector(".state");
  line.className = `state ${state === "sending" ? "" : "failed"}`;
  const button = (name, act) => el("button", { type: "button", onclick: act }, name);
  if (state === "sending") {
    line.replaceChildren("发送中…");
  } else if (state === "failed") {
    line.replaceChildren(`没有发出去：${why}`, button("重试", retry));
  } else {
    line.replaceChildren(why, button("修改", edit), button("删除", drop));
  }
}

export function renderMoment(at) {
  return el("p", { class: "moment" }, el("time", {}, moment(at)));
}

function speaker(message) {
  if (message.author === "manager") {
    return [el("p", { class: "name" }, el("b", {}, message.staff_name ?? "工作人员"), " 项目管家")];
  }
  const name = message.author === "system" ? "系统提示：" : "小海马说：";
  return [el("span", { class: "visually-hidden" }, name)];
}

function face(message) {
  if (message.author === "manager") {
    const initial = [...(message.staff_name ?? "管")][0];
    return el("span", { class: "face initial", "aria-hidden": "true" }, initial);
  }
  return el("img", { class: "face", src: "/static/seahorse.svg", alt: "", width: 32, height: 32 });
}

function renderOptions(reply, page) {
  const items = reply.options.map((option) => {
    const button = el(
      "button",
      { type: "button", class: option.text === WAY_OUT ? "button way-out" : "button" },
      option.text,
    );
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", "true");
      page.choose(option);
    });
    return el("li", {}, button);
  });
  return el("ul", { class: "options", "aria-label": "请选择" }, ...items);
}

function renderRating(reply, page) {
  const number = reply.ticket.number;
  const unsolved = reply.options.find((option) => option.text === "还没解决");
  return page.tickets.show(reply.ticket, (node, ticket) => {
    if (ticket.rating) {
      drawRated(node, ticket);
    } else if (ticket.status !== "resolved") {
      drawTicket(node, ticket); // it goes on
    } else if (!node.querySelector("form")) {
      const rate = (score, comment) => page.rate(number, score, comment);
      node.className = "rating";
      node.replaceChildren(ratingForm({ send: rate, reopen: unsolved && (() => page.choose(unsolved)) }));
    }
  });
}

function renderFile(attachment, page) {
  const fetchFile = () => download(page.filePath(attachment.id), page.token);
  if (PHOTOS.includes(attachment.media_type)) {
    const image = el("img", { class: "photo", alt: attachment.filename });
    fetchFile().then((blob) => {
      image.src = URL.createObjectURL(blob);
    }, () => image.replaceWith(attachment.filename));
    return image;
  }
  const save = async () => {
    const address = URL.createObjectURL(await fetchFile());
    el("a", { href: address, download: attachment.filename }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  };
  return el(
    "button",
    { type: "button", class: "bubble file", onclick: save },
    drawing(...PAPER),
    el("span", {}, attachment.filename, el("small", {}, ` ${size(attachment.size)}`)),
  );
}
