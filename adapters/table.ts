/**
 * The one place that spells a key or an attribute. One table; access patterns:
 *
 * | what                                   | pk                    | sk                             | how                        |
 * |----------------------------------------|-----------------------|--------------------------------|----------------------------|
 * | a session record (fact)                | SCHOOL#school         | SESSION#provider#session       | update under the order     |
 * | the sessions of a school's day         | SCHOOL#school         | index `by-day`: day            | query, consistent          |
 * | a mark that makes a day dirty again    | SCHOOL#school         | MARK#day                       | put, expires               |
 * | a session of a school not set up yet   | QUARANTINE#provider   | school#session                 | update under the order     |
 * | day summaries of a school (views)      | VIEW#school           | DAY#day, DAY#day#part          | query a range, consistent  |
 * | the same, of a later generation        | VIEW#school           | DAY@generation#day             | query a range, consistent  |
 * | which generation counts                | VIEW#school           | GENERATION                     | get, put under version     |
 * | alerts of a school (views)             | ALERT#school          | rule#subject#first day         | query, consistent          |
 * | alerts whose episode is over           | ALERTLOG#school       | rule#subject#first day         | put, query                 |
 * | messages to a contact, decided or sent | MESSAGE#contact       | day#kind, day#kind#which       | put under version, query   |
 * | addresses that take no more messages   | MUTED                 | channel#address                | get, put, query            |
 * | the secret that signs links            | SECRET                | LINKS                          | put if absent, get         |
 * | the secret behind pseudonyms           | PSEUDONYM             | SECRET                         | put if absent, get         |
 * | set-up (facts)                         | SETUP                 | KIND#id                        | get, query                 |
 * | roster of a school (facts)             | ROSTER#school         | STUDENT#student                | query                      |
 * | enrolments of a school (facts)         | ENROLMENT#school      | student#program#provider       | query                      |
 * | a provider's key, by its hash          | KEY#hash              | KEY                            | get                        |
 * | what was refused of a provider's posts | REFUSED#provider      | instant#request                | put, query a range, expires |
 * | what of it is open still              | REFUSED#provider      | OPEN#hash of a name            | update, get, delete, expires |
 * | events of a provider in a minute       | QUOTA#provider        | minute                         | add, expires               |
 * | a webhook endpoint and its secrets     | WEBHOOK#endpoint      | ENDPOINT                       | get, put                   |
 * | reads and commands not yet in the log  | AUDITOPEN             | window#who#what#about          | add, query, transact       |
 * | the audit log, a chain of blocks       | AUDIT                 | number of the block            | put if absent, query       |
 * | count of changes of a school           | STAMP#school#school   | STAMP                          | add, get                   |
 * | count of changes of a provider         | STAMP#provider#provider | STAMP                        | add, get                   |
 * | what the nightly look at views found   | DRIFT                 | LAST                           | get, put                   |
 * | students who were erased               | ERASED                | pseudonym                      | put, query                 |
 * | what sweep did last for a school       | SWEEP#school          | SWEEP                          | get, put                   |
 * | stream records that could not be used  | FAILURE               | sequence number                | put, query                 |
 */
export const ATTRIBUTE = {
  pk: "pk",
  sk: "sk",
  day: "day",
  order: "ord",
  content: "content",
  reported: "reported",
  markedDay: "marked_day",
  version: "version",
  parts: "parts",
  body: "body",
  doc: "doc",
  state: "state",
  expires: "expires",
  count: "n",
  used: "used",
} as const;

export const BY_DAY_INDEX = "by-day";

export const PREFIX = {
  school: "SCHOOL#",
  quarantine: "QUARANTINE#",
  view: "VIEW#",
  alert: "ALERT#",
  alertLog: "ALERTLOG#",
  message: "MESSAGE#",
  roster: "ROSTER#",
  enrolment: "ENROLMENT#",
  key: "KEY#",
  sweep: "SWEEP#",
  refused: "REFUSED#",
  quota: "QUOTA#",
  webhook: "WEBHOOK#",
  schoolStamp: "STAMP#school#",
  providerStamp: "STAMP#provider#",
} as const;

type SessionIds = { school_id: string; provider_id: string; session_id: string };
export type TableKey = { pk: string; sk: string };

export const sessionKey = ({ school_id, provider_id, session_id }: SessionIds): TableKey => ({
  pk: `${PREFIX.school}${school_id}`,
  sk: `SESSION#${provider_id}#${session_id}`,
});
export const sessionsOf = (school_id: string) => ({
  pk: `${PREFIX.school}${school_id}`,
  skPrefix: "SESSION#",
});
export const quarantineKey = ({ school_id, provider_id, session_id }: SessionIds): TableKey => ({
  pk: `${PREFIX.quarantine}${provider_id}`,
  sk: `${school_id}#${session_id}`,
});
export const quarantineOf = (provider_id: string, school_id = "") => ({
  pk: `${PREFIX.quarantine}${provider_id}`,
  skPrefix: school_id === "" ? "" : `${school_id}#`,
});

/** Back from a session's or a quarantined session's key; undefined when it is neither. No id holds a `#`. */
export function sessionIdsOf({ pk, sk }: TableKey): SessionIds | undefined {
  const [kind, owner] = pk.split("#");
  const [first, second, third] = sk.split("#");
  if (owner === undefined || first === undefined || second === undefined) return undefined;
  if (kind === "QUARANTINE") return { school_id: first, provider_id: owner, session_id: second };
  if (kind !== "SCHOOL" || first !== "SESSION" || third === undefined) return undefined;
  return { school_id: owner, provider_id: second, session_id: third };
}

export const schoolPartition = (school_id: string) => `${PREFIX.school}${school_id}`;
export const schoolOfPartition = (pk: string) =>
  pk.startsWith(PREFIX.school) ? pk.slice(PREFIX.school.length) : undefined;
export const markKey = (school_id: string, day: string): TableKey => ({
  pk: schoolPartition(school_id),
  sk: `MARK#${day}`,
});

export const viewPartition = (school_id: string) => `${PREFIX.view}${school_id}`;
const generationPrefix = (generation: number) => (generation === 0 ? "DAY#" : `DAY@${generation}#`);
/** Part 0 is the head that carries the version. Parts sort behind their head. */
export const dayKey = (
  school_id: string,
  day: string,
  { part = 0, generation }: { part?: number; generation: number },
): TableKey => ({
  pk: viewPartition(school_id),
  sk: `${generationPrefix(generation)}${day}${part === 0 ? "" : `#${String(part).padStart(3, "0")}`}`,
});
export const dayRange = (from: string, to: string, generation: number) => ({
  from: `${generationPrefix(generation)}${from}`,
  to: `${generationPrefix(generation)}${to}#~`,
});
/** Which generation of views counts, and whether another is being built. */
export const generationKey = (school_id: string): TableKey => ({
  pk: viewPartition(school_id),
  sk: "GENERATION",
});
/** The generation of a day's item; undefined of the pointer. */
export function generationOfKey(sk: string): number | undefined {
  const [, number] = /^DAY(?:@(\d+))?#/.exec(sk) ?? [];
  return sk.startsWith("DAY") ? Number(number ?? 0) : undefined;
}
export const dayOfKey = (sk: string) => sk.split("#")[1] ?? "";

export const SETUP_PARTITION = "SETUP";
export const setupKey = (kind: string, id: string): TableKey => ({
  pk: SETUP_PARTITION,
  sk: `${kind}#${id}`,
});
export const rosterPartition = (school_id: string) => `${PREFIX.roster}${school_id}`;
export const rosterKey = (school_id: string, student_id: string): TableKey => ({
  pk: rosterPartition(school_id),
  sk: `STUDENT#${student_id}`,
});
export const enrolmentPartition = (school_id: string) => `${PREFIX.enrolment}${school_id}`;
type EnrolmentIds = {
  school_id: string;
  student_id: string;
  program_id: string;
  provider_id?: string | undefined;
};
export const enrolmentKey = ({ school_id, student_id, program_id, provider_id }: EnrolmentIds): TableKey => ({
  pk: enrolmentPartition(school_id),
  sk: `${student_id}#${program_id}#${provider_id ?? ""}`,
});

export const providerKeyKey = (hash: string): TableKey => ({ pk: `${PREFIX.key}${hash}`, sk: "KEY" });

export const alertPartition = (school_id: string) => `${PREFIX.alert}${school_id}`;
export const alertKey = (alert: { school_id: string; id: string }): TableKey => ({
  pk: alertPartition(alert.school_id),
  sk: alert.id,
});
export const alertLogPartition = (school_id: string) => `${PREFIX.alertLog}${school_id}`;
export const alertLogKey = (alert: { school_id: string; id: string }): TableKey => ({
  pk: alertLogPartition(alert.school_id),
  sk: alert.id,
});
export const messagePartition = (contact_id: string) => `${PREFIX.message}${contact_id}`;
/** A message's id is its key: no id of a contact holds a `#`. */
export function messageKey(message_id: string): TableKey {
  const cut = message_id.indexOf("#");
  return { pk: messagePartition(message_id.slice(0, cut)), sk: message_id.slice(cut + 1) };
}
export const messageIdOfKey = ({ pk, sk }: TableKey) =>
  pk.startsWith(PREFIX.message) ? `${pk.slice(PREFIX.message.length)}#${sk}` : undefined;
export const MUTED_PARTITION = "MUTED";
export const mutedKey = (channel: string, address: string): TableKey => ({
  pk: MUTED_PARTITION,
  sk: `${channel}#${address}`,
});
export const SECRET_PARTITION = "SECRET";
export const LINK_SECRET_KEY: TableKey = { pk: SECRET_PARTITION, sk: "LINKS" };
/** Turns ids of students into pseudonyms; without it the audit log names nobody. */
export const PSEUDONYM_PARTITION = "PSEUDONYM";
export const PSEUDONYM_SECRET_KEY: TableKey = { pk: PSEUDONYM_PARTITION, sk: "SECRET" };
export const refusalPartition = (provider_id: string) => `${PREFIX.refused}${provider_id}`;
export const refusalKey = (provider_id: string, at: string, request_id: string): TableKey => ({
  pk: refusalPartition(provider_id),
  sk: `${at}#${request_id}`,
});
/** Names under which something was refused and is not settled; they sort behind every instant. */
export const OPEN_REFUSALS = "OPEN#";
export const openRefusalKey = (provider_id: string, hash: string): TableKey => ({
  pk: refusalPartition(provider_id),
  sk: `${OPEN_REFUSALS}${hash}`,
});
export const quotaKey = (provider_id: string, minute: string): TableKey => ({
  pk: `${PREFIX.quota}${provider_id}`,
  sk: minute,
});
export const webhookKey = (endpoint_id: string): TableKey => ({
  pk: `${PREFIX.webhook}${endpoint_id}`,
  sk: "ENDPOINT",
});
export const AUDIT_OPEN_PARTITION = "AUDITOPEN";
export const auditOpenKey = (name: string): TableKey => ({ pk: AUDIT_OPEN_PARTITION, sk: name });
export const AUDIT_PARTITION = "AUDIT";
export const auditKey = (number: number): TableKey => ({
  pk: AUDIT_PARTITION,
  sk: String(number).padStart(10, "0"),
});
const STAMPS = { school: PREFIX.schoolStamp, provider: PREFIX.providerStamp };
export const stampKey = ({ kind, id }: { kind: keyof typeof STAMPS; id: string }): TableKey => ({
  pk: `${STAMPS[kind]}${id}`,
  sk: "STAMP",
});
export const DRIFT_PARTITION = "DRIFT";
export const DRIFT_KEY: TableKey = { pk: DRIFT_PARTITION, sk: "LAST" };
export const ERASED_PARTITION = "ERASED";
export const erasedKey = (pseudonym: string): TableKey => ({ pk: ERASED_PARTITION, sk: pseudonym });
export const FAILURE_PARTITION = "FAILURE";
export const failureKey = (name: string): TableKey => ({ pk: FAILURE_PARTITION, sk: name });
export const sweepKey = (school_id: string): TableKey => ({ pk: `${PREFIX.sweep}${school_id}`, sk: "SWEEP" });

/** What whoever uses the table needs of the key that encrypts it. */
export const KEY_ACTIONS = [
  "kms:Decrypt",
  "kms:DescribeKey",
  "kms:Encrypt",
  "kms:GenerateDataKey",
  "kms:ReEncryptFrom",
  "kms:ReEncryptTo",
];

/** DynamoDB's TTL wants whole seconds since 1970; everywhere else time is an ISO text. */
export const expiresAfter = (day: string, days: number) => expiresAt(new Date(`${day}T00:00:00Z`), days);
export const expiresAt = (now: Date, days: number) => Math.floor(now.getTime() / 1000) + days * 86_400;

const keyPrefix = (prefix: string) => ({ Keys: { [ATTRIBUTE.pk]: { S: [{ prefix }] } } });
/** What each reader of the stream is woken by. */
export const STREAM_FILTER = {
  facts: { dynamodb: keyPrefix(PREFIX.school) },
  // not by the record of having been sent
  messages: {
    dynamodb: { ...keyPrefix(PREFIX.message), NewImage: { [ATTRIBUTE.state]: { S: ["decided"] } } },
  },
} as const;
