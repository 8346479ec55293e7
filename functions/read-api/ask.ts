import { createHash } from "node:crypto";
import type { AuditStore } from "../../adapters/audit-store.ts";
import type { StampStore } from "../../adapters/stamp-store.ts";
import {
  callerOf,
  scopeOf,
  type Caller,
  type Checks,
  type Identity,
  type Level,
  type Scope,
} from "../../domain/access.ts";
import { problem, type Problem } from "../../domain/problem.ts";
import { dayOf, isDay } from "../../domain/school-day.ts";
import type { School, Setup } from "../../domain/setup.ts";
import type { HttpEvent } from "../framework/http.ts";
import { endOfDay, sign, type Grant } from "../framework/links.ts";
import { TOO_MANY_READS, type ReadQuota } from "../framework/read-quota.ts";
import { reachOf, type OpenWall } from "./wall.ts";

export type ReadDeps = {
  /** All of the set-up, remembered for a minute at most, so that a removed grant is gone within it. */
  known: () => Promise<Setup | undefined>;
  checks: Checks;
  open: OpenWall;
  stamps: StampStore;
  audit: Pick<AuditStore, "seen" | "blocks" | "open">;
  /** Pseudonym of a student. */
  pseudonym: (student_id: string) => Promise<string>;
  quota: ReadQuota;
  secret: () => Promise<string>;
  verify: (token: string, secret: string, now: Date) => Grant | undefined;
  clock: () => Date;
};

/** A request of somebody known, with what she may reach. */
export type Ask = {
  deps: ReadDeps;
  setup: Setup;
  identity: Identity;
  caller: Caller;
  scope: Scope;
  now: Date;
  params: (name: string) => string;
  query: (name: string) => string | undefined;
  /** The route with its parameters and filters, without the place in a list: what a cursor is bound to. */
  question: string;
  operation: string;
  apiUrl: string;
  body: unknown;
  /** Whose records the answer holds: written down before it is given, and not where nothing is given. */
  read: { school_id: string; student_id?: string }[];
};

/** Something that ends a request with a problem. */
export class Refused extends Error {
  override name = "Refused";
  readonly problem: Problem;
  /** Seconds after which it is worth to ask again. */
  readonly retryAfter: number | undefined;
  constructor(name: Parameters<typeof problem>[0], detail: string, retryAfter?: number) {
    super(detail);
    this.problem = problem(name, detail);
    this.retryAfter = retryAfter;
  }
}

export const notFound = (detail: string) => new Refused("not-found", detail);

const UNKNOWN =
  "Send `Authorization: Bearer <token>` with a token or key that is live, of somebody whom the set-up names.";

const NO_ACCESS =
  "You signed in, but your address stands in no set-up, or your time is over. Ask the district's Rollcall admin.";

const UNVERIFIED =
  "You signed in, but your identity provider does not say that your address is verified, so it is not believed. Ask the district's Rollcall admin.";

/** Who asks and what she may reach. Throws where nobody known does. */
export async function known(deps: ReadDeps, identity: Identity) {
  const setup = await deps.known();
  const now = deps.clock();
  const { checks } = deps;
  const today = now.toISOString().slice(0, 10);
  const caller = setup && callerOf(identity, setup, { today, checks });
  if (identity.unverified === true) throw new Refused("no-access", UNVERIFIED);
  if (setup !== undefined && caller === undefined && (identity.email ?? "") !== "")
    throw new Refused("no-access", NO_ACCESS);
  if (setup === undefined || caller === undefined) throw new Refused("unauthorized", UNKNOWN);
  const wait = await deps.quota(caller.id, now);
  if (wait !== undefined) throw new Refused("too-many-reads", TOO_MANY_READS, wait);
  return { setup, now, caller, scope: scopeOf(caller, setup, { now, checks }) };
}

const QUESTION_WITHOUT = new Set(["cursor", "limit"]);

/** What a request asks, in one canonical text. */
export function questionOf(event: HttpEvent): string {
  const query = Object.entries(event.queryStringParameters ?? {}).filter(
    ([name]) => !QUESTION_WITHOUT.has(name),
  );
  const asked = [event.routeKey, Object.entries(event.pathParameters ?? {}).sort(), query.sort()];
  return createHash("sha256").update(JSON.stringify(asked)).digest("base64url");
}

/** The school of the path, if the caller may see that much of it. */
export function schoolAsked(ask: Ask, need: Level): School {
  const { deps, scope, setup } = ask;
  const school_id = ask.params("school_id");
  const school = setup.schools.find((one) => one.school_id === school_id);
  if (school === undefined || !deps.checks.school(scope, school_id))
    throw withheldOr(ask, notFound("There is no such school, or you may not see it."));
  if (need !== "totals" && !deps.checks.students(scope, school_id))
    throw new Refused("not-allowed", "Your role sees figures of this school, and no student.");
  return school;
}

/** A missing second factor is said, where it is what stands in the way. */
export function withheldOr({ caller }: Pick<Ask, "caller">, otherwise: Refused): Refused {
  if (caller.withheld.length === 0) return otherwise;
  const detail =
    "A district's admin must give a second factor, and the way by which you signed in does not ask everybody for one. Sign out, and sign in by the way that does; docs/first-deployment.md says how to set it up.";
  return new Refused("second-factor", detail);
}

export const todayOf = ({ now }: Pick<Ask, "now">, { time_zone }: School) =>
  dayOf(now.getTime() / 1000, time_zone);

type Wanted = Parameters<typeof reachOf>[1];

export const reachFor = ({ caller, scope, setup, now, deps: { checks } }: Ask, wanted: Wanted) =>
  reachOf({ caller, scope, setup, now, checks }, wanted);

export const wallOf = (ask: Ask, wanted: Wanted) => ask.deps.open(reachFor(ask, wanted), ask.caller.id);

export function dayAsked(ask: Ask, name: string, otherwise: string): string {
  const day = ask.query(name);
  if (day === undefined) return otherwise;
  if (isDay(day)) return day;
  throw new Refused("invalid-parameter", `${name} is no date, such as 2026-11-25.`);
}

const LIMIT = { least: 1, usual: 100, most: 500 };

type Page<T> = { items: T[]; next?: string };

/** The part of an ordered list that is asked for, and a signed cursor for the next. */
export async function pageOf<T>(ask: Ask, items: readonly T[], keyOf: (item: T) => string): Promise<Page<T>> {
  const limit = limitOf(ask);
  const after = await afterOf(ask);
  const rest = items.filter((item) => after === undefined || keyOf(item) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  if (rest.length <= limit || last === undefined) return { items: page };
  const { caller, question, now, deps } = ask;
  const grant = { caller: caller.id, question, after: keyOf(last), until: endOfDay(now) + 86_400 };
  return { items: page, next: sign({ kind: "cursor", ...grant }, await deps.secret()) };
}

function limitOf(ask: Ask): number {
  const limit = Number(ask.query("limit") ?? LIMIT.usual);
  if (Number.isInteger(limit) && LIMIT.least <= limit && limit <= LIMIT.most) return limit;
  throw new Refused("invalid-parameter", `limit is no whole number from ${LIMIT.least} to ${LIMIT.most}.`);
}

async function afterOf(ask: Ask): Promise<string | undefined> {
  const token = ask.query("cursor");
  if (token === undefined) return undefined;
  const { deps, caller, question, now } = ask;
  const grant = deps.verify(token, await deps.secret(), now);
  const asked = { caller: caller.id, question };
  if (grant?.kind === "cursor" && deps.checks.bound(grant, asked)) return grant.after;
  throw new Refused("invalid-token", "Begin the list again without `cursor`, with the filters you had.");
}

/** Says that the answer holds a student's record, or a list of students. */
export function note(ask: Ask, about: { school_id: string; student_id?: string }): void {
  ask.read.push(about);
}

/** Writes down what an answer holds, before it is given; once, and before a command is carried out where it asks so. */
export async function writeNotes({ deps, caller, operation, now, read }: Ask): Promise<void> {
  for (const { school_id, student_id } of read.splice(0)) {
    const student = student_id === undefined ? {} : { student: await deps.pseudonym(student_id) };
    await deps.audit.seen({ who: caller.id, what: operation, school_id, ...student }, now);
  }
}
