import type { Message } from "../../domain/message.ts";
import { ruleOf } from "../../domain/rules/index.ts";
import { RULE_IDS } from "../../domain/words.ts";

const FACTS = {
  percent: 61,
  missing: 12,
  expected: 120,
  students: 14,
  largest_group: 9,
  reason: "nothing_reported",
};

/** A digest in which every rule of a site lead has found something, and two things are back on track. */
export function everything(): Message {
  const rules = RULE_IDS.filter((rule) => ruleOf(rule).goesTo.includes("site_lead"));
  const sections = rules.map((topic, index) => ({
    topic,
    school_ids: ["631930"],
    school_name: "Aspen Grove",
    ...(ruleOf(topic).about === "provider" && {
      provider_id: "north-star",
      provider_name: "North Star Tutoring",
      facts: FACTS,
    }),
    open: index + 1,
    fresh: index % 2,
    resolved: index < 1 ? 1 : 0,
    since: "2026-03-09",
  }));
  return {
    message_id: "lead#2026-03-13#digest",
    kind: "digest",
    contact_id: "lead",
    day: "2026-03-13",
    sections,
    state: "decided",
    decided_at: "2026-03-13T13:00:00.000Z",
    attempts: 0,
    left_out: 0,
    weekly: false,
    version: 1,
  };
}
