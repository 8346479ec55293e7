import type { Section } from "../message.ts";
import type { Role, RuleId, Topic } from "../words.ts";

/** What a line has to say: the counts and names of a section, and who reads it. */
export type Line = {
  section: Section;
  role: Role;
  /** The provider's name, else its id. */
  provider: string;
  fact: (name: string) => string;
};

/** All that is said to people, in one language. Short words: it is read between two classes. */
export type Wording = {
  lang: string;
  day: (day: string) => string;
  school: (section: Section) => string;
  more: (count: number) => string;
  items: Readonly<Record<Topic, { open: (line: Line) => string; resolved: (line: Line) => string }>>;
  mail: {
    subject: (open: number, day: string) => string;
    silent: (day: string) => string;
    back: (day: string) => string;
    greeting: (day: string, school: string | undefined) => string;
    backGreeting: string;
    closing: (command: string) => string;
    done: string;
    acknowledge: string;
    unsubscribe: string;
  };
  /** What is short enough for a text, for the rules that may send one. */
  texts: Readonly<Partial<Record<RuleId, (who: string, since: string) => string>>>;
  text: (what: string, schools: number) => string;
  providers: (count: number) => string;
  page: {
    acknowledge: string;
    acknowledged: (count: number) => string;
    nothing: string;
    note: string;
    noteFault: string;
    toPage: string;
    unsubscribe: string;
    unsubscribeButton: string;
    unsubscribed: string;
    tooOld: string;
  };
};

/** A date as people of a language write it: `March 13`, `13 de marzo`. */
export const dayIn = (locale: string) => {
  const format = new Intl.DateTimeFormat(locale, { month: "long", day: "numeric", timeZone: "UTC" });
  return (day: string) => format.format(new Date(`${day}T00:00:00Z`));
};
