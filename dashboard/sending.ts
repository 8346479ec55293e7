import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Trouble } from "./api.ts";
import { useSite } from "./context.ts";

const AGAIN_MS = 10_000;

/** What passes by itself: an answer that met it is sent again. */
export const isPassing = (trouble: Trouble) => trouble === "offline" || trouble === "failed";

/**
 * Sends an answer, and again every ten seconds and as soon as there is a connection, until it is stored, the reader sends
 * another, or the form is closed. The API takes an answer twice as once, so a reply that got lost does no harm.
 */
export function useSending(path: string, saved: () => Promise<void>) {
  const { api } = useSite();
  const [trouble, setTrouble] = useState<Trouble>();
  const [busy, setBusy] = useState(false);
  const [waiting, wait] = useState<object>();
  const done = useRef(saved);
  done.current = saved;
  const send = useCallback(
    async (body: object) => {
      setBusy(true);
      const answer = await api.post(path, body);
      setBusy(false);
      if (!("trouble" in answer)) {
        wait(undefined);
        setTrouble(undefined);
        return done.current();
      }
      setTrouble(answer.trouble);
      // another object each time, so that the clock below starts anew
      wait(isPassing(answer.trouble) ? { ...body } : undefined);
    },
    [api, path],
  );
  useEffect(() => {
    if (waiting === undefined) return undefined;
    const again = () => void send(waiting);
    const timer = setTimeout(again, AGAIN_MS);
    addEventListener("online", again, { once: true });
    return () => {
      clearTimeout(timer);
      removeEventListener("online", again);
    };
  }, [waiting, send]);
  return { trouble, busy, send };
}
