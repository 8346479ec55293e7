import type { Contact } from "../../domain/contact.ts";
import { isInForce } from "../../domain/contract.ts";
import { rulesView } from "../../domain/rules-view.ts";
import { calendarOf, layersOf } from "../../domain/setup.ts";
import { schoolAsked, todayOf, type Ask } from "./ask.ts";

/** What is in force at a school: thresholds, calendar, programs, and who is told what. Nothing of it is changed here. */
export async function getSettings(ask: Ask) {
  const school = schoolAsked(ask, "totals");
  const { setup, deps, scope } = ask;
  const { school_id, name, time_zone, district_id } = school;
  const { first_day, last_day, closures, half_days = [] } = { half_days: [], ...calendarOf(school) };
  const contracted = setup.providers.filter(({ contracts = [] }) =>
    contracts.some((contract) => isInForce(contract, school_id, todayOf(ask, school))),
  );
  const told = {
    site_lead: ({ school_ids }: Contact) => school_ids.includes(school_id),
    district: ({ district_id: of }: Contact) => of === district_id,
    // a desk that names schools is told of those
    provider: ({ provider_id, school_ids }: Contact) =>
      contracted.some((one) => one.provider_id === provider_id) &&
      (school_ids.length === 0 || school_ids.includes(school_id)),
  };
  const sees = deps.checks.students(scope, school_id);
  return {
    school_id,
    ...(name !== undefined && { name }),
    time_zone,
    calendar: {
      ...(first_day !== undefined && { first_day }),
      ...(last_day !== undefined && { last_day }),
      closures,
      half_days,
    },
    rules: rulesView(layersOf(setup, school)),
    programs: setup.programs.map(({ settings: _, ...program }) => program),
    providers: contracted.map(({ provider_id, name: known }) => ({
      provider_id,
      ...(known !== undefined && { name: known }),
    })),
    ...(sees && { contacts: setup.contacts.filter((one) => told[one.role](one)).map(contactView) }),
  };
}

const contactView = ({
  contact_id,
  role,
  kind,
  email,
  language,
  digest_hour,
  on_leave,
  text_opt_in,
}: Contact) => ({
  contact_id,
  role,
  kind,
  email,
  language,
  digest_hour,
  texts: text_opt_in !== undefined,
  ...(on_leave !== undefined && { on_leave }),
});
