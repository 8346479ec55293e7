import { setTimeout as sleep } from "node:timers/promises";
import type { TestStack } from "./stack.ts";

export type InboxMail = {
  destination: { to: string[] };
  subject: string;
  body: { text: string; html: string };
  headers?: unknown;
};

/** The mails that the local stack has taken. */
export const inboxOf = async ({ stack }: TestStack) =>
  ((await (await fetch(`${stack.inboxUrl}/store`)).json()) as { emails: InboxMail[] }).emails;

/** Reads until it is as wanted, half a minute at most. */
export async function until<T>(read: () => Promise<T>, done: (value: T) => boolean): Promise<T> {
  let value = await read();
  for (let attempt = 0; attempt < 300 && !done(value); attempt += 1) {
    await sleep(100);
    value = await read();
  }
  return value;
}
