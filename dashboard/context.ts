import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Me } from "./answers.ts";
import type { Api } from "./api.ts";
import type { NameBook } from "./names.ts";
import type { Words } from "./words/index.ts";
import { PAGE_ADDRESS } from "../domain/page-address.ts";
import { dayOf } from "../domain/school-day.ts";

/** What every part of a page may need. */
export type Site = {
  api: Api;
  me: Me;
  words: Words;
  names: NameBook;
  renamed: (names: NameBook) => void;
  /** Signs in once more, and comes back to the same page. */
  signIn: () => void;
};
export const SiteContext = createContext<Site | undefined>(undefined);

export function useSite(): Site {
  const site = useContext(SiteContext);
  if (site === undefined) throw new Error("a part of a page stands outside of the site");
  return site;
}

/** Addresses within the pages; ids are opaque text. */
const part = (id: string) => encodeURIComponent(id);
export const LINK = {
  ...PAGE_ADDRESS,
  weeks: (school_id: string) => `#/school/${part(school_id)}/weeks`,
  settings: (school_id: string) => `#/school/${part(school_id)}/settings`,
  district: (district_id: string) => `#/district/${part(district_id)}`,
  provider: (provider_id: string) => `#/provider/${part(provider_id)}`,
  names: "#/names",
};

/** Numbers, dates and shares as the reader's language writes them; what is not known is said to be so. */
export const formatsOf = (words: Words) => {
  const known = FORMATS.get(words) ?? makeFormats(words);
  FORMATS.set(words, known);
  return known;
};

/** A short date stays on one line. */
const unbroken = (text: string) => text.replaceAll(" ", "\u00a0");

/** A format takes longer to make than to use a hundred times. */
const FORMATS = new Map<Words, ReturnType<typeof makeFormats>>();

/** As schools of the United States write them, in either language: 4.5, and 3:30 in the afternoon. */
const LOCALES: Readonly<Record<string, string>> = { en: "en-US", es: "es-US" };

function timesOf(lang: string) {
  const time = { hour: "numeric", minute: "2-digit" } as const;
  const told = (instant: string | Date, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(lang, { ...time, ...options }).format(new Date(instant));
  return {
    /** By a school's clock, which is named where the reader's own shows another time; without one by the reader's. */
    clock: (instant: string | Date, timeZone?: string) => {
      const isOwn = timeZone !== undefined && told(instant, { timeZone }) === told(instant, {});
      return told(instant, { timeZone, ...(!isOwn && { timeZoneName: "short" }) });
    },
    /** An hour of the day, as people say it: 7:00 AM. */
    hour: (hour: string) => told(`2000-01-01T${hour}:00Z`, { timeZone: "UTC" }),
    /** Day and time by a school's clock, else by the reader's own; either is named. */
    momentOf: (instant: string, timeZone?: string) =>
      told(instant, { day: "numeric", month: "short", year: "numeric", timeZone, timeZoneName: "short" }),
  };
}

function makeFormats({ lang: language, unknown }: Words) {
  const lang = LOCALES[language] ?? language;
  const percent = new Intl.NumberFormat(lang, { style: "percent", maximumFractionDigits: 0 });
  const hours = new Intl.NumberFormat(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const decimal = new Intl.NumberFormat(lang, { maximumFractionDigits: 1 });
  const onDay = new Intl.DateTimeFormat(lang, { day: "numeric", month: "short", timeZone: "UTC" });
  const longDay = new Intl.DateTimeFormat(lang, {
    ...{ weekday: "long", day: "numeric", month: "long" },
    timeZone: "UTC",
  });
  return {
    share: (value: number | null | undefined) =>
      value === null || value === undefined ? unknown : percent.format(value),
    number: (value: number | null | undefined) =>
      value === null || value === undefined ? unknown : decimal.format(value),
    /** Hours have one decimal wherever they stand, so that columns line up. */
    hoursOf: (value: number | null | undefined) =>
      value === null || value === undefined ? unknown : hours.format(value),
    day: (day: string) => unbroken(onDay.format(new Date(`${day}T00:00:00Z`))),
    longDay: (day: string) => longDay.format(new Date(`${day}T00:00:00Z`)),
    ...timesOf(lang),
    dayOf: (instant: string, timeZone: string) =>
      unbroken(
        new Intl.DateTimeFormat(lang, {
          ...{ weekday: "short", day: "numeric", month: "short" },
          timeZone,
        }).format(new Date(instant)),
      ),
  };
}

/** Today's date at a school. */
export const todayAt = (timeZone: string) => dayOf(Date.now() / 1000, timeZone);
