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

/** What paths answer, and how it is asked for again; `before` is done first each time, and what it gives when it is shown. */
function useFetched<T extends unknown[]>(
  api: Api,
  paths: { [Place in keyof T]: string },
  before: () => Promise<() => void>,
) {
  const [shown, show] = useState<Omit<Shown<T>, "again">>(NOTHING);
  const name = paths.join(" ");
  const current = useRef(name);
  current.current = name;
  const number = useRef(0);
  const again = useCallback(async () => {
    const own = (number.current += 1);
    const commit = await before();
    const answers: Answer<unknown>[] = await Promise.all(name.split(" ").map((path) => api.get(path)));
    // another page, or a later fetch: what comes late is older
    if (current.current !== name || own !== number.current) return;
    commit();
    const trouble = answers.flatMap((answer) => ("trouble" in answer ? [answer.trouble] : []))[0];
    const data = answers.flatMap((answer) => ("data" in answer ? [answer.data] : []));
    show((known) =>
      trouble === undefined && isWhole<T>(data, answers.length)
        ? { data, trouble: undefined, at: new Date() }
        : { ...known, trouble },
    );
  }, [api, name, before]);
  useEffect(() => {
    show(NOTHING);
    // who opens a record reads it, also where it is as it was an hour ago: it is given, and noted
    for (const path of name.split(" ")) api.forget(path);
    void again();
  }, [again]);
  return { shown: { ...shown, again }, show };
}

type Watched = { version: string; slowest?: number };
/** What the clock changes in an answer, it changes at the moment that the answer names. */
type Timed = { changes_at?: string };

/** The version's address, with the first moment from which the clock alone makes the answers read otherwise. */
function versionOf(version: string, answers: readonly Timed[] = []): string {
  const [first] = answers.flatMap(({ changes_at }) => changes_at ?? []).sort();
  return first === undefined ? version : `${version}?changes_at=${encodeURIComponent(first)}`;
}

/**
 * What paths answer, fetched when the page opens, and again only when the version did change: so a student's record is
 * read, and noted, no more often than it must.
 */
export function useAnswers<T extends Timed[]>(
  api: Api,
  paths: { [Place in keyof T]: string },
  { version, slowest }: Watched,
): Shown<T> {
  const seen = useRef<string>(undefined);
  // the version first: what changes while the rest is read is found by the next look
  const before = useCallback(async () => {
    const answer = await api.get<{ version: string }>(version);
    return () => {
      seen.current = "data" in answer ? answer.data.version : undefined;
    };
  }, [api, version]);
  const { shown, show } = useFetched<T>(api, paths, before);
  useRhythm(async () => {
    const answer = await api.get<{ version: string }>(versionOf(version, shown.data));
    if ("trouble" in answer) return show((known) => ({ ...known, trouble: answer.trouble }));
    const changed = seen.current !== answer.data.version;
    // what is shown is as old as this look, not as the last change
    if (changed || shown.trouble !== undefined) await shown.again();
    else show((known) => ({ ...known, at: new Date() }));
  }, slowest);
  return shown;
}

const isWhole = <T extends unknown[]>(data: unknown[], count: number): data is T => data.length === count;
