import type { KeptRefusal } from "../../adapters/refusal-store.ts";
import { isInForce, type Contract } from "../../domain/contract.ts";
import { isCurrent } from "../../domain/school-day.ts";
import { mergeAll, type Summary } from "../../domain/day-summary.ts";
import { changesAt, ofProvider, qualityOf, type Reading } from "../../domain/read-model.ts";
import { overlapping } from "../../domain/overlaps.ts";
import { addDays, dayOf } from "../../domain/school-day.ts";
import type { School } from "../../domain/setup.ts";
import { unpack } from "../../domain/summary-packing.ts";
import { concurrently } from "../../adapters/concurrently.ts";
import { dayAsked, note, notFound, Refused, wallOf, withheldOr, type Ask } from "./ask.ts";
import { readingOf } from "./schools.ts";

const WIDTH = 8;
const DAYS = { usual: 14, most: 92 };

/** How well a provider reports: by day what is complete, late, refused and unmatched, with the items to mend. */
export async function getQuality(ask: Ask) {
  const { provider, isOwn, schools } = providerAsked(ask);
  const { provider_id, contracts = [] } = provider;
  const { from, to } = rangeAsked(ask);
  const sees = ({ school_id }: School) => ask.deps.checks.students(ask.scope, school_id);
  const level = isOwn || schools.every(sees) ? "students" : "totals";
  const reading = readingOf(ask, level);
  const ids = schools.map(({ school_id }) => school_id);
  const wall = await wallOf(ask, { schools: ids, providers: [provider_id] });
  const parts = await concurrently(schools, WIDTH, async (school) => {
    const { school_id } = school;
    const { summaries, setup: facts } = wall.school(school_id);
    const days = await summaries.read({ school_id, from, to });
    return { school, days, roster: await facts.roster(school_id) };
  });
  if (level === "students") for (const school_id of ids) note(ask, { school_id });
  const { refusals, quarantine } = wall.provider(provider_id);
  const refused = await refusals.between(provider_id, from, addDays(to, 1));
  // what was refused may name any school, so it is shown where all of the provider's schools are the reader's
  const whole = isOwn || contractedIn(ask, contracts).every((school) => ids.includes(school.school_id));
  const covered = (school: School, day: string) =>
    !isOwn || contracts.some((one) => isInForce(one, school.school_id, day));
  const reported = reportedOf(parts, { provider_id, covered, isOwn });
  return {
    provider_id,
    ...(provider.name !== undefined && { name: provider.name }),
    from,
    to,
    schools: schools.map(namedSchool),
    ...(whole && { waiting_for_a_school: await quarantine.count(provider_id) }),
    days: daysOf(reported, reading),
    ...(whole && { refused: refused.map((one) => refusedView(one, reading)) }),
    ...changesAt(
      reported.flatMap(({ summary }) => summary.pending),
      reading.now,
    ),
  };
}

const namedSchool = ({ school_id, name, time_zone }: School) => ({
  school_id,
  time_zone,
  ...(name !== undefined && { name }),
});

/** The provider of the path, and the schools of which its reports are shown: its own see those under contract. */
export function providerAsked(ask: Ask) {
  const { deps, scope, setup } = ask;
  const provider_id = ask.params("provider_id");
  const provider = setup.providers.find((one) => one.provider_id === provider_id);
  if (provider === undefined || !deps.checks.provider(scope, provider_id))
    throw withheldOr(ask, notFound("There is no such provider, or you may not see it."));
  const isOwn = ask.caller.grants.some(
    (grant) => grant.role === "provider_user" && grant.provider_id === provider_id,
  );
  const schools = setup.schools.filter((school) =>
    isOwn
      ? deps.checks.contract(provider.contracts ?? [], school, ask.now)
      : deps.checks.school(scope, school.school_id),
  );
  return { provider, isOwn, schools };
}

const contractedIn = ({ setup, deps, now }: Ask, contracts: readonly Contract[]) =>
  setup.schools.filter((school) => deps.checks.contract(contracts, school, now));

const refusedView = ({ items, ...counts }: KeptRefusal, { level }: Reading) => ({
  ...counts,
  ...(level === "students" && { items }),
});

function rangeAsked(ask: Ask): { from: string; to: string } {
  const to = dayAsked(ask, "to", dayOf(ask.now.getTime() / 1000, "UTC"));
  const from = dayAsked(ask, "from", addDays(to, -DAYS.usual));
  if (from > to) throw new Refused("invalid-parameter", "from lies after to.");
  if (addDays(from, DAYS.most) < to)
    throw new Refused("invalid-parameter", `Ask for ${DAYS.most} days at most.`);
  return { from, to };
}

type Part = {
  school: School;
  days: { day: string; packed: string }[];
  roster: { student_id: string; from?: string | undefined; to?: string | undefined }[];
};
type Covered = {
  provider_id: string;
  covered: (school: School, day: string) => boolean;
  /** A provider learns of no other's sessions. */
  isOwn: boolean;
};

/** What a provider reported, school by school and day by day, with whom the roster names then. */
const reportedOf = (parts: readonly Part[], { provider_id, covered, isOwn }: Covered) =>
  parts.flatMap(({ school, days, roster }) =>
    days
      .filter(({ day }) => covered(school, day))
      .map(({ day, packed }) => {
        const all = unpack(packed);
        const summary = ofProvider(all, provider_id);
        const rows = (isOwn ? summary : all).student_sessions;
        return {
          day,
          school_id: school.school_id,
          summary,
          known: new Set(roster.filter((entry) => isCurrent(entry, day)).map(({ student_id }) => student_id)),
          overlaps: overlapping(rows).filter((row) => row.provider_id === provider_id),
        };
      }),
  );

const daysOf = (reported: ReturnType<typeof reportedOf>, reading: Reading) =>
  [...Map.groupBy(reported, ({ day }) => day)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, own]) => ({
      date,
      ...qualityOf(own, mergeAll(own.map(({ summary }): Summary => summary)), reading),
    }));
