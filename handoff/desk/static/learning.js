// Proposals by keyboard: j and k move, t tries, a accepts, d dismisses, e edits. Uses what desk.js has.
"use strict";

const KEYS = { j: "next", k: "previous", t: "try", a: "accept", d: "dismiss" };

function isTyping(target) {
  return target.matches?.("input, textarea, select") || target.isContentEditable;
}

function pressKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  const field = document.getElementById("text");
  if (event.key === "Escape" && event.target === field) { field.blur(); return; }
  if (isTyping(event.target)) return;
  if (event.key === "e" && field) {
    event.preventDefault();
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
    return;
  }
  const control = document.getElementById(KEYS[event.key] ?? "");
  if (!control) return;
  event.preventDefault();
  control.click();
}

// What a proposal would change takes a moment to find out, so the page does not wait for it.
async function loadEffect() {
  const place = document.getElementById("effect");
  const field = document.getElementById("text");
  const address = new URL(place.dataset.address, location.href);
  address.searchParams.set("text", field.value);
  place.setAttribute("aria-busy", "true");
  try {
    const fresh = (await load(address)).getElementById("effect");
    if (fresh && field.value.trim() === address.searchParams.get("text").trim()) place.replaceWith(fresh);
  } catch (error) {
    if (error instanceof SignedOut) signedOut();
    else warn(texts.offline);
  } finally {
    place.removeAttribute("aria-busy");
  }
}

document.addEventListener("DOMContentLoaded", () => { // desk.js has run by then
  document.addEventListener("keydown", pressKey);
  document.getElementById("try")?.addEventListener("click", (event) => {
    if (!document.getElementById("effect")) return; // fitting anew is a page of its own
    event.preventDefault();
    loadEffect();
  });
  document.querySelector(".proposals [aria-current]")?.scrollIntoView({ block: "nearest" });
  if (document.querySelector("#effect[data-missing]")) loadEffect();
});
