// What every story has: a browser window with somebody in it, quick ways to what a story begins with, and what must be
// true of every page whatever the story is about.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test as base, expect, type Browser, type BrowserContext, type Locator, type Page } from "@playwright/test";

export { expect };

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

export const PASSWORD = "sandbox";

/** What a story declares; the rest is ordinary. */
export interface Declares {
  title?: string;
  description?: string;
  category?: string;
  /** Level code of the customers' impact. */
  customers?: "HT" | "HI" | "MD" | "LO" | "LT";
  priority?: string;
}

let serial = 0;

/** A word that no other test writes. */
export const unique = () => `w${process.pid.toString(36)}${(++serial).toString(36)}${Date.now().toString(36)}`;

/** Somebody's window. */
export class Desk {
  private readonly wrong: string[] = [];
  private readonly foreseen: RegExp[] = [];

  constructor(
    readonly page: Page,
    /** Whether script runs here. */
    readonly script: boolean,
  ) {
    page.on("pageerror", (error) => this.wrong.push(`error on ${page.url()}: ${error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error") this.wrong.push(`console on ${page.url()}: ${message.text()}`);
    });
  }

  /** An answer that the browser reports as an error is part of this story, by its status or by its own name. */
  foresees(trouble: number | string) {
    this.foreseen.push(
      new RegExp(typeof trouble === "string" ? trouble : `the server responded with a status of ${trouble}`),
    );
  }

  /** Nothing went wrong in this window that the story did not foresee. */
  isQuiet() {
    expect(this.wrong.filter((text) => !this.foreseen.some((one) => one.test(text)))).toEqual([]);
  }

  /** Opens a page and waits until script has taken over, where it runs. */
  async opens(path: string, status = 200) {
    if (status >= 400) this.foresees(status);
    const answer = await this.page.goto(path);
    expect(answer?.status(), path).toBe(status);
    await this.taken();
  }

  /** Script has taken over, where it runs and there is something to take over. */
  async taken() {
    if (this.script && !new URL(this.page.url()).pathname.startsWith("/admin/login")) {
      await expect(this.page.locator("html[data-live]")).toBeAttached();
    }
  }

  async reloads() {
    await this.page.reload();
    await this.taken();
  }

  /** Is somebody from now on, without the form. */
  async is(username: string) {
    const answer = await this.page.request.post("/admin/login/", {
      form: { person: username, next: "/" },
      headers: { origin: originOf() },
      maxRedirects: 0,
    });
    expect(answer.headers().location, `signing in as ${username}`).toBe("/");
    return this;
  }

  /** Declares without the form on the screen: what a story begins with. The number of the incident. */
  async declared({ title, description, category = "Payment", customers = "HI", priority = "" }: Declares = {}) {
    const form = await (await this.page.request.get("/incident/create/")).text();
    const value = (pattern: RegExp) => {
      const found = pattern.exec(form)?.[1];
      expect(found, `the form to declare has ${pattern}`).toBeDefined();
      return found!;
    };
    const answer = await this.page.request.post("/fn/incident/declare", {
      form: {
        submission: value(/name="submission" value="([^"]+)"/),
        "asked[title]": title ?? `Card payments fail ${unique()}`,
        "asked[description]": description ?? "Customers reach the last step and get an error.",
        "asked[incident_category]": value(new RegExp(`<option value="([^"]+)"[^>]*>(?:🔒 )?${category}[<,]`)),
        "asked[impacts][customers_impact]": customers,
        "asked[environment][]": value(/name="asked\[environment\]\[\]" value="([^"]+)" checked/),
        "asked[priority]": priority && value(new RegExp(`<option value="([^"]+)"[^>]*>${priority}[<,]`)),
      },
      headers: { origin: originOf(), accept: "text/html" },
      maxRedirects: 0,
    });
    const to = answer.headers().location ?? "";
    const id = Number(/\/incident\/(\d+)\//.exec(to)?.[1]);
    expect(id, `declared: ${answer.status()} ${to}`).toBeGreaterThan(0);
    return id;
  }

  /** Chooses a radio or box that its label covers. */
  async chooses(group: string, level: RegExp) {
    await this.page.getByRole("group", { name: group }).getByRole("radio", { name: level }).check({ force: true });
  }

  /** Chooses the option that begins so. */
  async picks(list: Locator, text: string) {
    const option = list.locator("option").filter({ hasText: new RegExp(`^${text}\\b`) });
    await list.selectOption((await option.getAttribute("value"))!);
  }

  /** No rule of accessibility is broken, by day and by night. The judge itself needs script to run. */
  async isAccessible() {
    if (!this.script) return;
    for (const colorScheme of ["light", "dark"] as const) {
      await this.page.emulateMedia({ colorScheme });
      await this.page.evaluate(AXE);
      const found = await this.page.evaluate(async (rules) => {
        const axe = (window as unknown as { axe: { run: Function } }).axe;
        const result = await axe.run(document, { runOnly: rules, resultTypes: ["violations"] });
        return result.violations.map(
          (v: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }) =>
            `${v.id}: ${v.help}\n${v.nodes.map((n) => `  ${n.html.slice(0, 200)}\n  ${n.failureSummary}`).join("\n")}`,
        );
      }, RULES);
      expect(found, `${this.page.url()}, ${colorScheme}`).toEqual([]);
    }
    await this.page.emulateMedia({ colorScheme: null });
  }

  /** Nothing is wider than the window. */
  async fits() {
    const [inside, window] = await this.page.evaluate(() => {
      const root = document.scrollingElement!;
      return [root.scrollWidth, root.clientWidth];
    });
    expect(inside, `${this.page.url()} scrolls sideways`).toBeLessThanOrEqual(window);
  }
}

export const originOf = () => `http://127.0.0.1:${process.env.FF_E2E_PORT}`;

async function open(context: BrowserContext, script: boolean) {
  return new Desk(await context.newPage(), script);
}

/** A name to sign in with, and the same person in Slack. */
export interface Person {
  name: string;
  username: string;
  slack: string;
}

const person = (first: string, last: string): Person => ({
  name: `${first} ${last}`,
  username: `${first}.${last}`.toLowerCase(),
  slack: `U0${first.toUpperCase()}`,
});

/** One to each project: in Slack everybody has one screen only. */
const CAST: Record<string, Person> = {
  script: person("Yusuf", "Demir"),
  "no script": person("Ines", "Okafor"),
  phone: person("Sofia", "Lindgren"),
  "phone, no script": person("Kwame", "Mensah"),
};

/** In no story but as somebody else. */
export const OUTSIDER = person("Mara", "Lindqvist");

interface Fixtures {
  /** Whom the story is about. */
  person: Person;
  /** A window with nobody signed in. */
  desk: Desk;
  /** Another window, of somebody else. */
  another: (username: string) => Promise<Desk>;
}

export const test = base.extend<Fixtures>({
  person: async ({}, use, info) => use(CAST[info.project.name] ?? person("Yusuf", "Demir")),
  desk: async ({ context, javaScriptEnabled }, use) => {
    const desk = await open(context, javaScriptEnabled !== false);
    await use(desk);
    desk.isQuiet();
  },
  another: async ({ browser, javaScriptEnabled }: { browser: Browser; javaScriptEnabled?: boolean }, use) => {
    const desks: Desk[] = [];
    await use(async (username) => {
      const desk = await open(await browser.newContext(), javaScriptEnabled !== false);
      desks.push(desk);
      return desk.is(username);
    });
    for (const desk of desks) {
      desk.isQuiet();
      await desk.page.context().close();
    }
  },
});
