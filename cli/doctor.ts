import { addDays } from "../domain/school-day.ts";
import { presentFor } from "../domain/routing.ts";
import type { Setup } from "../domain/setup.ts";
import { few, type Check } from "./doctor-check.ts";
import { listContacts, type ContactView } from "./contacts.ts";
import { checkSending } from "./doctor-sending.ts";
import { alignColumns } from "./report-text.ts";
import { latestGivenUp } from "./redrive-messages.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "setup" | "mutes" | "messages" | "failures" | "sending" | "failureBucket">;

/** Whether what Rollcall has to say gets to people, and what to mend. */
export async function doctor(target: Place, now: Date): Promise<Check[]> {
  const setup = await target.setup.all();
  const views = await listContacts(target, now);
  return [
    ownerCheck(setup),
    leadsCheck(setup),
    leaveCheck(setup, now),
    reachCheck(views),
    await givenUpCheck(target, setup, now),
    await failuresCheck(target),
    ...(await checkSending(target.sending, setup)),
  ];
}

function ownerCheck({ schools, contacts, default_owner }: Setup): Check {
  const check = "default owner";
  if (contacts.some(({ contact_id }) => contact_id === default_owner))
    return { check, result: "ok", says: `${default_owner} gets what nobody else is named for` };
  const says = "alerts may belong to nobody: name a default_owner in setup.yaml and apply it";
  return { check, result: schools.length === 0 ? "warn" : "fail", says };
}

function leadsCheck({ schools, contacts, default_owner = "nobody" }: Setup): Check {
  const check = "site leads";
  const without = schools
    .map(({ school_id }) => school_id)
    .filter(
      (id) => !contacts.some(({ role, school_ids }) => role === "site_lead" && school_ids.includes(id)),
    );
  if (without.length === 0) return { check, result: "ok", says: "every school has one" };
  return {
    check,
    result: "warn",
    says: `schools ${few(without)} have none, so ${default_owner} gets their digests: add contacts`,
  };
}

function leaveCheck(setup: Setup, now: Date): Check {
  const check = "stand-ins";
  const day = now.toISOString().slice(0, 10);
  const lost = setup.contacts
    .filter((contact) => presentFor(contact, setup, day) === undefined)
    .map(({ contact_id }) => contact_id);
  if (lost.length === 0) return { check, result: "ok", says: "everybody on leave has one who is there" };
  return { check, result: "fail", says: `nobody is there for ${few(lost)}: correct on_leave in setup.yaml` };
}

function reachCheck(views: readonly ContactView[]): Check {
  const check = "addresses";
  const muted = views
    .filter(({ mail, text }) => !["on", "off"].includes(mail) || !["on", "off"].includes(text))
    .map(({ contact_id }) => contact_id);
  if (muted.length === 0) return { check, result: "ok", says: "no channel is muted" };
  const says = `muted for ${few(muted)}: see \`rollcall contacts\`; correct the address, or \`rollcall contacts unmute\``;
  return { check, result: "warn", says };
}

const GIVEN_UP_DAYS = 14;

async function givenUpCheck({ messages }: Place, { contacts }: Setup, now: Date): Promise<Check> {
  const check = "messages";
  const from = addDays(now.toISOString().slice(0, 10), -GIVEN_UP_DAYS);
  const latest = await Promise.all(
    contacts.map(async ({ contact_id }) => latestGivenUp(await messages.of(contact_id, from), now)),
  );
  const dead = latest.flat().filter(({ state }) => state === "dead");
  if (dead.length === 0) return { check, result: "ok", says: "none was given up" };
  const why = [...new Set(dead.map(({ reason }) => reason ?? "unknown"))];
  const says = `${dead.length} were given up (${few(why)}): mend that, then \`rollcall redrive\``;
  return { check, result: "fail", says };
}

async function failuresCheck({ failures, failureBucket }: Place): Promise<Check> {
  const check = "stream records";
  const length = (await failures.list()).length + (await failureBucket.list()).length;
  if (length === 0) return { check, result: "ok", says: "all could be used" };
  return { check, result: "fail", says: `${length} could not be used: \`rollcall redrive\`` };
}

export function doctorText(checks: readonly Check[]): string {
  const rows = checks.map(({ check, result, says }) => [result, check, says]);
  const bad = checks.filter(({ result }) => result === "fail").length;
  return [...alignColumns(rows, 3), "", bad === 0 ? "Nothing is broken." : `${bad} to mend.`].join("\n");
}
