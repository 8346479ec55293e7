import { dayIn, type Line, type Wording } from "./wording.ts";

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const students = (count: number) => plural(count, "student", "students");
const fresh = ({ section }: Line) => (section.fresh > 0 ? ` (${section.fresh} new)` : "");
const day = dayIn("en-US");
const back = ({ section }: Line) =>
  `${plural(section.resolved, "student is", "students are")} back on track.`;

export const ENGLISH: Wording = {
  lang: "en",
  day,
  school: ({ school_name, school_ids }) =>
    school_ids.length > 1 ? `${school_ids.length} schools` : (school_name ?? `School ${school_ids[0] ?? ""}`),
  more: (count) => `and ${count} more`,
  items: {
    "provider-feed-silent": {
      open: ({ section, provider, fact, role }) => {
        const ask = role === "provider" ? "Send them" : "Ask for them";
        return fact("reason") === "no_schedule_left"
          ? `${provider} has no more sessions planned. ${ask}.`
          : `no reports from ${provider} since ${day(section.since)}. ${ask}.`;
      },
      resolved: ({ provider }) => `${provider} reports again.`,
    },
    "site-under-delivery": {
      open: ({ provider, fact }) => `${provider} held ${fact("percent")}% of its sessions. Ask why.`,
      resolved: ({ provider }) => `${provider} holds its sessions again.`,
    },
    "student-missed-sessions": {
      open: (line) => `${students(line.section.open)} missed sessions${fresh(line)}. Call home.`,
      resolved: back,
    },
    "assigned-never-started": {
      open: (line) => `${students(line.section.open)} never started${fresh(line)}. Check the schedule.`,
      resolved: ({ section }) => `${students(section.resolved)} started, or left the program.`,
    },
    "under-dosed": {
      open: (line) => `${students(line.section.open)} got too few minutes${fresh(line)}. Plan make-up time.`,
      resolved: back,
    },
    "off-pace": {
      open: (line) =>
        `${plural(line.section.open, "student is", "students are")} behind the goal${fresh(line)}. Add sessions.`,
      resolved: back,
    },
    "tutor-changed-too-often": {
      open: (line) => `${students(line.section.open)} had too many tutors${fresh(line)}. Ask for one each.`,
      resolved: back,
    },
    "ratio-over-limit": {
      open: ({ provider, fact }) =>
        `${provider} has groups of up to ${fact("largest_group")}. Ask for smaller ones.`,
      resolved: ({ provider }) => `${provider} keeps its groups small again.`,
    },
    "reports-late": {
      open: ({ provider, fact }) =>
        Number(fact("missing")) > 0
          ? `${fact("missing")} of ${fact("expected")} reports from ${provider} are missing. Send them.`
          : `reports from ${provider} come late. Send them within a day.`,
      resolved: ({ provider }) => `reports from ${provider} come on time again.`,
    },
    "unknown-students": {
      open: ({ provider, fact }) =>
        `${provider} taught ${students(Number(fact("students")))} not on the roster. Load the roster.`,
      resolved: ({ provider }) => `all students of ${provider} are on the roster.`,
    },
    "unknown-programs": {
      open: ({ provider, fact }) =>
        `${provider} reports program ${fact("program_id")}, which is not set up. Add it, or ask for the right id.`,
      resolved: ({ provider }) => `all programs of ${provider} are set up.`,
    },
    "overlapping-sessions": {
      open: ({ provider, fact }) =>
        `${provider} has ${students(Number(fact("students")))} reported in two sessions at once. Ask which is right.`,
      resolved: ({ provider }) => `no student of ${provider} is in two sessions at once.`,
    },
    unacknowledged: {
      open: ({ section }) =>
        `${plural(section.open, "alert has", "alerts have")} had no answer for days. Ask the ${section.school_ids.length > 1 ? "schools" : "school"}.`,
      resolved: () => "",
    },
    unreachable: {
      open: ({ section }) =>
        `Mail no longer gets to ${plural(section.open, "person", "people")}. Run: rollcall contacts.`,
      resolved: () => "",
    },
  },
  mail: {
    subject: (open, on) => `Rollcall: ${plural(open, "thing needs", "things need")} a look (${on})`,
    silent: (on) => `Rollcall: session reports are missing (${on})`,
    back: (on) => `Rollcall: back on track (${on})`,
    greeting: (on, school) => `Tutoring${school === undefined ? "" : ` at ${school}`}, ${on}: to do today.`,
    backGreeting: "Back on track.",
    closing: (command) => `See who: ${command}`,
    done: "Nothing is left to do.",
    acknowledge: "On it",
    unsubscribe: "Stop these mails",
  },
  texts: {
    "provider-feed-silent": (who, since) => `no reports from ${who} since ${since}`,
    "site-under-delivery": (who) => `too few sessions held by ${who}`,
  },
  text: (what, schools) => `Rollcall: ${what} at ${plural(schools, "school", "schools")}. See your mail.`,
  providers: (count) => plural(count, "provider", "providers"),
  page: {
    acknowledge: "I am on it",
    acknowledged: (count) =>
      `Thank you. ${plural(count, "alert is", "alerts are")} marked as seen to, and will not be mailed again.`,
    nothing: "There is nothing left to do here: it was answered before, or it is back on track.",
    note: "Note, if you like. No names, please.",
    noteFault:
      "The note holds what looks like a telephone number, an e-mail or a street address. Take it out and press again; nothing was stored.",
    toPage: "See them on the school's page, or take it back there",
    unsubscribe: "Stop all mails from Rollcall to you? What nobody answers goes to the district.",
    unsubscribeButton: "Stop the mails",
    unsubscribed: "You get no more mails. The district is told, and can turn them on again.",
    tooOld: "This link is too old, or not whole. Use the one in your newest mail.",
  },
};
