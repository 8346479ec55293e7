import type { Contact } from "./contact.ts";
import type { Message } from "./message.ts";
import { wordingOf } from "./wording/index.ts";

/** Characters of one septet in GSM 03.38; those behind the escape take two. */
const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€";
/** One segment. A single character beyond the alphabet would leave room for 70, and triple the price. */
const SEPTETS = 160;

const widthOf = (character: string) => {
  if (BASIC.includes(character)) return 1;
  return EXTENDED.includes(character) ? 2 : Infinity;
};

/** The character, its letter without the accent, or a question mark. */
function inAlphabet(character: string): string {
  if (widthOf(character) < Infinity) return character;
  const plain = character.normalize("NFD").replaceAll(/\p{M}/gu, "");
  return [...plain].every((one) => widthOf(one) < Infinity) && plain !== "" ? plain : "?";
}

/** The text cut to one GSM-7 segment, with accents dropped where the alphabet has no such letter. */
export function oneSegment(text: string): string {
  let used = 0;
  let cut = "";
  for (const character of [...text.normalize("NFC")].map(inAlphabet).join("")) {
    used += widthOf(character);
    if (used > SEPTETS) return cut;
    cut += character;
  }
  return cut;
}

/** What a text says: the first kind of what is urgent, by which providers, at how many schools. No names. */
export function textOf({ sections, day }: Message, contact: Pick<Contact, "language">): string {
  const wording = wordingOf(contact);
  const [first] = sections;
  const same = sections.filter(({ topic }) => topic === first?.topic);
  const providers = [
    ...new Set(same.map(({ provider_name, provider_id = "" }) => provider_name ?? provider_id)),
  ];
  const who = providers.length === 1 ? (providers[0] ?? "") : wording.providers(providers.length);
  const since = same.map((section) => section.since).sort()[0] ?? day;
  const topic = first?.topic ?? "unreachable";
  const say = topic === "unacknowledged" || topic === "unreachable" ? undefined : wording.texts[topic];
  const schools = new Set(same.flatMap(({ school_ids }) => school_ids)).size;
  return oneSegment(wording.text(say?.(who, wording.day(since)) ?? "", schools));
}
