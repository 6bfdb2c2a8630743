// The cards under a message: what an answer rests on, how a ticket stands, rating it.

import { drawing, el, moment } from "./dom.js";

const STATUS = {
  open: ["待受理", "waiting"],
  claimed: ["办理中", "active"],
  escalated: ["已上报工改办", "active"],
  resolved: ["已办结", "done"],
  closed: ["已关闭", "done"],
};
const FACE = "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 9.5v.5M15 9.5v.5";
const SCORES = [
  [1, "非常不满意", "M8 17c1.500-3.500 6.500-3.500 8 0"],
  [2, "不满意", "M8.500 16.500c1.500-1.800 5.500-1.800 7 0"],
  [3, "基本满意", "M8.500 15.500h7"],
  [4, "满意", "M8.500 14.500c1.500 1.800 5.500 1.800 7 0"],
  [5, "非常满意", "M8 14c1 4 7 4 8 0z"],
];

export function sourcesCard(cited) {
  const sources = joinClauses(cited);
  const entries = sources.map(sourceEntry);
  if (entries.length === 1) {
    return el("section", { class: "sources", "aria-label": "依据" }, ...entries);
  }
  const summary = el("summary", {}, el("span", {}, summarise(sources)));
  return el("details", { class: "sources" }, summary, ...entries);
}

// Several clauses of one document are one source.
function joinClauses(cited) {
  const documents = new Map();
  for (const source of cited) {
    const key = JSON.stringify([source.title, source.document_number, source.region]);
    const known = documents.get(key);
    const clauses = [known?.clause, source.clause?.replace(/[、.．]+$/, "")].filter(Boolean);
    documents.set(key, { ...(known ?? source), clause: [...new Set(clauses)].join("；") });
  }
  return [...documents.values()];
}

// Several places with a rule of their own each are told apart by their names, else the first stands for all.
function summarise(sources) {
  const places = [...new Set(sources.map((source) => source.region).filter(Boolean))];
  const ofPlaces = places.length === sources.length && places.length > 1;
  if (ofPlaces) return `依据 ${sources.length} 份文件：${places.join("、")}`;
  return `依据《${sources[0].title}》等 ${sources.length} 项`;
}

function sourceEntry(source) {
  const title = el("h3", {}, el("span", {}, "依据"), `《${source.title}》`);
  const facts = [
    ["条款", source.clause, "clause"],
    ["文号", source.document_number],
    ["发文", source.issuer],
    ["施行", source.effective_from && day(source.effective_from)],
    ["适用", source.region],
  ];
  const list = facts
    .filter(([, value]) => value)
    .map(([name, value, kind]) =>
      el("div", { class: kind }, el("dt", {}, name), el("dd", {}, value)),
    );
  return el("div", { class: "source" }, title, list.length ? el("dl", {}, ...list) : null);
}

// An ISO date as people write it.
function day(date) {
  const [year, month, day] = date.split("-").map(Number);
  return `${year}年${month}月${day}日`;
}

// A ticket stands on the page once for each message that speaks of it; all follow the newest state.
export class Tickets {
  #states = new Map();
  #cards = new Set();

  get(number) {
    return this.#states.get(number);
  }

  update(state) {
    this.#states.set(state.number, state);
    for (const card of this.#cards) {
      if (card.number === state.number) card.draw(state);
    }
  }

  // How a ticket stands is shown under the newest message that speaks of it.
  show(ticket, draw) {
    const node = el("div");
    const standing = draw === drawTicket;
    for (const older of this.#cards) {
      if (standing && older.standing && older.number === ticket.number) older.node.hidden = true;
    }
    const card = { number: ticket.number, node, standing, draw: (state) => draw(node, state) };
    this.#cards.add(card);
    card.draw(this.#states.get(ticket.number) ?? ticket);
    return node;
  }
}

export function drawTicket(node, ticket) {
  const [status, kind] = STATUS[ticket.status] ?? [ticket.status, ""];
  const replied = Boolean(ticket.first_reply_at);
  const live = kind !== "done";
  const late = live && !replied && ticket.due_at < Date.now();
  const reached = [true, ticket.status !== "open" || replied, replied, !live];
  const names = ["已转人工", "已受理", "已答复", "已办结"];
  const steps = names.map((name, index) => el("li", { class: reached[index] && "reached" }, name));
  const assignee = ticket.assignee ? `受理人：${ticket.assignee}` : "";
  node.className = "ticket";
  node.replaceChildren(
    el(
      "header",
      {},
      el("b", {}, `工单 ${ticket.number}`),
      el("span", { class: `chip ${late ? "overdue" : kind}` }, late ? "已超过承诺时限" : status),
    ),
    el("p", {}, replied ? assignee : `最晚 ${moment(ticket.due_at)} 答复`),
    !replied && assignee ? el("p", {}, assignee) : "",
    el("ol", { class: "steps", "aria-hidden": "true" }, ...steps),
  );
}

// `send(score, comment)` rates, `reopen()` says that it is not solved; both reject with a message.
export function ratingForm({ send, reopen }) {
  const node = el("form");
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const submit = el("button", { class: "button primary", disabled: true }, "提交评价");
  const unsolved = el("button", { class: "button", type: "button", hidden: !reopen }, "还没解决");
  const comment = el("textarea", {
    rows: 2,
    maxlength: 1000,
    placeholder: "想说的话（选填）",
    "aria-label": "评价说明（选填）",
    hidden: true,
  });
  const choices = SCORES.map(([score, name, mouth]) =>
    el(
      "label",
      {},
      el("input", { type: "radio", name: "score", value: score, class: "visually-hidden" }),
      drawing(FACE, mouth),
      el("span", {}, ...breakable(name)),
    ),
  );
  const act = async (doing) => {
    problem.hidden = true;
    submit.disabled = unsolved.disabled = true;
    try {
      await doing();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    submit.disabled = unsolved.disabled = false;
  };
  node.addEventListener("change", () => {
    submit.disabled = false;
    comment.hidden = false;
  });
  node.addEventListener("submit", (event) => {
    event.preventDefault();
    act(() => send(Number(new FormData(node).get("score")), comment.value));
  });
  unsolved.addEventListener("click", () => act(reopen));
  node.append(
    el("fieldset", {}, el("legend", {}, "请为这次服务评价"), ...choices),
    comment,
    problem,
    el("div", { class: "actions" }, submit, unsolved),
  );
  return node;
}

// 非常不满意 is too long for a fifth of a phone: it may break after 非常.
function breakable(name) {
  return name.startsWith("非常") ? ["非常", el("wbr"), name.slice(2)] : [name];
}

export function drawRated(node, ticket) {
  const name = SCORES.find(([score]) => score === ticket.rating)[1];
  const thanks =
    ticket.rating >= 3
      ? "谢谢您的评价。"
      : "很抱歉没有让您满意。我们会整改，并由工作人员回访。";
  node.className = "rating";
  node.replaceChildren(el("b", {}, `您的评价：${name}`), el("p", {}, thanks));
}
