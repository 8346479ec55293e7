import { trust } from "./api.ts";

/** An answer that was being written when the reader had to sign in again. */
export type Draft = {
  school_id: string;
  alert: string;
  asked: "acknowledge" | "snooze";
  note?: string;
  until?: string;
};

const DRAFT = "rollcall.draft";

/** Kept in this tab alone, on the way to the sign-in page and back. */
export function keepDraft(draft: Draft): void {
  sessionStorage.setItem(DRAFT, JSON.stringify(draft));
}

/** Gives the draft of this alert, once: it is gone from the tab then. */
export function takeDraft(school_id: string, alert: string): Draft | undefined {
  const text = sessionStorage.getItem(DRAFT);
  if (text === null) return undefined;
  const draft: unknown = JSON.parse(text);
  trust<Draft>(draft);
  if (draft.school_id !== school_id || draft.alert !== alert) return undefined;
  sessionStorage.removeItem(DRAFT);
  return draft;
}
