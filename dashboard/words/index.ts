import { ENGLISH } from "./english.ts";
import { SPANISH } from "./spanish.ts";
import type { Words } from "./words.ts";

export type { Words } from "./words.ts";
const ALL_WORDS: readonly Words[] = [ENGLISH, SPANISH];
const KEY = "rollcall.language";

/** What the reader chose, else what her browser prefers. */
export function wordsNow(): Words {
  const wanted = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2);
  return ALL_WORDS.find(({ lang }) => lang === wanted) ?? ENGLISH;
}

export function chooseWords(lang: string): void {
  localStorage.setItem(KEY, lang);
}
