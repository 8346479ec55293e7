import type { Grant } from "../domain/person.ts";
import type { Target } from "./target.ts";

/** Whom the local sign-in page offers: everybody of the set-up, by what she is. */
export async function readyPeople({
  setup,
}: Pick<Target, "setup">): Promise<{ email: string; what: string }[]> {
  const { people = [], schools, providers } = await setup.all();
  const nameOf = new Map([
    ...schools.map(({ school_id, name }): [string, string] => [school_id, name ?? school_id]),
    ...providers.map(({ provider_id, name }): [string, string] => [provider_id, name ?? provider_id]),
  ]);
  const named = (id: string) => nameOf.get(id) ?? id;
  const whatOf = (grant: Grant): string => {
    if (grant.role === "site_lead") return `Site lead of ${grant.school_ids.map(named).join(", ")}`;
    if (grant.role === "provider_user") return `Provider ${named(grant.provider_id)}`;
    return `${grant.role.replace("_", " ")} of ${grant.district_id}`;
  };
  return people.map(({ email, grants }) => ({ email, what: grants.map(whatOf).join("; ") }));
}
