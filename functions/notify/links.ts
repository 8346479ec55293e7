import type { Links } from "../../domain/mail.ts";
import { PAGE_ADDRESS, pageLink } from "../../domain/page-address.ts";
import type { Message } from "../../domain/message.ts";
import { ACKNOWLEDGE_DAYS, addressHash, daysAfter, sign, UNSUBSCRIBE_DAYS } from "../framework/links.ts";

type Signing = { apiUrl: string; pagesUrl: string; secret: () => Promise<string | undefined> };

/** The signed links of a message. They run from its decision, so that a repeat is the same mail. */
export const linksOf =
  ({ apiUrl, pagesUrl, secret }: Signing) =>
  async ({ message_id, contact_id, decided_at }: Message, email: string): Promise<Links> => {
    const key = await secret();
    if (key === undefined) throw new Error("there is no secret to sign links with");
    const base = apiUrl.replace(/\/$/, "");
    const from = new Date(decided_at);
    const acknowledge = (item: number) => {
      const until = daysAfter(from, ACKNOWLEDGE_DAYS);
      return `${base}/v1/acknowledge/${sign({ kind: "acknowledge", message_id, item, until }, key)}`;
    };
    const until = daysAfter(from, UNSUBSCRIBE_DAYS);
    const address = addressHash(email);
    const unsubscribe = `${base}/v1/unsubscribe/${sign({ kind: "unsubscribe", contact_id, address, until }, key)}`;
    const page = (school_id: string | undefined) =>
      pageLink(pagesUrl, school_id === undefined ? undefined : PAGE_ADDRESS.today(school_id));
    return { acknowledge, unsubscribe, page };
  };
