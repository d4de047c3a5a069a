// One stream to the server for all windows of this browser. The window that holds the lock has it and passes on what it
// hears; hidden windows hear nothing and hold nothing. What is heard is an event "live" of the window:
//   "everything" or lines of "incident 7"   may look different by now
//   "lost 14:51", "back"                    the connection
//   "signed-out"                            the session has ended
// Nothing is replayed: whoever was away reads everything again. Where a stream is not to be had, that is every two
// seconds. The app hears it in app/src/live.rs.
const AT = "/fn/live";
const FIRST = 300;
const AGAIN = 2000;
// A server that is replaced is back before anybody has to know.
const PATIENCE = 3000;
// The server speaks once a minute at least.
const SILENCE = 90_000;

/** @param {string} data */
const tell = (data) => window.dispatchEvent(new MessageEvent("live", { data }));
const others = new BroadcastChannel("live");
/** @param {string} data */
const everybody = (data) => {
  others.postMessage(data);
  tell(data);
};

/** What this window holds: nothing, or the lock; and what it knows of the connection then. */
let holds = false;
let line = "";
let signedOut = false;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let patience;

/** @param {MessageEvent<string>} event */
others.onmessage = ({ data }) => {
  if (data === "hello") {
    if (holds && line) others.postMessage(line);
  } else if (!document.hidden) {
    hear(data);
  }
};

/** What another window has heard. @param {string} data */
function hear(data) {
  tell(data);
  if (data === "signed-out") {
    leave();
  } else if (data === "back") {
    stopWaiting();
    // Somebody has signed in again over there.
    if (signedOut) begin();
  }
}

/** @param {number} after */
function isLost(after) {
  const zone = document.documentElement.dataset.zone;
  const since = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format();
  patience ??= setTimeout(() => {
    line = `lost ${since}`;
    everybody(line);
  }, after);
}
function stopWaiting() {
  clearTimeout(patience);
  patience = undefined;
}
function isBack() {
  stopWaiting();
  line = "back";
  everybody(line);
}
/** Nothing is to be heard until somebody signs in. */
function leave() {
  signedOut = true;
  stopWaiting();
  letGo?.abort();
}

/** Keeps a stream until told to let go or the session has ended. @param {AbortSignal} signal */
async function keep(signal) {
  holds = true;
  line = "";
  let wait = FIRST;
  const opened = () => {
    wait = FIRST;
    isBack();
  };
  while (!signal.aborted) {
    const ended = await listen(signal, opened);
    if (signal.aborted) break;
    isLost(PATIENCE);
    await pause(wait, signal);
    wait = AGAIN;
    // A stream that is refused does not say why.
    const answer = ended === "signed-out" ? ended : navigator.onLine ? await ask() : "none";
    if (signal.aborted) break;
    if (answer === "signed-out") {
      leave();
      everybody(answer);
    } else if (answer === "here") {
      isBack();
      everybody("everything");
    }
  }
  holds = false;
}

/** One life of a stream. @param {AbortSignal} signal @param {() => void} opened @returns {Promise<string>} */
const listen = (signal, opened) =>
  new Promise((resolve) => {
    if (!navigator.onLine) return resolve("lost");
    const stream = new EventSource(AT);
    /** @param {string} why */
    const end = (why) => {
      clearTimeout(silent);
      stream.close();
      resolve(why);
    };
    const expect = () => setTimeout(() => end("lost"), SILENCE);
    let silent = expect();
    stream.onopen = opened;
    stream.onerror = () => end("lost");
    stream.onmessage = ({ data }) => {
      clearTimeout(silent);
      silent = expect();
      if (data === "signed-out") end(data);
      else everybody(data);
    };
    signal.addEventListener("abort", () => end("let go"));
  });

/** Whether the server answers, and whom. */
const ask = () =>
  fetch(AT, { method: "HEAD" }).then(
    ({ ok, status }) => (status === 401 ? "signed-out" : ok ? "here" : "none"),
    () => "none",
  );

/** As long as that, or until told to let go. @param {number} ms @param {AbortSignal} signal */
const pause = (ms, signal) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener("abort", resolve);
  });

/** @type {AbortController | undefined} */
let letGo;
function begin() {
  signedOut = false;
  letGo?.abort();
  letGo = new AbortController();
  const { signal } = letGo;
  others.postMessage("hello");
  // Without locks (plain http) every window that is looked at has a stream of its own.
  if (!navigator.locks) return keep(signal);
  return navigator.locks.request("live", { signal }, () => keep(signal)).catch((error) => {
    if (error.name !== "AbortError") throw error;
  });
}

/** Who looks again reads again: something may have happened while nobody did. */
function look() {
  if (document.hidden) return letGo?.abort();
  tell("everything");
  begin();
}

/** Once the page's own program listens: what is told earlier is told to nobody. */
const alive = new Promise((resolve) => {
  const root = document.documentElement;
  const see = () => "live" in root.dataset && resolve(true);
  new MutationObserver(see).observe(root, { attributeFilter: ["data-live"] });
  see();
});

async function start() {
  await alive;
  document.addEventListener("visibilitychange", look);
  window.addEventListener("offline", () => isLost(0));
  window.addEventListener("online", look);
  // The server ends the stream then, and asking why would be asking as nobody.
  document.addEventListener("submit", ({ target }) => target instanceof Element && target.id === "logout" && letGo?.abort());
  window.addEventListener("pagehide", () => letGo?.abort());
  window.addEventListener("pageshow", (event) => event.persisted && look());
  if (!document.hidden) begin();
}
if (!("stranger" in document.documentElement.dataset)) start();
