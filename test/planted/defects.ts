/** A fault that somebody could make: what stands in a file, what it becomes, and the suites that must notice. */
export type Defect = { what: string; file: string; from: string; to: string; tests: readonly string[] };

const SIGN_IN = ["test/functions/sign-in.test.ts"];
const DOORS = ["test/functions/doors.test.ts"];
const ISOLATION = ["test/functions/isolation.test.ts"];
const CONTRACTS = ["test/functions/contracts.test.ts"];
const RETENTION = ["test/adapters/retention.test.ts"];
const SMALL_GROUPS = ["test/domain/suppression.test.ts"];
const BAD_INPUT = ["test/functions/bad-input.test.ts"];

const ISSUE_TOKEN = "functions/issue-token/handler.ts";
const AUTHORIZE = "functions/authorize-reader/handler.ts";
const CLAIMS = "functions/authorize-reader/claims.ts";
const CONTRACT = "domain/contract.ts";
const SUPPRESSION = "domain/suppression.ts";

/**
 * Faults of doors: each was, or could be, planted without a word of any test. `defects.volume.test.ts` plants one at a
 * time and fails where none of its suites does, and where a fault has no place any more.
 */
export const DEFECTS: readonly Defect[] = [
  {
    what: "an unverified address is believed",
    ...{ file: ISSUE_TOKEN, from: `["true", "1"].includes(email_verified)`, to: `true`, tests: SIGN_IN },
  },
  {
    what: "who comes by SAML and by OpenID Connect needs no verified address",
    ...{
      file: ISSUE_TOKEN,
      from: `data.every(({ providerType })`,
      to: `data.some(({ providerType })`,
      tests: SIGN_IN,
    },
  },
  {
    what: "every federated person has a second factor",
    ...{
      file: ISSUE_TOKEN,
      from: `!federated || mfaEnforced ? "true"`,
      to: `federated || mfaEnforced ? "true"`,
      tests: SIGN_IN,
    },
  },
  {
    what: "what an identity provider once said of somebody is a second factor of all her sessions",
    ...{
      file: ISSUE_TOKEN,
      from: `!federated || mfaEnforced ? "true"`,
      to: `!federated || mfaEnforced || attributes["custom:amr"] === "mfa" ? "true"`,
      tests: SIGN_IN,
    },
  },
  {
    what: "grants of a claim count although switched off",
    ...{ file: ISSUE_TOKEN, from: `...(grantsFromClaim && federated`, to: `...(federated`, tests: SIGN_IN },
  },
  {
    what: "a local user writes her own grants",
    ...{
      file: ISSUE_TOKEN,
      from: `...(grantsFromClaim && federated`,
      to: `...(grantsFromClaim`,
      tests: SIGN_IN,
    },
  },
  {
    what: "whoever has a token gave a second factor",
    ...{ file: AUTHORIZE, from: `data.rollcall_mfa === "true"`, to: `true`, tests: SIGN_IN },
  },
  {
    what: "a token of another client is taken",
    ...{ file: AUTHORIZE, from: `data?.client_id === clientId`, to: `data !== undefined`, tests: SIGN_IN },
  },
  {
    what: "an id token is taken for an access token",
    ...{ file: AUTHORIZE, from: `z.literal("access")`, to: `z.string()`, tests: SIGN_IN },
  },
  {
    what: "the issuer is not looked at",
    ...{
      file: CLAIMS,
      from: `const options = { issuer, algorithms`,
      to: `const options = { algorithms`,
      tests: SIGN_IN,
    },
  },
  {
    what: "any algorithm is taken",
    ...{ file: CLAIMS, from: `algorithms: ["RS256"], `, to: ``, tests: SIGN_IN },
  },
  {
    what: "a token without an end is taken",
    ...{ file: CLAIMS, from: `requiredClaims: ["exp"], `, to: ``, tests: SIGN_IN },
  },
  {
    what: "a claim may stand twice",
    ...{
      file: CLAIMS,
      from: `duplicateKeys(payloadOf(token), payload).length > 0`,
      to: `false`,
      tests: SIGN_IN,
    },
  },
  {
    what: "a district's admin needs no second factor",
    ...{
      file: "domain/access.ts",
      from: `grant.role !== "district_admin" || identity.mfa === true`,
      to: `true`,
      tests: SIGN_IN,
    },
  },
  {
    what: "a contract that ended lets write for ever",
    ...{ file: CONTRACT, from: `(lastDayOf(contract) ?? today) < today`, to: `false`, tests: CONTRACTS },
  },
  {
    what: "a correction is not judged by what it changes",
    ...{
      file: "functions/framework/store-events.ts",
      from: `return unchangeable ?? answerOf(`,
      to: `return answerOf(`,
      tests: CONTRACTS,
    },
  },
  {
    what: "a session of any age is taken",
    ...{
      file: "domain/time-faults.ts",
      from: `day < addDays(today, -session_age_days)`,
      to: `day < addDays(today, -session_age_days - 36_600)`,
      tests: CONTRACTS,
    },
  },
  {
    what: "an actual start lies years from its plan",
    ...{
      file: "domain/session-event.ts",
      from: `> MOST_FROM_PLAN[name]`,
      to: `> 5000 * MOST_FROM_PLAN[name]`,
      tests: BAD_INPUT,
    },
  },
  {
    what: "a report counts days that have not come",
    ...{
      file: "cli/report.ts",
      from: `to: untilToday(time_zone)`,
      to: `to: untilToday(time_zone) && to`,
      tests: ["test/cli/report.test.ts"],
    },
  },
  {
    what: "what raced with a set-up waits for the sweep",
    ...{
      file: "functions/framework/store-events.ts",
      from: `if (zone === undefined) return false;`,
      to: `if (zone !== "") return false;`,
      tests: CONTRACTS,
    },
  },
  {
    what: "a full disk is a fault of our own",
    ...{ file: "adapters/transient.ts", from: `statusOf(error.$metadata) >= 500`, to: `false`, tests: DOORS },
  },
  {
    what: "a completed session lies in the future",
    ...{
      file: "domain/time-faults.ts",
      from: `Date.parse(data[name] ?? "") > latest`,
      to: `Date.parse(data[name] ?? "") > latest + 1e12`,
      tests: BAD_INPUT,
    },
  },
  {
    what: "one who is not tutored is a figure",
    ...{ file: SUPPRESSION, from: `    enrolled - tutored,\n`, to: ``, tests: SMALL_GROUPS },
  },
  {
    what: "what is left beside a share is shown",
    ...{ file: SUPPRESSION, from: `...counts.map((count) => whole - count)`, to: ``, tests: SMALL_GROUPS },
  },
  {
    what: "a group is hidden alone, so that it is had by subtraction",
    ...{ file: SUPPRESSION, from: `hidden.push(next);`, to: `hidden.at(0);`, tests: SMALL_GROUPS },
  },
  {
    what: "a school that the reader sees is a crowd for its neighbor",
    ...{
      file: SUPPRESSION,
      from: `unseen.length === 0 ? [report] : unseen`,
      to: `[report]`,
      tests: SMALL_GROUPS,
    },
  },
  {
    what: "a school of few is shown where each of them is known",
    ...{
      file: "functions/read-api/reports.ts",
      from: `[others, strangers].map(reportOf)`,
      to: `[strangers].map(reportOf)`,
      tests: ["test/functions/dosage-report.test.ts"],
    },
  },
  {
    what: "students of a session that nobody reported are not known",
    ...{
      file: "functions/read-api/reports.ts",
      from: `[...named, ...pending.flatMap(({ students }) => students)]`,
      to: `[...named, ...pending.slice(0, 0).flatMap(({ students }) => students)]`,
      tests: ["test/functions/dosage-report.test.ts"],
    },
  },
  {
    what: "a report is given with and without a second factor",
    ...{
      file: "functions/read-api/reports.ts",
      from: `if (ask.caller.withheld.length > 0) throw`,
      to: `if (ask.caller.withheld.length > 99) throw`,
      tests: ["test/functions/dosage-report.test.ts"],
    },
  },
  {
    what: "few sessions are shown",
    ...{ file: SUPPRESSION, from: `    sessions,\n`, to: ``, tests: SMALL_GROUPS },
  },
  {
    what: "what few students on no roster had is shown",
    ...{
      file: SUPPRESSION,
      from: `{ students: unmatched.students }`,
      to: `unmatched`,
      tests: SMALL_GROUPS,
    },
  },
  {
    what: "a student whom the reader knows is a crowd for those whom the reader does not know",
    ...{
      file: "functions/read-api/reports.ts",
      from: `others.filter(({ student_id }) => !known.has(student_id))`,
      to: `others.filter(({ student_id }) => known.size >= 0 || student_id === "")`,
      tests: ["test/functions/dosage-report.test.ts"],
    },
  },
  {
    what: "a number of students of one day is shown to who sees none",
    ...{
      file: "domain/read-model.ts",
      from: `    ...(reading.level === "students" && {
      unmatched:`,
      to: `    ...(reading.now > 0 && {
      unmatched:`,
      tests: ["test/functions/dosage-report.test.ts"],
    },
  },
  {
    what: "what is reported after the end of a contract waits for a school",
    ...{
      file: "functions/framework/store-events.ts",
      from: `if (why === "closed") return`,
      to: `if (why === "program" && room === undefined) return`,
      tests: CONTRACTS,
    },
  },
  {
    what: "reports of several districts are hidden together",
    ...{
      file: SUPPRESSION,
      from: `report.by_district.length > 1`,
      to: `report.by_district.length > 99`,
      tests: SMALL_GROUPS,
    },
  },
  {
    what: "the last bucket tells who got the full dosage",
    ...{
      file: SUPPRESSION,
      from: `placesOf(report, "buckets", full_dosage_rate)`,
      to: `placesOf(report, "buckets", groups)`,
      tests: SMALL_GROUPS,
    },
  },
  {
    what: "any running contract lets a stored session be changed",
    ...{
      file: "functions/framework/store-events.ts",
      from: `program_id: programOf(content), day, today`,
      to: `program_id: undefined, day, today`,
      tests: CONTRACTS,
    },
  },
  {
    what: "a first report takes a plan out of a contract that ended",
    ...{
      file: "functions/framework/store-events.ts",
      from: `if (isFirst && !hasClosed(deps.signed, school_id, today))`,
      to: `if (isFirst)`,
      tests: CONTRACTS,
    },
  },
  {
    what: "what waited too long is stored",
    ...{
      file: "adapters/release-quarantine.ts",
      from: `if (day !== undefined && isTooOld(day, today, ageDays))`,
      to: `if (isTooOld("9", today, ageDays))`,
      tests: CONTRACTS,
    },
  },
  {
    what: "doctor calls a contract running in which nothing of today is taken",
    ...{
      file: CONTRACT,
      from: `if (isCurrent(contract, today)) return`,
      to: `if (!isClosed(contract, today)) return`,
      tests: CONTRACTS,
    },
  },
  {
    what: "a provider's reads of sessions are not counted",
    ...{
      file: "functions/ingest-events/handler.ts",
      from: `if (wait !== undefined)`,
      to: `if (wait === 0)`,
      tests: DOORS,
    },
  },
  {
    what: "a stale event writes the expiry of another day",
    ...{
      file: "adapters/write-under-order.ts",
      from: `outcome === "accepted"\n        ?`,
      to: `outcome !== "conflict"\n        ?`,
      tests: RETENTION,
    },
  },
  {
    what: "a session that moves to another day keeps its expiry",
    ...{
      file: "adapters/session-store.ts",
      from: `":expires": number(expiresAfter(day, RETENTION.sessions))`,
      to: `":expires": number(expiresAfter(record.day ?? day, RETENTION.sessions))`,
      tests: RETENTION,
    },
  },
  {
    what: "what waits for a school is kept for ten years",
    ...{ file: "domain/retention.ts", from: `quarantine: 366`, to: `quarantine: 3660`, tests: RETENTION },
  },
  {
    what: "summaries are kept for a year",
    ...{
      file: "adapters/summary-store.ts",
      from: `expiresAfter(day.day, RETENTION.sessions)`,
      to: `expiresAfter(day.day, 366)`,
      tests: RETENTION,
    },
  },
  {
    what: "an export holds formulas",
    ...{
      file: "domain/csv-cell.ts",
      from: `isFormula(value) ? \`'\${value}\` : value`,
      to: `value`,
      tests: DOORS,
    },
  },
  {
    what: "a session of the database may ask without a partition",
    ...{
      file: "adapters/reader-sessions.ts",
      from: `  Null: { "dynamodb:LeadingKeys": "false" },\n`,
      to: ``,
      tests: DOORS,
    },
  },
  {
    what: "a session of the database is used for an hour",
    ...{
      file: "adapters/reader-sessions.ts",
      from: `const REUSE_MS = 10 * 60_000`,
      to: `const REUSE_MS = 60 * 60_000`,
      tests: DOORS,
    },
  },
  {
    what: "a quote ends an attribute of a page",
    ...{ file: "domain/mail.ts", from: `\n    .replaceAll('"', "&quot;")`, to: ``, tests: DOORS },
  },
  {
    what: "an answer is not noted where somebody else's tag is sent",
    ...{
      file: "functions/read-api/handler.ts",
      from: `JSON.stringify([id, grants, result.body])`,
      to: `JSON.stringify([result.body])`,
      tests: DOORS,
    },
  },
  {
    what: "who reads has no quota",
    ...{
      file: "functions/framework/read-quota.ts",
      from: `count.everywhere > READS_PER_MINUTE`,
      to: `count.everywhere > 1000 * READS_PER_MINUTE`,
      tests: DOORS,
    },
  },
  {
    what: "an id holds what nobody sees",
    ...{ file: "domain/ids.ts", from: `!INVISIBLE.test(text)`, to: `text !== ""`, tests: DOORS },
  },
  {
    what: "a record is shown whole at schools of which only figures may be seen",
    ...{
      file: "functions/read-api/student.ts",
      from: `ask.deps.checks.students(ask.scope, one.school_id)`,
      to: `ask.deps.checks.school(ask.scope, one.school_id)`,
      tests: ISOLATION,
    },
  },
  {
    what: "the audit log shows lines of another district's school",
    ...{
      file: "functions/read-api/audit.ts",
      from: `scope.audit.has(school.district_id)`,
      to: `scope.schools.has(school_id)`,
      tests: ISOLATION,
    },
  },
  {
    what: "the audit log shows what is of no school to who audits one district",
    ...{
      file: "functions/read-api/audit.ts",
      from: `setup.districts.every(`,
      to: `setup.districts.some(`,
      tests: ISOLATION,
    },
  },
  {
    what: "a contract says nothing of when it may be read",
    ...{
      file: CONTRACT,
      from: `to, late_report_days = LATE_REPORT_DAYS }`,
      to: `to, late_report_days: _ = 0 }`,
      tests: ISOLATION,
    },
  },
];
