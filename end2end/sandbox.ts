// What happens in Slack, as the sandbox plays it: asked by its control API from beside the browser.
import { expect } from "@playwright/test";

const BASE = `http://127.0.0.1:${process.env.FF_E2E_SANDBOX_PORT}`;

/** Field errors are by block. */
export interface Answer {
  status: number | null;
  trouble: string | null;
  errors: Record<string, string>;
}

export interface Message {
  ts: string;
  text: string;
  blocks: unknown[];
  by_app: boolean;
}

export interface Channel {
  id: string;
  name: string;
  kind: string;
  topic: { value: string };
  members: string[];
  messages: Message[];
  pins: unknown[];
  bookmarks: unknown[];
}

export interface View {
  id: string;
  content: { callback_id?: string; blocks: unknown[] };
}

interface State {
  slack: { channels: Channel[]; stacks: Record<string, string[]>; views: Record<string, View> };
  violations: unknown[];
}

async function ask<T>(path: string, body?: object): Promise<T> {
  const init = body && {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(BASE + path, init);
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** It is so much later, for the sandbox at once and for the server within a fifth of a second. */
export const later = (ms: number) => ask("/clock", { advance_ms: ms });

export const state = () => ask<State>("/__/state");

/** What was sent to Slack and would not have been accepted there, or is against its contract. */
export const violations = async () =>
  (await ask<{ violations: unknown[] }>("/__/violations")).violations;

/** Everything a message or view says, in one line. */
export function said(content: unknown): string {
  const words: string[] = [];
  const walk = (node: unknown) => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node && typeof node === "object") {
      const text = (node as Record<string, unknown>).text;
      if (typeof text === "string") words.push(text);
      Object.values(node).forEach(walk);
    }
  };
  walk(content);
  return words.join(" ");
}

/** The value of the option with this label, anywhere in a view. */
export function option(view: View, label: string): string {
  let found: string | undefined;
  const walk = (node: unknown) => {
    if (Array.isArray(node)) node.forEach(walk);
    else if (node && typeof node === "object") {
      const it = node as { text?: { text?: string }; value?: string };
      if (it.text?.text?.endsWith(label) && it.value) found ??= it.value;
      Object.values(node).forEach(walk);
    }
  };
  walk(view.content);
  if (!found) throw new Error(`no option "${label}" in ${JSON.stringify(view.content)}`);
  return found;
}

async function until<T>(what: string, look: (state: State) => T | undefined): Promise<T> {
  let found: T | undefined;
  await expect
    .poll(async () => (found = look(await state())) !== undefined, {
      message: what,
      intervals: [50, 100, 200],
      // All stories share what Slack grants an app in a minute.
      timeout: 30_000,
    })
    .toBe(true);
  return found as T;
}

/** The channel of an incident, once it is there. */
export const channelOf = (id: number) =>
  until(`incident ${id} has a channel`, (now) =>
    now.slack.channels.find((channel) => channel.name.includes(`-${id}-`)),
  );

/** The channel of an incident, once a message there says all of this. */
export const channelSays = (id: number, ...words: string[]) =>
  until(`the channel of ${id} says ${words.join(", ")}`, (now) =>
    now.slack.channels.find(
      (channel) =>
        channel.name.includes(`-${id}-`) &&
        channel.messages.some((message) => {
          const text = said([{ text: message.text }, message.blocks]);
          return words.every((word) => text.includes(word));
        }),
    ),
  );

/** Somebody in Slack. */
export class Somebody {
  constructor(readonly id: string) {}

  types(channel: string, text: string): Promise<Answer> {
    return ask("/__/command", { user: this.id, channel, text });
  }

  uses(view: View, element: string, value: unknown = null): Promise<Answer> {
    return ask("/__/action", { user: this.id, view: view.id, element, value });
  }

  submits(view: View, fields: Record<string, unknown>): Promise<Answer> {
    return ask("/__/submit", { user: this.id, view: view.id, fields });
  }

  private top(now: State): View | undefined {
    const id = now.slack.stacks[this.id]?.at(-1);
    return id ? now.slack.views[id] : undefined;
  }

  /** The modal on top, once it is that of this callback. */
  sees(callback: string): Promise<View> {
    return until(`${this.id} sees ${callback}`, (now) => {
      const view = this.top(now);
      return view?.content.callback_id === callback ? view : undefined;
    });
  }

  /** The modal on top, once it says this. */
  reads(words: string): Promise<View> {
    return until(`${this.id} reads ${words}`, (now) => {
      const view = this.top(now);
      return view && said(view.content).includes(words) ? view : undefined;
    });
  }
}
