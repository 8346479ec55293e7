import { writeFileSync } from "node:fs";
import { mailOf, type Mail } from "../domain/mail.ts";
import { ownersOf } from "../domain/routing.ts";
import { routesOf } from "../domain/routes.ts";
import { dayOf } from "../domain/school-day.ts";
import { decideDigest } from "../domain/telling.ts";
import type { Alert } from "../domain/alert.ts";
import { UsageError } from "./fail.ts";
import type { Target } from "./target.ts";

type Place = Pick<Target, "setup" | "alerts" | "messages">;
/** `mail` is absent where nothing would be sent. */
export type Preview = { contact_id: string; day: string; mail: Mail | undefined };

/** The alerts as they stood at an instant: what came later is taken back. */
function asOf(alert: Alert, now: Date): Alert[] {
  const history = alert.history.filter(({ at }) => at <= now.toISOString());
  const last = history.findLast(({ step }) => step === "opened" || step === "resolved");
  if (last === undefined) return [];
  return [{ ...alert, history, state: last.step === "opened" ? "open" : "resolved" }];
}

const PREVIEW_LINKS = {
  acknowledge: () => "https://example.org/",
  unsubscribe: "https://example.org/",
  page: () => "#",
};

/** The digest that each site lead of a school would get at this instant. Nothing is decided or sent. */
export async function previewDigest(target: Place, school_id: string, now: Date): Promise<Preview[]> {
  const setup = await target.setup.all();
  const school = setup.schools.find((one) => one.school_id === school_id);
  if (school === undefined) throw new UsageError(`School ${school_id} is not set up.`);
  const day = dayOf(now.getTime() / 1000, school.time_zone);
  const alerts = await Promise.all(setup.schools.map((one) => target.alerts.current(one.school_id)));
  const { groups } = routesOf(setup, { alerts: alerts.flat().flatMap((alert) => asOf(alert, now)), now });
  const readers = ownersOf({ goesTo: ["site_lead"], school }, setup, day);
  return readers.map((contact) => {
    const telling = { contact, setup, groups: groups.get(contact.contact_id) ?? [], now, earlier: [] };
    const message = decideDigest(telling, { school, day }, { forced: false, unreachable: () => 0 });
    return {
      contact_id: contact.contact_id,
      day,
      mail: message.state === "empty" ? undefined : mailOf(message, contact, PREVIEW_LINKS),
    };
  });
}

/** Writes the page of a mail; of several readers each gets a file of its own. Resolves to the files. */
export function writePreviews(file: string, previews: readonly Preview[]): string[] {
  return previews.flatMap(({ contact_id, mail }, index) => {
    if (mail === undefined) return [];
    const name = index === 0 ? file : file.replace(/(\.html?)?$/, `-${contact_id}.html`);
    writeFileSync(name, mail.html);
    return [name];
  });
}

export const previewText = (previews: readonly Preview[]) =>
  previews
    .map(({ contact_id, day, mail }) =>
      mail === undefined
        ? `To ${contact_id} nothing is sent on ${day}: nothing is open.`
        : [`To: ${contact_id}`, `Subject: ${mail.subject}`, "", mail.text].join("\n"),
    )
    .join("\n---\n");
