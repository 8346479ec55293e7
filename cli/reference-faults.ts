import type { Setup } from "../domain/setup.ts";

type ReferenceFault = { at: PropertyKey[]; reason: string };

/** Ids that stand twice within one list, and references to what neither the file nor the set-up holds. */
export function referenceFaults(setup: Setup, known: Setup): ReferenceFault[] {
  const lists = listsOf(setup);
  const twice = Object.entries(lists).flatMap(([list, ids]) =>
    ids.flatMap((id, index) =>
      ids.indexOf(id) === index ? [] : [{ at: [list, index], reason: `${id} stands twice` }],
    ),
  );
  const there = listsOf(known);
  const missing = (list: keyof typeof lists, id: string | undefined) =>
    id !== undefined && !lists[list].includes(id) && !there[list].includes(id);
  const dangling = (at: PropertyKey[], list: keyof typeof lists, id: string | undefined): ReferenceFault[] =>
    missing(list, id) ? [{ at, reason: `${id} is not set up` }] : [];
  return [
    ...twice,
    ...sharedAddresses(setup, known),
    ...setup.schools.flatMap((row, index) =>
      dangling(["schools", index, "district_id"], "districts", row.district_id),
    ),
    ...contractFaults(setup, dangling),
    ...setup.contacts.flatMap((row, index) => [
      ...row.school_ids.flatMap((id, place) =>
        dangling(["contacts", index, "school_ids", place], "schools", id),
      ),
      ...dangling(["contacts", index, "on_leave", "stand_in"], "contacts", row.on_leave?.stand_in),
      ...dangling(["contacts", index, "provider_id"], "providers", row.provider_id),
      ...dangling(["contacts", index, "district_id"], "districts", row.district_id),
    ]),
    ...grantFaults(setup, dangling),
    ...dangling(["default_owner"], "contacts", setup.default_owner),
    ...deafOwner(setup, known),
    ...(isUnowned(setup, known) ? [{ at: ["default_owner"], reason: NO_OWNER }] : []),
  ];
}

/** Who signs in is found by her address: two people with one would be one of them. */
function sharedAddresses({ people = [] }: Setup, { people: there = [] }: Setup): ReferenceFault[] {
  const all = [...there.filter((one) => !people.some((row) => row.person_id === one.person_id)), ...people];
  return people.flatMap(({ person_id, email }, index) =>
    all.some((one) => one.person_id !== person_id && one.email.toLowerCase() === email.toLowerCase())
      ? [{ at: ["people", index, "email"], reason: "is the address of somebody else, too; each has her own" }]
      : [],
  );
}

type Dangling = (
  at: PropertyKey[],
  list: keyof ReturnType<typeof listsOf>,
  id: string | undefined,
) => ReferenceFault[];

const contractFaults = (setup: Setup, dangling: Dangling): ReferenceFault[] =>
  setup.providers.flatMap((row, index) =>
    (row.contracts ?? []).flatMap(({ school_ids = [], program_ids = [] }, place) => [
      ...school_ids.flatMap((id, at) =>
        dangling(["providers", index, "contracts", place, "school_ids", at], "schools", id),
      ),
      ...program_ids.flatMap((id, at) =>
        dangling(["providers", index, "contracts", place, "program_ids", at], "programs", id),
      ),
    ]),
  );

const grantFaults = (setup: Setup, dangling: Dangling): ReferenceFault[] =>
  (setup.people ?? []).flatMap((row, index) =>
    row.grants.flatMap((grant, place) => {
      const at = ["people", index, "grants", place];
      if (grant.role === "provider_user")
        return dangling([...at, "provider_id"], "providers", grant.provider_id);
      if (grant.role !== "site_lead") return dangling([...at, "district_id"], "districts", grant.district_id);
      return grant.school_ids.flatMap((id, one) => dangling([...at, "school_ids", one], "schools", id));
    }),
  );

/** Who gets what is nobody's must be one whom mail reaches: alerts are never told by text alone. */
function deafOwner(setup: Setup, known: Setup): ReferenceFault[] {
  const all = [...known.contacts, ...setup.contacts];
  const owner = all.findLast(({ contact_id }) => contact_id === (setup.default_owner ?? known.default_owner));
  return owner?.channels?.includes("mail") === false
    ? [{ at: ["default_owner"], reason: `${owner.contact_id} takes no mail; name somebody who does` }]
    : [];
}

const NO_OWNER =
  "is missing; name the contact_id of who gets what nobody else is named for, so that no alert is without an owner";
const isUnowned = (setup: Setup, known: Setup) =>
  setup.schools.length + known.schools.length > 0 &&
  (setup.default_owner ?? known.default_owner) === undefined;

const listsOf = (setup: Setup) => ({
  districts: setup.districts.map((row) => row.district_id),
  schools: setup.schools.map((row) => row.school_id),
  programs: setup.programs.map((row) => row.program_id),
  providers: setup.providers.map((row) => row.provider_id),
  contacts: setup.contacts.map((row) => row.contact_id),
  people: (setup.people ?? []).map((row) => row.person_id),
});
