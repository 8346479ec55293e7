import type { Language } from "../words.ts";
import { ENGLISH } from "./english.ts";
import { SPANISH } from "./spanish.ts";
import type { Wording } from "./wording.ts";

const BY_LANGUAGE: Readonly<Record<Language, Wording>> = { en: ENGLISH, es: SPANISH };

export const wordingOf = ({ language }: { language: Language }): Wording => BY_LANGUAGE[language];
