import type { Alert } from "./alert.ts";
import type { Contact } from "./contact.ts";
import { ESCALATION, isEscalated } from "./escalation.ts";
import type { RuleText } from "./rule.ts";
import { ownersOf } from "./routing.ts";
import { ruleOf } from "./rules/index.ts";
import { dayOf } from "./school-day.ts";
import type { School, Setup } from "./setup.ts";
import type { Topic } from "./words.ts";

/** What one line tells: a topic at a school, and of which provider where it is about one. */
export type Group = {
  topic: Exclude<Topic, "unreachable">;
  school: School;
  /** School-local date. */
  today: string;
  provider_id: string | undefined;
  /** As people know it; the id where it has no name. */
  provider_name: string | undefined;
  alerts: Alert[];
  context: boolean;
};
export type Routes = { groups: ReadonlyMap<string, Group[]>; unowned: number };

export const ruleTextOf = (topic: Group["topic"]): RuleText =>
  topic === "unacknowledged" ? ESCALATION : ruleOf(topic);

/** All alerts in the groups in which they are told. */
function groupsOf({ schools, providers }: Setup, alerts: readonly Alert[], now: Date): Group[] {
  const groups = new Map<string, Group>();
  const put = (name: string, fresh: () => Group, alert: Alert) => {
    const group = groups.get(name) ?? fresh();
    groups.set(name, group);
    group.alerts.push(alert);
  };
  const names = new Map(providers.map((provider) => [provider.provider_id, provider.name]));
  const places = new Map(schools.map((school) => [school.school_id, school]));
  for (const alert of alerts) {
    const school = places.get(alert.school_id);
    if (school === undefined) continue;
    const today = dayOf(now.getTime() / 1000, school.time_zone);
    const provider_id = ruleOf(alert.rule).about === "provider" ? alert.subject : undefined;
    const provider_name = names.get(provider_id ?? "");
    const group = { school, today, provider_id, provider_name, context: false };
    const name = `${school.school_id}#${alert.rule}#${provider_id ?? ""}`;
    put(name, () => ({ ...group, topic: alert.rule, alerts: [] }), alert);
    if (!isEscalated(alert, today)) continue;
    const escalated = (): Group => ({
      ...group,
      topic: ESCALATED,
      provider_id: undefined,
      provider_name: undefined,
      alerts: [],
    });
    put(`${school.school_id}#${ESCALATED}`, escalated, alert);
  }
  return [...groups.values()];
}

export const ESCALATED = "unacknowledged";

/** Who is told what (`muted`: contacts whom no mail reaches): every group with its owners; a silent feed also beside what a site lead is told. */
export function routesOf(
  setup: Setup,
  { alerts, now, muted = new Set() }: { alerts: readonly Alert[]; now: Date; muted?: ReadonlySet<string> },
): Routes {
  const groups = new Map<string, Group[]>();
  let unowned = 0;
  for (const group of groupsOf(setup, alerts, now)) {
    const { goesTo } = ruleTextOf(group.topic);
    const named = ownersOf({ ...group, goesTo }, setup, group.today);
    const owners = goesTo.includes("district") ? heardBy(named, setup, muted) : named;
    if (owners.length === 0) unowned += group.alerts.filter(({ state }) => state === "open").length;
    const told = [
      ...owners.map(({ contact_id }) => ({ contact_id, group })),
      ...readersOf(group, setup, owners).map((contact_id) => ({
        contact_id,
        group: { ...group, context: true },
      })),
    ];
    for (const { contact_id, group: own } of told)
      groups.set(contact_id, [...(groups.get(contact_id) ?? []), own]);
  }
  return { groups, unowned };
}

/** There is nobody above the district: where its mail is muted, the default owner hears what it would. */
function heardBy(owners: readonly Contact[], { contacts, default_owner }: Setup, muted: ReadonlySet<string>) {
  const above = contacts.filter(
    ({ contact_id }) => contact_id === default_owner && !owners.some((one) => one.contact_id === contact_id),
  );
  return owners.every(({ contact_id }) => muted.has(contact_id)) ? [...owners, ...above] : owners;
}

/** Site leads to whom a silent feed explains what is missing. */
function readersOf({ topic, school, today }: Group, setup: Setup, owners: readonly Contact[]): string[] {
  if (topic !== "provider-feed-silent") return [];
  const known = owners.map(({ contact_id }) => contact_id);
  return ownersOf({ goesTo: ["site_lead"], school }, setup, today)
    .map(({ contact_id }) => contact_id)
    .filter((contact_id) => !known.includes(contact_id));
}
