// What was typed and not sent yet stays in the browser: after a reload, a session that ended, a server that restarted.
// A form says by `data-keep` whose it is and what it is about, and by `data-done` where it leads once it is accepted; a
// button that leads elsewhere has its own.
// Only fields that differ from what the page came with are kept. Accepted, or signed out: gone.

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */
/** Name, value, whether it is ticked (`null` where nothing is), and what the person saw before. */
/** @typedef {[string, string, boolean | null, string | null]} Typed */
/** @typedef {{ fields: Typed[], sent: string | null, at: number }} Kept */

const PREFIX = "kept ";
const FORMS = "form[data-keep]";
const LASTS = 14 * 24 * 3600 * 1000;
/** @param {HTMLFormElement} form */
const keyOf = (form) => PREFIX + form.dataset.keep;

// Where the browser stores nothing, forms work as before.
/** @param {string} key @returns {Kept | null} */
const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
};
/** @param {string} key @param {Kept | null} value */
const write = (key, value) => {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // As above.
  }
};
const keys = () => {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
};

/** @param {HTMLFormElement} form */
const fieldsOf = (form) => /** @type {Field[]} */ ([...form.elements].filter((field) => "name" in field && "value" in field));
/** @param {Field} field */
const tickOf = (field) => ("checked" in field && /^(checkbox|radio)$/.test(field.type) ? field.checked : null);
/** @param {Field} field */
const isTyped = (field) => {
  if (!field.name || field.type === "hidden" || field.disabled) return false;
  if ("options" in field) return [...field.options].some((option) => option.selected && !option.defaultSelected);
  if ("defaultChecked" in field && tickOf(field) !== null) return field.checked !== field.defaultChecked;
  return field.value !== field.defaultValue;
};

/** The unseen field that says what the person saw before. @param {HTMLFormElement} form @param {string} name */
const beforeOf = (form, name) => {
  const before = name.endsWith("[to]") ? form.elements.namedItem(`${name.slice(0, -4)}[from]`) : null;
  return before instanceof HTMLInputElement ? before : null;
};

/** Forms that show what was kept. @type {WeakSet<HTMLFormElement>} */
const filled = new WeakSet();

/** @param {HTMLFormElement} form @param {string | null} sent where an accepted form leads, once it is sent */
function save(form, sent = null) {
  const typed = fieldsOf(form).filter(isTyped);
  const fields = typed.map((field) => /** @type {Typed} */ ([field.name, field.value, tickOf(field), beforeOf(form, field.name)?.value ?? null]));
  // What is typed while the page comes alive is newer than what was kept, and not all of it.
  if (!filled.has(form)) {
    for (const kept of read(keyOf(form))?.fields ?? []) if (!typed.some((field) => field.name === kept[0])) fields.push(kept);
  }
  write(keyOf(form), fields.length ? { fields, sent, at: Date.now() } : null);
}

/** What the page itself says a person saw, while an older page's word stands there. @type {Map<HTMLInputElement, string>} */
const seenSince = new Map();

/** Fills what was typed into a form that shows something else, and tells whoever listens. @param {HTMLFormElement} form */
function fill(form) {
  const newer = new Set(fieldsOf(form).filter(isTyped).map((field) => field.name));
  for (const [name, value, ticked, before] of read(keyOf(form))?.fields ?? []) {
    if (newer.has(name)) continue;
    const named = fieldsOf(form).filter((field) => field.name === name);
    const field = ticked === null ? named[0] : named.find((one) => one.value === value);
    if (!field || ("options" in field && ![...field.options].some((option) => option.value === value))) continue;
    if ("checked" in field && ticked !== null) field.checked = ticked;
    else field.value = value;
    // What somebody changed meanwhile must not be overwritten unseen: the first try says what was seen when this was
    // typed, and the server names the conflict.
    const saw = beforeOf(form, name);
    if (saw && before !== null && saw.value !== before) {
      seenSince.set(saw, saw.value);
      saw.value = before;
    }
    // A radio that is no longer chosen says nothing: the chosen one does.
    if (ticked !== false || field.type === "checkbox") field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** The second try knows what is true now. Only after the form was read: that is in this turn. */
const learn = () =>
  setTimeout(() => {
    for (const [field, value] of seenSince) field.value = value;
    seenSince.clear();
  });

/** The page that follows an accepted form says so by its address. */
function forgetAccepted() {
  if (!location.hash) return;
  const here = location.pathname + location.hash;
  for (const key of keys()) {
    const sent = read(key)?.sent;
    if (sent && here.endsWith(sent)) write(key, null);
  }
}

function look() {
  forgetAccepted();
  // The page's own program first: it would not notice what was filled in before.
  if (!("live" in document.documentElement.dataset)) return;
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll(FORMS))) {
    if (filled.has(form)) continue;
    fill(form);
    filled.add(form);
    save(form);
  }
}

/** @param {unknown} target @returns {target is HTMLFormElement} */
const isKept = (target) => target instanceof HTMLFormElement && target.matches(FORMS);

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => {
    const form = target && "form" in target ? target.form : null;
    if (isKept(form)) save(form);
  });
}
document.addEventListener("reset", ({ target }) => {
  if (isKept(target)) write(keyOf(target), null);
});
document.addEventListener(
  "submit",
  ({ target, submitter }) => {
    if (target instanceof HTMLFormElement && target.id === "logout") keys().forEach((key) => write(key, null));
    if (!isKept(target)) return;
    const done = submitter?.dataset.done ?? target.dataset.done ?? "";
    // The address may say so already, of what was sent before.
    if (done && (location.pathname + location.hash).endsWith(done)) history.replaceState(history.state, "", location.pathname + location.search);
    save(target, done);
    learn();
  },
  true,
);
new MutationObserver(look).observe(document.documentElement, {
  attributeFilter: ["data-live"],
  childList: true,
  subtree: true,
});
// The address says "accepted" before the page that follows is drawn; whoever leaves in between wrote nothing twice.
/** @type {Window & { navigation?: EventTarget }} */ (window).navigation?.addEventListener("currententrychange", forgetAccepted);
for (const key of keys()) if (!((read(key)?.at ?? 0) > Date.now() - LASTS)) write(key, null);
look();
