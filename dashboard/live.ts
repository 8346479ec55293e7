import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Answer, Api, Trouble } from "./api.ts";
import { PACE } from "./rhythm.ts";

const TOUCHES = ["pointerdown", "keydown", "scroll"] as const;

/** Calls `look` in that rhythm, and at once when the page is shown again. */
function useRhythm(look: () => Promise<void>, slowest: number = PACE.active_ms): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    let touched = Date.now();
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const pause = () =>
      Math.max(slowest, Date.now() - touched < PACE.active_for_ms ? PACE.active_ms : PACE.idle_ms);
    const next = () => {
      clearTimeout(timer);
      // a look that was on its way when the page was left must not begin another
      timer = document.hidden || over ? undefined : setTimeout(run, pause());
    };
    const run = () => void latest.current().finally(next);
    const touch = () => {
      const wasIdle = Date.now() - touched >= PACE.active_for_ms;
      touched = Date.now();
      if (wasIdle) next();
    };
    const shown = () => {
      touched = Date.now();
      clearTimeout(timer);
      if (!document.hidden) run();
    };
    for (const name of TOUCHES) addEventListener(name, touch, { passive: true, capture: true });
    document.addEventListener("visibilitychange", shown);
    next();
    return () => {
      over = true;
      clearTimeout(timer);
      for (const name of TOUCHES) removeEventListener(name, touch, { capture: true });
      document.removeEventListener("visibilitychange", shown);
    };
  }, [slowest]);
}

export type Shown<T> = {
  data: T | undefined;
  trouble: Trouble | undefined;
  /** When the answer was had. */
  at: Date | undefined;
  again: () => Promise<void>;
};

const NOTHING = { data: undefined, trouble: undefined, at: undefined };

type Watched = { version: string; slowest?: number };
/** What the clock changes in an answer, it changes at the moment that the answer names. */
type Timed = { changes_at?: string };

/** The version's address, with the first moment from which the clock alone makes the answers read otherwise. */
function versionOf(version: string, answers: readonly Timed[] = []): string {
  const [first] = answers.flatMap(({ changes_at }) => changes_at ?? []).sort();
  return first === undefined ? version : `${version}?changes_at=${encodeURIComponent(first)}`;
}

type Version = Answer<{ version: string }>;
const known = (answer: Version) => ("data" in answer ? answer.data.version : undefined);

/**
 * What paths answer, fetched when the page opens, and again only when the version did change: so a student's record is
 * read, and noted, no more often than it must.
 */
export function useAnswers<T extends Timed[]>(
  api: Api,
  paths: { [Place in keyof T]: string },
  { version, slowest }: Watched,
): Shown<T> {
  const [shown, show] = useState<Omit<Shown<T>, "again">>(NOTHING);
  const seen = useRef<string>(undefined);
  const name = paths.join(" ");
  // of the page that is open, and of its latest fetch: what comes for another is not shown
  const current = useRef({ name, fetch: 0, shown: 0 });
  current.current.name = name;
  const again = useCallback(async () => {
    if (current.current.name !== name) return;
    const fetch = (current.current.fetch += 1);
    // the version first: what changes while the rest is read is found by the next look
    const before = await api.get<{ version: string }>(version);
    const answers: Answer<unknown>[] = await Promise.all(name.split(" ").map((path) => api.get(path)));
    if (current.current.name !== name || current.current.fetch !== fetch) return;
    current.current.shown = fetch;
    seen.current = known(before);
    show((last) => shownOf<T>(last, answers));
  }, [api, name, version]);
  useEffect(() => {
    show(NOTHING);
    // what was seen was another page's
    seen.current = undefined;
    // who opens a record reads it, also where it is as it was an hour ago: it is given, and noted
    for (const path of name.split(" ")) api.forget(path);
    void again();
  }, [again]);
  useRhythm(async () => {
    // on a slow connection the fetch takes longer than the rhythm: a second one would only delay it
    if (current.current.shown !== current.current.fetch) return;
    const answer: Version = await api.get(versionOf(version, shown.data));
    if (current.current.name !== name) return;
    if ("trouble" in answer) return show((last) => ({ ...last, trouble: answer.trouble }));
    // what is shown is as old as this look, not as the last change
    if (seen.current !== known(answer) || shown.trouble !== undefined) await again();
    else show((last) => ({ ...last, at: new Date() }));
  }, slowest);
  return { ...shown, again };
}

/** What is old stays, with the reason, where one of the answers did not come. */
function shownOf<T extends unknown[]>(last: Omit<Shown<T>, "again">, answers: readonly Answer<unknown>[]) {
  const trouble = answers.flatMap((answer) => ("trouble" in answer ? [answer.trouble] : []))[0];
  const data = answers.flatMap((answer) => ("data" in answer ? [answer.data] : []));
  return trouble === undefined && isWhole<T>(data, answers.length)
    ? { data, trouble: undefined, at: new Date() }
    : { ...last, trouble };
}

const isWhole = <T extends unknown[]>(data: unknown[], count: number): data is T => data.length === count;
