import type * as z from "zod";
import { sentenceOf } from "./issue-sentence.ts";

/** One fault of an input: where (RFC 6901 JSON pointer) and what to do. Never repeats what was sent. */
export type Fault = { pointer: string; detail: string };

/** An RFC 9457 problem, with the faults as its extension member. */
export type Problem = {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Fault[];
};

const TITLES = {
  "invalid-event": [422, "The event breaks the contract"],
  conflict: [409, "Another content was stored under this revision"],
  "not-stored": [503, "The event could not be stored now"],
  "quarantine-full": [503, "Too many events wait for unknown schools"],
  "invalid-body": [400, "The body is not JSON that holds events"],
  "body-too-large": [413, "The body is too large"],
  "unsupported-media-type": [415, "The content type is not supported"],
  "not-contracted": [403, "No contract covers what the event is about"],
  "over-quota": [429, "Too many events in this minute"],
  "too-many-reads": [429, "Too many requests in this minute"],
  unsigned: [401, "The signature does not verify"],
  "not-allowed": [403, "Your role does not allow this"],
  "no-access": [403, "Nobody has given you access yet"],
  "second-factor": [403, "This asks for a second factor"],
  "invalid-parameter": [400, "A parameter is wrong"],
  "invalid-token": [410, "The link or cursor is altered, expired or not yours"],
  resolved: [409, "The alert is resolved"],
  unauthorized: [401, "The key or token is missing, wrong, expired or revoked"],
  "not-found": [404, "There is nothing here"],
  unavailable: [503, "The service takes nothing at the moment"],
  internal: [500, "Something went wrong on our side"],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemName = keyof typeof TITLES;

export function problem(name: ProblemName, detail: string, errors?: Fault[]): Problem {
  const [status, title] = TITLES[name];
  return { type: `urn:rollcall:problem:${name}`, title, status, detail, ...(errors && { errors }) };
}

/** RFC 6901: `~` and `/` are escaped. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Whether an input holds nothing at a place. */
function lacks(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return true;
    value = new Map<PropertyKey, unknown>(Object.entries(value)).get(String(part));
  }
  return value === undefined;
}

/** What a schema says of a value, also where there is none: most of its sentences say what it must be. */
function detailOf({ message, path }: z.core.$ZodIssue, input: unknown): string {
  const said = sentenceOf(message);
  return said.startsWith("must ") && lacks(input, path) ? `is missing; it ${said}` : said;
}

function faultsOf(issue: z.core.$ZodIssue, input: unknown): Fault[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      detail: "is not a field of this event; remove it or correct its spelling",
    }));
  }
  return [{ pointer: pointerOf(issue.path), detail: detailOf(issue, input) }];
}

/** At most 20 faults of one event, in the order in which they were found; of one place the first, the others follow from it. */
export function faultsOfIssues(issues: readonly z.core.$ZodIssue[], input: unknown): Fault[] {
  const places = new Set<string>();
  const first = issues
    .flatMap((issue) => faultsOf(issue, input))
    .filter(({ pointer }) => !places.has(pointer) && places.add(pointer));
  return first.slice(0, 20);
}
