import type { Contract } from "./contract.ts";
import { isCurrent } from "./school-day.ts";
import type { Setup } from "./setup.ts";

/** The lists of setup.yaml, from what nothing points at to what everything does. */
export const SETUP_LISTS = ["people", "contacts", "providers", "programs", "schools", "districts"] as const;
export type SetupList = (typeof SETUP_LISTS)[number];
/** Something that is set up and that a file does not name. */
export type Unnamed = { list: SetupList; id: string };

const SINGULAR: Record<SetupList, string> = {
  people: "person",
  contacts: "contact",
  providers: "provider",
  programs: "program",
  schools: "school",
  districts: "district",
};
export const unnamedText = ({ list, id }: Unnamed) => `${SINGULAR[list]} ${id}`;

/** The ids of every list. */
export function idsOf(setup: Setup): Record<SetupList, string[]> {
  return {
    people: (setup.people ?? []).map((row) => row.person_id),
    contacts: setup.contacts.map((row) => row.contact_id),
    providers: setup.providers.map((row) => row.provider_id),
    programs: setup.programs.map((row) => row.program_id),
    schools: setup.schools.map((row) => row.school_id),
    districts: setup.districts.map((row) => row.district_id),
  };
}

/** What is set up and not in the file. A provider without a contract that runs or will run is over already. */
export function unnamedBy(file: Setup, stored: Setup, today: string): Unnamed[] {
  const [named, there] = [idsOf(file), idsOf(stored)];
  const over = stored.providers
    .filter(({ contracts = [] }) => contracts.every(({ to }) => to !== undefined && to <= today))
    .map(({ provider_id }) => provider_id);
  return SETUP_LISTS.flatMap((list) =>
    there[list]
      .filter((id) => !named[list].includes(id) && !(list === "providers" && over.includes(id)))
      .map((id) => ({ list, id })),
  );
}

/** Contracts that end today at the latest; those that were to begin later are gone. */
export const endedContracts = (contracts: readonly Contract[], today: string): Contract[] =>
  contracts
    .filter(({ from }) => from === undefined || from <= today)
    .map((contract) => (isCurrent({ to: contract.to }, today) ? { ...contract, to: today } : contract));

/** Why something that the file does not name has to stay; undefined where it can go. */
export function whyItStays({ list, id }: Unnamed, kept: Setup, used: Used): string | undefined {
  if (list === "schools") return used.schools.has(id) ? "has sessions or a roster" : undefined;
  if (list === "programs")
    return used.programs.has(id) ? "has sessions, enrolments or a contract" : undefined;
  if (list === "districts" && kept.schools.some(({ district_id }) => district_id === id))
    return "has schools that stay";
  return undefined;
}

/** Schools and programs that facts are about. */
export type Used = { schools: ReadonlySet<string>; programs: ReadonlySet<string> };

const rowsBy = <T>(rows: readonly T[], idOf: (row: T) => string) =>
  new Map(rows.map((row) => [idOf(row), row]));
/** Rows of the same id take the place of the old ones. */
export const upsert = <T>(old: readonly T[], rows: readonly T[], idOf: (row: T) => string): T[] => [
  ...rowsBy([...old, ...rows], idOf).values(),
];

/** What is set up once a file is applied: its rows in place of those of the same id, everything else as it was. */
export const mergeSetup = (stored: Setup, file: Setup): Setup => ({
  districts: upsert(stored.districts, file.districts, (row) => row.district_id),
  schools: upsert(stored.schools, file.schools, (row) => row.school_id),
  programs: upsert(stored.programs, file.programs, (row) => row.program_id),
  providers: upsert(stored.providers, file.providers, (row) => row.provider_id),
  contacts: upsert(stored.contacts, file.contacts, (row) => row.contact_id),
  people: upsert(stored.people ?? [], file.people ?? [], (row) => row.person_id),
  default_owner: file.default_owner ?? stored.default_owner,
  id_pattern: file.id_pattern ?? stored.id_pattern,
  session_age_days: file.session_age_days ?? stored.session_age_days,
  settings: file.settings ?? stored.settings,
});

/** What is set up once some entries are taken out. */
export function withoutEntries(stored: Setup, removed: readonly Unnamed[]): Setup {
  const ids = idsOf(stored);
  const stays = (list: SetupList) => {
    const gone = new Set(removed.filter((one) => one.list === list).map(({ id }) => id));
    return (_: unknown, index: number) => !gone.has(ids[list][index] ?? "");
  };
  return {
    ...stored,
    people: (stored.people ?? []).filter(stays("people")),
    contacts: stored.contacts.filter(stays("contacts")),
    providers: stored.providers.filter(stays("providers")),
    programs: stored.programs.filter(stays("programs")),
    schools: stored.schools.filter(stays("schools")),
    districts: stored.districts.filter(stays("districts")),
  };
}
