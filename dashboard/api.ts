import type { Session } from "./sign-in.ts";

/** What went wrong, in a word that the pages have a sentence for. */
export type Trouble =
  | "offline"
  | "signed-out"
  | "no-access"
  | "second-factor"
  | "not-found"
  | "not-allowed"
  | "refused"
  | "failed";
export type Answer<T> = { data: T; fresh: boolean } | { trouble: Trouble };

export type Api = {
  get: <T>(path: string) => Promise<Answer<T>>;
  post: <T>(path: string, body: unknown) => Promise<Answer<T>>;
  /** The next answer is asked for whole. */
  forget: (path: string) => void;
};

type Kept = { etag: string; data: unknown };

const TROUBLES: Record<number, Trouble> = {
  400: "refused",
  401: "signed-out",
  403: "not-allowed",
  404: "not-found",
};

/** Asks with what is known already, so that an unchanged answer is not sent again. */
export function apiOf({ token }: Pick<Session, "token">): Api {
  const kept = new Map<string, Kept>();
  const ask = async (path: string, init: RequestInit = {}): Promise<Response | Trouble> => {
    const bearer = await token().catch(() => undefined);
    if (bearer === undefined) return "signed-out";
    const headers = { ...init.headers, authorization: `Bearer ${bearer}` };
    return fetch(path, { ...init, headers, cache: "no-store" }).catch(() => "offline");
  };
  return {
    forget: (path) => void kept.delete(path),
    get: async <T>(path: string): Promise<Answer<T>> => {
      const known = kept.get(path);
      const response = await ask(path, { headers: known ? { "if-none-match": known.etag } : {} });
      if (typeof response === "string") return { trouble: response };
      if (response.status === 304 && known !== undefined) return answered(known.data, false);
      if (!response.ok) return { trouble: await troubleOf(response) };
      const data: unknown = await response.json().catch(() => undefined);
      // the connection broke within the answer
      if (data === undefined) return { trouble: "offline" };
      kept.set(path, { etag: response.headers.get("etag") ?? "", data });
      return answered(data, true);
    },
    post: async <T>(path: string, body: unknown): Promise<Answer<T>> => {
      const headers = { "content-type": "application/json" };
      const response = await ask(path, { method: "POST", headers, body: JSON.stringify(body) });
      if (typeof response === "string") return { trouble: response };
      if (!response.ok) return { trouble: await troubleOf(response) };
      return answered(await response.json(), true);
    },
  };
}

/** Our own API, whose answers are tested against its reference: nothing is checked a second time on a phone. */
export function trust<T>(_: unknown): asserts _ is T {}

const answered = <T>(data: unknown, fresh: boolean): Answer<T> => {
  trust<T>(data);
  return { data, fresh };
};

async function troubleOf(response: Response): Promise<Trouble> {
  const text = response.status === 403 ? await response.text() : "";
  if (text.includes("second-factor")) return "second-factor";
  if (text.includes("no-access")) return "no-access";
  return TROUBLES[response.status] ?? "failed";
}
