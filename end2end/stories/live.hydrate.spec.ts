// What script adds: a page that is open says what is true now, moves nothing that is read, and loses nothing that
// somebody types.
import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { APIResponse, Page, Request } from "@playwright/test";
import { expect, originOf, OUTSIDER, test, unique, type Desk } from "../desk.ts";
import { channelOf, option, Somebody } from "../sandbox.ts";

/** What is shown late is not live. */
const SOON = { timeout: 2000 };

const isStream = (request: Request) => new URL(request.url()).pathname === "/fn/live" && request.method() === "GET";

/** Opens a page and waits until this window has the stream. */
const listens = async (desk: Desk, path: string) => {
  const begun = desk.page.waitForResponse((answer) => isStream(answer.request()) && answer.ok());
  await desk.opens(path);
  await begun;
};

/** Posts an update from elsewhere. */
const posts = async (desk: Desk, id: number, message: string) => {
  const form = await (await desk.page.request.get(`/incident/${id}/update/`)).text();
  const answer = await desk.page.request.post("/fn/incident/update", {
    form: { id, submission: /name="submission" value="([^"]+)"/.exec(form)![1]!, "asked[message]": message },
    headers: { origin: originOf(), accept: "text/html" },
    maxRedirects: 0,
  });
  expect(answer.headers().location).toContain("#posted");
};

/** Declares as a program does. */
const declaresByApi = async (desk: Desk, title: string, email: string) => {
  const { request } = desk.page;
  const all = async (what: string) => {
    const answer = await request.get(`/api/v2/firefighter/${what}/`);
    const found = await answer.json();
    return (found.results ?? found) as { id: string; name: string; value: string | number }[];
  };
  const one = async (what: string, fits: (row: { name: string; value: string | number }) => boolean) =>
    (await all(what)).find(fits)!.id;
  const answer: APIResponse = await request.post("/api/v2/firefighter/incidents", {
    data: {
      title,
      description: "The monitoring says so.",
      environment_id: await one("environments", (row) => row.value === "PRD"),
      incident_category_id: await one("incident-categories", (row) => row.name === "Payment"),
      priority_id: await one("priorities", (row) => row.value === 2),
      created_by_email: email,
    },
    headers: { origin: originOf() },
  });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()).id as number;
};

/** Somebody is at this page: what is new waits then. */
const touches = (page: Page) => page.mouse.move(100 + Math.random() * 50, 300);

const newer = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words });

/** The browser says that this window is not looked at, or is again. */
const isHidden = (page: Page, hidden: boolean) =>
  page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);

test("newer entries wait until they are asked for, and nothing moves meanwhile", async ({ desk, another, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  const colleague = await another(OUTSIDER.username);
  await colleague.opens("/");
  await posts(colleague, id, "This stands here already");
  await listens(desk, `/incident/${id}/`);
  const message = page.getByLabel("Update message");
  const timeline = page.getByRole("list", { name: "Newest first" });
  const read = timeline.getByRole("listitem").filter({ hasText: "This stands here already" });
  await message.fill("Half a sentence that");
  await read.focus();
  const [first, second] = [unique(), unique()];

  await posts(colleague, id, `The rollback is under way ${first}`);
  await expect(newer(page, "1 newer entry. Show it")).toBeVisible(SOON);
  await posts(colleague, id, `The rollback is through ${second}`);
  await expect(newer(page, "2 newer entries. Show them")).toBeVisible(SOON);
  await expect(timeline).not.toContainText(first);
  await expect(page.getByText("Doing now").locator("..")).toContainText(second);
  await expect(read).toBeFocused();
  await desk.isAccessible();
  // Neither what is drawn anew takes the focus nor where it is moves the page.
  const crumb = page.getByRole("main").getByRole("link", { name: "Incidents" });
  await crumb.focus();
  const down = await page.evaluate(() => (scrollTo(0, 100), scrollY));
  const third = unique();
  await posts(colleague, id, `Half of it is back ${third}`);
  await expect(page.getByText("Doing now").locator("..")).toContainText(third, SOON);
  await expect(crumb).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(down);

  await page.getByRole("button", { name: "Show them" }).click();
  await expect(timeline).toContainText(first);
  await expect(timeline.locator("[data-row]").first()).toBeFocused();
  await expect(newer(page, "newer")).toHaveCount(0);
  await expect(message).toHaveValue("Half a sentence that");

  // What is posted here is no news here.
  await message.fill(`We are done with it ${unique()}`);
  const sentences: string[] = [];
  await page.exposeFunction("says", (text: string) => sentences.push(text));
  await page.evaluate(() =>
    new MutationObserver(() => {
      for (const line of document.querySelectorAll("[role=status]")) {
        if (/newer/.test(line.textContent ?? "")) (window as unknown as { says: (t: string) => void }).says(line.textContent!);
      }
    }).observe(document.body, { childList: true, subtree: true }),
  );
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(timeline).toContainText("We are done with it");
  await expect(message).toHaveValue("");
  expect(sentences).toEqual([]);
});

test("what happens in Slack is on the open page at once", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared();
  const channel = await channelOf(id);
  await listens(desk, `/incident/${id}/`);
  const inSlack = new Somebody(person.slack);
  await inSlack.types(channel.id, "update");
  await inSlack.uses(await inSlack.reads(`Update incident #${id}`), "push_modal_incident_update_status");
  const form = await inSlack.sees("incident_update_status");
  await inSlack.submits(form, { message: `The provider ${word} answers slowly.`, status: option(form, "Investigating") });
  await expect(newer(page, "1 newer entry. Show it")).toBeVisible(SOON);
  await expect(page.getByRole("main")).toContainText("Investigating");
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(page.getByRole("list", { name: "Newest first" })).toContainText(word);
});

test("new incidents wait above the list and the dashboard while somebody is there", async ({ desk, another, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  await desk.declared({ title: `Old news ${word}` });
  const colleague = await another(OUTSIDER.username);
  const email = `${OUTSIDER.username}@example.com`;
  await listens(desk, `/incident/?search=${word}`);

  // Nobody has touched anything: the list is of this moment.
  await declaresByApi(colleague, `Fresh news ${word}`, email);
  const link = (title: string) => page.getByRole("main").getByRole("link", { name: `${title} ${word}` });
  await expect(link("Fresh news")).toBeVisible(SOON);

  await touches(page);
  // Before it is asked for, what somebody types here is nowhere but in the field.
  const search = page.getByRole("searchbox", { name: "Search title, summary or id" });
  await search.evaluate((field: HTMLInputElement) => (field.value = "half typed"));
  await declaresByApi(colleague, `Later news ${word}`, email);
  await expect(newer(page, "1 newer incident. Show it")).toBeVisible(SOON);
  await expect(link("Later news")).toHaveCount(0);
  await expect(search).toHaveValue("half typed");
  await desk.isAccessible();
  await page.getByRole("button", { name: "Show it" }).click();
  await expect(link("Later news")).toBeFocused();

  await listens(desk, "/");
  await touches(page);
  await declaresByApi(colleague, `Last news ${word}`, email);
  await expect(newer(page, "newer incident")).toBeVisible(SOON);
  await expect(link("Last news")).toHaveCount(0);
  await desk.isAccessible();
  await page.getByRole("button", { name: /^Show/ }).click();
  await expect(link("Last news").first()).toBeVisible();
});

test("all windows of a browser have one stream, and none while hidden", async ({ desk, another, person, context }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  const colleague = await another(OUTSIDER.username);
  await colleague.opens("/");
  const open = new Map<Request, Page>();
  context.on("request", (request) => isStream(request) && open.set(request, request.frame().page()));
  context.on("requestfailed", (request) => open.delete(request));
  context.on("requestfinished", (request) => open.delete(request));
  const holders = () => [...open.values()].filter((window) => !window.isClosed());

  await listens(desk, `/incident/${id}/`);
  const second = await context.newPage();
  await second.goto(`/incident/${id}/`);
  await expect(second.locator("html[data-live]")).toBeAttached();
  await posts(colleague, id, "Both windows are told");
  await expect(newer(page, "1 newer entry")).toBeVisible(SOON);
  await expect(newer(second, "1 newer entry")).toBeVisible(SOON);
  expect(holders()).toEqual([page]);

  // The one that holds it is not looked at any more: the other one takes over.
  await isHidden(page, true);
  await expect.poll(holders).toEqual([second]);
  await posts(colleague, id, "Only one window is told");
  await expect(newer(second, "2 newer entries")).toBeVisible(SOON);
  await expect(newer(page, "1 newer entry")).toBeAttached();
  await isHidden(second, true);
  await expect.poll(holders).toEqual([]);

  // Looked at again it catches up.
  await isHidden(page, false);
  await expect(newer(page, "2 newer entries")).toBeVisible(SOON);
  await expect.poll(holders).toEqual([page]);
  await isHidden(second, false);
  await page.close();
  await expect.poll(holders).toEqual([second]);
  await second.close();
});

test("without a connection the page says so, and catches up", async ({ desk, another, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  const colleague = await another(OUTSIDER.username);
  await colleague.opens("/");
  await listens(desk, `/incident/${id}/`);
  desk.foresees("net::ERR_INTERNET_DISCONNECTED");
  await page.context().setOffline(true);
  const bar = page.getByText(/^No connection since \d\d:\d\d\. What you see may be old\./);
  await expect(bar).toBeVisible();
  await desk.isAccessible();
  await posts(colleague, id, "Nobody here hears this at once");
  await page.context().setOffline(false);
  await expect(bar).toBeHidden();
  await expect(newer(page, "1 newer entry. Show it")).toBeVisible();
});

test("who is signed out elsewhere is told, and goes on after signing in again", async ({ desk, person, context }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  await listens(desk, `/incident/${id}/`);
  await page.getByLabel("Update message").fill("Not lost by signing in again");
  desk.foresees(401);
  await page.request.post("/admin/logout/", { headers: { origin: originOf() }, maxRedirects: 0 });
  await expect(page.getByText(/^You are signed out\./)).toBeVisible();
  await desk.isAccessible();
  await desk.is(person.username);
  const other = await context.newPage();
  await other.goto("/");
  await expect(page.getByText(/^You are signed out\./)).toHaveCount(0);
  await expect(page.getByLabel("Update message")).toHaveValue("Not lost by signing in again");
  await other.close();
});

/** Another server on the same database, for this story to kill. */
class Another {
  private process?: ChildProcess;
  private constructor(private readonly port: number) {}

  static async starts() {
    const port = await new Promise<number>((resolve) => {
      const server = createServer().listen(0, "127.0.0.1", () => {
        const { port } = server.address() as AddressInfo;
        server.close(() => resolve(port));
      });
    });
    const server = new Another(port);
    await server.starts();
    return server;
  }

  get origin() {
    return `http://127.0.0.1:${this.port}`;
  }

  async starts() {
    const root = join(import.meta.dirname, "../..");
    const script = join(import.meta.dirname, "../test-results/another-server");
    this.process = spawn("bash", [script, String(this.port)], { cwd: root, stdio: "ignore" });
    const healthy = () =>
      fetch(`${this.origin}/api/v2/firefighter/monitoring/healthcheck`).then(({ ok }) => ok, () => false);
    await expect.poll(healthy, { intervals: [50] }).toBe(true);
  }

  async dies() {
    const died = new Promise((resolve) => this.process!.once("exit", resolve));
    this.process!.kill("SIGKILL");
    await died;
  }
}

test("what was typed survives a server that dies, and the page is live again with its successor", async ({ desk, another, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  const colleague = await another(OUTSIDER.username);
  await colleague.opens("/");
  const server = await Another.starts();
  try {
    await listens(desk, `${server.origin}/incident/${id}/`);
    const message = page.getByLabel("Update message");
    await message.fill("Not sent yet");
    desk.foresees("net::ERR_");
    await server.dies();
    await expect(page.getByText(/^No connection since/)).toBeVisible();
    await posts(colleague, id, "Nobody here hears this at once");
    await server.starts();
    await expect(page.getByText(/^No connection since/)).toBeHidden();
    await expect(newer(page, "1 newer entry. Show it")).toBeVisible();
    await expect(message).toHaveValue("Not sent yet");
    await desk.reloads();
    await expect(message).toHaveValue("Not sent yet");
  } finally {
    await server.dies();
  }
});

test("what was typed survives reloading and a session that ended, and is gone after sending and signing out", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared();
  const at = `/incident/${id}/`;
  const message = page.getByLabel("Update message");
  const timeline = page.getByRole("list", { name: "Newest first" });
  await desk.opens(at);
  await message.fill(`Not sent yet ${word}`);
  await desk.picks(page.getByLabel("Status"), "Investigating");
  const status = await page.getByLabel("Status").inputValue();
  await desk.reloads();
  await expect(message).toHaveValue(`Not sent yet ${word}`);
  await expect(page.getByLabel("Status")).toHaveValue(status);

  // A session that ended, somebody else in between, and a new session of the same person. What the page reads meanwhile,
  // because something happens to its incident, is refused.
  desk.foresees(401);
  await page.context().clearCookies();
  await desk.is(OUTSIDER.username);
  await desk.opens(at);
  await expect(message).toHaveValue("");
  await desk.is(person.username);
  await desk.opens(at);
  await expect(message).toHaveValue(`Not sent yet ${word}`);
  for (const words of [word, unique()]) {
    await message.fill(`Sent ${words}`);
    await page.getByRole("button", { name: "Post update" }).click();
    await expect(timeline).toContainText(`Sent ${words}`);
    await expect(message).toHaveValue("");
    await desk.reloads();
    await expect(message).toHaveValue("");
  }

  await desk.opens("/incident/create/");
  await page.getByLabel("Title", { exact: true }).fill(`Half declared ${word}`);
  await desk.chooses("Customers Impact", /^High:/);
  await desk.reloads();
  await expect(page.getByLabel("Title", { exact: true })).toHaveValue(`Half declared ${word}`);
  await expect(page.getByRole("radio", { name: /^High:/ }).first()).toBeVisible();
  await expect(page.locator(".suggest > :visible")).toContainText("Suggested:");
  await page.getByRole("button", { name: /your menu/ }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await expect(page).toHaveURL(/\/admin\/login\//);
  expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("kept ")))).toEqual([]);
});

test("every form of an incident keeps what is typed until it is accepted", async ({ desk, person }) => {
  const { page } = desk;
  const word = unique();
  await desk.is(person.username);
  const id = await desk.declared();
  const at = `/incident/${id}/`;
  await desk.opens(at);
  await page.getByLabel("Update message").fill(`Said wrongly ${word}`);
  await page.getByRole("button", { name: "Post update" }).click();
  const correct = page.locator("a[href*='/correct/']").first();
  const forms = [`${at}edit/`, `${at}close/`, (await correct.getAttribute("href")) ?? ""];
  const text = page.locator("form[data-keep] textarea").first();
  for (const form of forms) {
    await desk.opens(form);
    await text.fill(`Half written at ${form}`);
    await desk.reloads();
    await expect(text).toHaveValue(`Half written at ${form}`);
  }
  await desk.opens(`${at}impacts/`);
  await desk.chooses("Business Impact", /^High:/);
  await desk.reloads();
  await expect(page.locator("input[name='asked[business_impact][to]'][value='HI']")).toBeChecked();
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("kept ")).length);
  expect(await kept()).toBe(4);
  await page.getByRole("button", { name: "Save impacts" }).click();
  await expect(page).toHaveURL(/#saved$/);
  expect(await kept()).toBe(3);
  await desk.opens(forms[2] ?? "");
  await page.getByRole("button", { name: "Correct" }).click();
  await expect(page).toHaveURL(/#e-/);
  expect(await kept()).toBe(2);
});

test("what somebody changed meanwhile is not overwritten by what was kept", async ({ desk, another, person }) => {
  const { page } = desk;
  await desk.is(person.username);
  const id = await desk.declared();
  const colleague = await another(OUTSIDER.username);
  const kept = () => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("kept ")));

  await desk.opens(`/incident/${id}/update/`);
  const priority = page.getByLabel("Priority");
  await desk.picks(priority, "P4");
  const wanted = await priority.inputValue();
  await colleague.opens(`/incident/${id}/update/`);
  await colleague.picks(colleague.page.getByLabel("Priority"), "P1");
  await colleague.page.getByRole("button", { name: "Post update" }).click();
  await expect(colleague.page).toHaveURL(/#posted$/);
  await desk.reloads();
  await expect(priority).toHaveValue(wanted);
  desk.foresees(409);
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page.getByRole("alert")).toContainText("P1");
  await expect(priority).toHaveValue(wanted);
  // Seen and wanted: the second try sets it.
  await page.getByRole("button", { name: "Post update" }).click();
  await expect(page).toHaveURL(/#posted$/);
  expect(await kept()).toEqual([]);

  // Tags of two people are the tags of both, also where there was none when they began.
  const tags = (desk: Desk) => desk.page.getByRole("textbox", { name: "Tags" });
  await desk.opens(`/incident/${id}/tags/`);
  await tags(desk).fill("mine");
  await colleague.opens(`/incident/${id}/tags/`);
  await tags(colleague).fill("theirs");
  await colleague.page.getByRole("button", { name: "Save tags" }).click();
  await expect(colleague.page).toHaveURL(/#saved$/);
  await desk.reloads();
  await expect(tags(desk)).toHaveValue("mine");
  await page.getByRole("button", { name: "Save tags" }).click();
  await expect(page).toHaveURL(/#saved$/);
  expect(await kept()).toEqual([]);
  await desk.opens(`/incident/${id}/tags/`);
  expect((await tags(desk).inputValue()).split(", ").sort()).toEqual(["mine", "theirs"]);
});
