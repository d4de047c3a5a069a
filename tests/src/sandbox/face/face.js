// Keeps the page fresh without losing what is being typed. Everything also works without this file.
"use strict";

document.documentElement.classList.add("js");

const touched = new WeakSet();
const shown = new WeakMap();
const key = (field) => `${field.form?.className ?? ""}|${field.name}|${field.type === "radio" || field.type === "checkbox" ? field.value : ""}`;
const regions = (page) => [...page.querySelectorAll("[data-live]")];
const fieldsOf = (region) => [...region.querySelectorAll("input:not([type=hidden]), select, textarea")];

/** What a person did in a region that its next version must still show. */
function remember(region) {
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  return {
    typed: fieldsOf(region).filter((field) => touched.has(field)).map((field) => [key(field), field.value, field.checked]),
    open: [...region.querySelectorAll("details[open][data-key]")].map((details) => details.dataset.key),
    self: region.tagName === "DETAILS" && region.open,
    focus: active && (active.id ? `#${CSS.escape(active.id)}` : active.name ? `[name="${CSS.escape(active.name)}"]${active.value && active.tagName === "BUTTON" ? `[value="${CSS.escape(active.value)}"]` : ""}` : null),
    selection: active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null,
    scroll: region.scrollTop,
    atEnd: region.scrollHeight - region.scrollTop - region.clientHeight < 40,
  };
}

function restore(region, kept, fresh) {
  if (!fresh) {
    const byKey = new Map(fieldsOf(region).map((field) => [key(field), field]));
    for (const [name, value, checked] of kept.typed) {
      const field = byKey.get(name);
      if (!field) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = checked;
      else field.value = value;
      touched.add(field);
    }
  }
  for (const name of kept.open) region.querySelector(`details[data-key="${CSS.escape(name)}"]`)?.setAttribute("open", "");
  if (kept.self) region.open = true;
  region.scrollTop = kept.atEnd && region.id === "messages" ? region.scrollHeight : kept.scroll;
  const focused = kept.focus && region.querySelector(kept.focus);
  if (focused) {
    focused.focus({ preventScroll: true });
    try { if (kept.selection) focused.setSelectionRange(...kept.selection); } catch { /* not a text field */ }
  }
}

/** Puts a new version of the page in place, region by region. `sent`: the region whose form was sent. */
function show(html, sent) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.title = page.title;
  const wasOpen = document.querySelector(".modal") !== null;
  const place = page.querySelector("#composer [name=at]")?.value;
  const moved = place !== document.querySelector("#composer [name=at]")?.value || !page.getElementById("composer") !== !document.getElementById("composer");
  if (moved) {
    const main = page.querySelector("main");
    for (const region of regions(main)) shown.set(region, region.outerHTML);
    document.querySelector("main").replaceWith(main);
    toEnd();
  }
  for (const region of regions(document)) {
    const next = page.getElementById(region.id);
    if (!next || next.outerHTML === shown.get(region)) continue;
    const kept = remember(region);
    shown.set(next, next.outerHTML);
    region.replaceWith(next);
    restore(next, kept, sent === region);
  }
  const opened = document.querySelector(".modal");
  if (opened && !wasOpen && opened.getBoundingClientRect().top > innerHeight - 120) opened.scrollIntoView({ block: "start" });
  const say = page.getElementById("say");
  document.getElementById("say")?.remove();
  if (say) document.querySelector(".band").after(say);
}

let asked = 0;
async function refresh() {
  const mine = ++asked;
  const answer = await fetch(location.href);
  const html = await answer.text();
  if (mine === asked) show(html, null);
}

let soon;
function later() {
  clearTimeout(soon);
  soon = setTimeout(() => refresh().catch(() => {}), 80);
}

/** Sends a form without leaving the page. */
async function send(form, button) {
  const data = new URLSearchParams(new FormData(form, button));
  const region = form.closest("[data-live]");
  document.body.classList.add("busy");
  asked++;
  try {
    const answer = await fetch(form.action, { method: "POST", body: data });
    const html = await answer.text();
    asked++;
    const address = new URL(answer.url);
    address.searchParams.delete("say");
    history.replaceState(null, "", address);
    if (form.id === "composer") form.elements.text.value = "";
    for (const field of form.elements) touched.delete(field);
    show(html, region);
    suggest();
  } catch {
    form.submit();
  } finally {
    document.body.classList.remove("busy");
  }
}

function toEnd() {
  const messages = document.getElementById("messages");
  if (messages) messages.scrollTop = messages.scrollHeight;
}

/** Shows the commands that fit what is typed. */
function suggest() {
  const input = document.getElementById("text");
  const list = document.getElementById("commands");
  if (!input || !list) return;
  const typed = input.value;
  let first = true;
  for (const item of list.querySelectorAll("li")) {
    const fits = item.firstElementChild.dataset.command.startsWith(typed);
    item.hidden = !fits;
    item.classList.toggle("first", fits && first);
    if (fits) first = false;
  }
  list.open = typed.startsWith("/") && !first && document.activeElement === input;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("input", (event) => {
  touched.add(event.target);
  if (event.target.id === "text") suggest();
  const search = event.target.type === "search" && event.target.parentElement.querySelector("[data-suggest]");
  if (search) {
    clearTimeout(search.timer);
    search.timer = setTimeout(() => search.click(), 300);
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
  event.target.closest(".dispatches")?.querySelector("[data-choose]")?.click();
});

document.addEventListener("focusin", (event) => { if (event.target.id === "text") suggest(); });

document.addEventListener("keydown", (event) => {
  const first = document.querySelector("#commands[open] .first a");
  if (event.key === "Tab" && first && event.target.id === "text" && event.target.value !== first.dataset.command) {
    event.preventDefault();
    event.target.value = first.dataset.command;
    suggest();
  }
  if (event.key === "Escape") document.querySelectorAll(".menu[open], .tools[open], #commands[open]").forEach((details) => { details.open = false; });
});

document.addEventListener("click", (event) => {
  const command = event.target.closest("[data-command]");
  if (command) {
    event.preventDefault();
    const input = document.getElementById("text");
    input.value = command.dataset.command;
    input.focus();
    suggest();
  }
  // A button that is a link is also pressed.
  const press = event.target.closest("[data-press]");
  const form = press?.closest("form");
  if (form) {
    const data = new URLSearchParams(new FormData(form));
    data.set("press", press.dataset.press);
    fetch(form.action, { method: "POST", body: data }).catch(() => {});
  }
  for (const menu of document.querySelectorAll(".menu[open], .tools[open]")) if (!menu.contains(event.target)) menu.open = false;
});

for (const region of regions(document)) shown.set(region, region.outerHTML);
toEnd();
new EventSource("/__/changes").onmessage = later;
