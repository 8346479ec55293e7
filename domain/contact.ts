import * as z from "zod";
import { Day, Id, ProviderId } from "./ids.ts";
import { CHANNELS, LANGUAGES, ROLES, type Channel } from "./words.ts";

/** The rules of a school day have run by then; no digest is written before. */
export const SWEEP_HOUR = "07:00";
const LATEST_HOUR = "18:00";
const CLOCK = /^([01]\d|2[0-3]):(00|15|30|45)$/;
const Clock = z.string().regex(CLOCK, { error: "must be a quarter of an hour, such as 07:30" });

/** Nobody is texted in these hours of her school: 47 CFR 64.1200(c)(1) lets calls begin at 8 a.m. and end at 9 p.m. */
const QUIET_HOURS = { from: "21:00", to: "08:00" } as const;
/** Design: at most 2 texts a day. */
export const TEXTS_A_DAY = 2;

/** Who is told what: site leads of schools, a provider's desk, the district's lead; a person, or a department. */
export const Contact = z
  .strictObject({
    contact_id: Id,
    kind: z.enum(["person", "department"]).default("person"),
    role: z.enum(ROLES, { error: "must be site_lead, provider or district" }),
    email: z.email({ error: "must be an e-mail address" }),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{7,14}$/, { error: "must be in E.164 form, such as +13035550123" })
      .optional(),
    /** When and how the person agreed to texts: without it none is sent. */
    text_opt_in: z.strictObject({ on: Day, how: z.string().min(1).max(200) }).optional(),
    /** Without it: mail, and texts where the person agreed to them. */
    channels: z
      .array(z.enum(CHANNELS, { error: "must be mail or text" }))
      .min(1)
      .optional(),
    /** The school's wall clock at which the digest comes. */
    digest_hour: Clock.default(SWEEP_HOUR).refine((hour) => SWEEP_HOUR <= hour && hour <= LATEST_HOUR, {
      error: `must lie between ${SWEEP_HOUR} and ${LATEST_HOUR}`,
    }),
    language: z.enum(LANGUAGES, { error: "must be en or es" }).default("en"),
    quiet_hours: z.strictObject({ from: Clock, to: Clock }).optional(),
    /** Until this day, and on it, somebody else gets what concerns this contact. */
    on_leave: z.strictObject({ until: Day, stand_in: Id }).optional(),
    school_ids: z.array(Id).default([]),
    provider_id: ProviderId.optional(),
    district_id: Id.optional(),
  })
  .superRefine((contact, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    for (const [path, message] of faultsOf(contact)) issue(path, message);
  });
export type Contact = z.infer<typeof Contact>;

type Written = Omit<Contact, "language" | "digest_hour">;

function faultsOf(contact: Written): [path: string, message: string][] {
  const faults: [boolean, string, string][] = [
    [contact.role === "site_lead" && contact.school_ids.length === 0, "school_ids", "names no school"],
    [contact.role === "provider" && !contact.provider_id, "provider_id", "is missing"],
    [contact.role === "district" && !contact.district_id, "district_id", "is missing"],
    [!!contact.text_opt_in && !contact.phone, "phone", "is missing; texts need a number"],
    [
      !!contact.channels?.includes("text") && !contact.text_opt_in,
      "text_opt_in",
      "is missing; record when and how the person agreed to texts",
    ],
    [
      contact.kind === "department" && !!contact.text_opt_in,
      "text_opt_in",
      "is for persons: a department cannot agree to texts",
    ],
    [contact.kind === "department" && !!contact.on_leave, "on_leave", "is for persons"],
    [
      contact.role === "district" && contact.channels?.includes("mail") === false,
      "channels",
      "must include mail: what nobody answers goes to the district, and never by text",
    ],
  ];
  return faults.flatMap(([wrong, path, message]): [string, string][] => (wrong ? [[path, message]] : []));
}

/** Whether a contact is written to by this channel; texts only to who agreed to them. */
export function hasChannel(contact: Contact, channel: Channel): boolean {
  const wanted = contact.channels ?? CHANNELS;
  if (!wanted.includes(channel)) return false;
  return channel === "mail" || (contact.text_opt_in !== undefined && contact.phone !== undefined);
}

/** Where a channel leads to; an empty text where there is no such address. */
export const addressOf = (contact: Contact, channel: Channel) =>
  channel === "mail" ? contact.email.toLowerCase() : (contact.phone ?? "");

/** Whether a wall clock (HH:MM) lies in the quiet hours, which may run over midnight. */
export function isQuiet({ quiet_hours = QUIET_HOURS }: Pick<Contact, "quiet_hours">, clock: string): boolean {
  const { from, to } = quiet_hours;
  return from <= to ? from <= clock && clock < to : from <= clock || clock < to;
}
