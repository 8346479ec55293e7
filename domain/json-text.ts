import { pointerOf } from "./problem.ts";

/**
 * JSON.parse keeps the last of two equal keys without a word, so that a provider's fault would be stored as if meant.
 * The colons outside texts are as many as the members; only where the parsed value has fewer is the slow scan needed.
 */
export function duplicateKeys(text: string, parsed: unknown): string[] {
  return countColons(text) === countMembers(parsed) ? [] : scanForDuplicates(text);
}

const QUOTE = 34;
const BACKSLASH = 92;
const COLON = 58;

/** The index after the text that opens at `start`. */
function endOfText(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes += 1;
  return slashes % 2 === 1;
}

function countColons(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfText(text, at) - 1;
    else if (code === COLON) colons += 1;
  }
  return colons;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

function countMembers(parsed: unknown): number {
  let members = 0;
  const open: unknown[] = [parsed];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    const children: unknown[] = isObject(value) ? Object.values(value) : [];
    if (!Array.isArray(value)) members += children.length;
    for (const child of children.filter(isObject)) open.push(child);
  }
  return members;
}

type Frame = { keys: Set<string> | undefined; key: string | number };

/** One is enough to reject; a body made of them must not make the answer larger than itself. */
const MAX_FOUND = 20;

/** Walks the tokens of a text that JSON.parse has accepted. */
function scanForDuplicates(text: string): string[] {
  const found: string[] = [];
  const frames: Frame[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?|[[\]{},]/gs;
  for (const [token, colon] of text.matchAll(tokens)) {
    if (token.startsWith('"')) {
      if (colon !== undefined) enterMember(frames, token.slice(0, -colon.length), found);
    } else moveFrame(frames, token);
  }
  return found;
}

function enterMember(frames: Frame[], quoted: string, found: string[]): void {
  const frame = frames.at(-1);
  if (frame?.keys === undefined) return;
  frame.key = String(JSON.parse(quoted));
  if (frame.keys.has(frame.key) && found.length < MAX_FOUND)
    found.push(pointerOf(frames.map(({ key }) => key)));
  frame.keys.add(frame.key);
}

function moveFrame(frames: Frame[], token: string): void {
  const frame = frames.at(-1);
  if (token === "{") frames.push({ keys: new Set(), key: "" });
  else if (token === "[") frames.push({ keys: undefined, key: 0 });
  else if (token === "]" || token === "}") frames.pop();
  else if (frame !== undefined && typeof frame.key === "number") frame.key += 1;
}
