import * as z from "zod";
import { Day, Id, ProviderId } from "./ids.ts";

/**
 * What a person may do, and where.
 * `district_admin` sees and answers everything of a district, students too, and only with a second factor;
 * `district_viewer` sees its figures, no student; `auditor` sees its figures and the audit log;
 * `site_lead` sees and answers everything of her schools; `provider_user` sees the quality of a provider's reports.
 */
export const Grant = z.discriminatedUnion(
  "role",
  [
    z.strictObject({ role: z.enum(["district_admin", "district_viewer", "auditor"]), district_id: Id }),
    z.strictObject({ role: z.literal("site_lead"), school_ids: z.array(Id).min(1) }),
    z.strictObject({ role: z.literal("provider_user"), provider_id: ProviderId }),
  ],
  { error: "must be district_admin, district_viewer, auditor, site_lead or provider_user" },
);
export type Grant = z.infer<typeof Grant>;
export const ACCESS_ROLES = [
  "district_admin",
  "district_viewer",
  "auditor",
  "site_lead",
  "provider_user",
] as const;

/** Who may sign in, by the e-mail address that the district's identity provider vouches for. */
export const Person = z.strictObject({
  person_id: Id,
  email: z.email({ error: "must be an e-mail address" }),
  grants: z.array(Grant),
  from: Day.optional(),
  to: Day.optional(),
});
export type Person = z.infer<typeof Person>;

/** Grants as the identity provider may name them: `site_lead:631930,631931 district_viewer:0100`. */
export function grantsOfClaim(claim: string): Grant[] {
  return claim
    .split(/\s+/)
    .filter((one) => one !== "")
    .flatMap((one) => {
      const [role = "", ids = ""] = one.split(":");
      const list = ids.split(",").map(decodePart);
      const [first = ""] = list;
      const written = { role, district_id: first, school_ids: list, provider_id: first };
      const parsed = OfClaim.safeParse(written);
      return parsed.success ? [parsed.data] : [];
    });
}

/** Ids may hold commas and colons; they are percent-encoded in a claim. */
function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

const OfClaim = z.discriminatedUnion("role", [
  z.object({ role: z.enum(["district_admin", "district_viewer", "auditor"]), district_id: Id }),
  z.object({ role: z.literal("site_lead"), school_ids: z.array(Id).min(1) }),
  z.object({ role: z.literal("provider_user"), provider_id: ProviderId }),
]);
