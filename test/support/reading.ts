import { InMemoryAlertStore } from "../../adapters/in-memory/alert-store.ts";
import { InMemoryRefusalStore } from "../../adapters/in-memory/refusal-store.ts";
import { InMemorySetupStore } from "../../adapters/in-memory/setup-store.ts";
import { InMemoryStampStore } from "../../adapters/in-memory/stamp-store.ts";
import { InMemorySummaryStore } from "../../adapters/in-memory/summary-store.ts";
import type { AuditLine } from "../../adapters/audit-chain.ts";
import type { AlertStore } from "../../adapters/alert-store.ts";
import type { RefusalStore } from "../../adapters/refusal-store.ts";
import type { StampStore } from "../../adapters/stamp-store.ts";
import type { SetupStore } from "../../adapters/setup-store.ts";
import type { SummaryStore } from "../../adapters/summary-store.ts";
import { CHECKS, type Checks, type Identity } from "../../domain/access.ts";
import { Setup } from "../../domain/setup.ts";
import { pack } from "../../domain/summary-packing.ts";
import { verify } from "../../functions/framework/links.ts";
import type { HttpEvent } from "../../functions/framework/http.ts";
import type { ReadDeps } from "../../functions/read-api/ask.ts";
import { readApi } from "../../functions/read-api/handler.ts";
import { dayOf, pending, row } from "./school.ts";
import { request } from "./world.ts";

export const DAY = "2026-03-02";
export const WEEK = "2026-W10";
export const NOW = new Date("2026-03-04T18:00:00Z");
export const SECRET = "a secret of the tests, long enough to sign";

/** Two districts; school C is the other's. Everything of a school or provider carries a name that tells whose it is. */
const school = (school_id: string, district_id: string) => ({
  school_id,
  district_id,
  time_zone: "America/Denver",
  calendar: { first_day: "2025-08-18", last_day: "2026-05-29", closures: [] },
});
const PEOPLE = [
  { person_id: "admin1", email: "admin1@x.org", grants: [{ role: "district_admin", district_id: "D1" }] },
  { person_id: "viewer1", email: "viewer1@x.org", grants: [{ role: "district_viewer", district_id: "D1" }] },
  { person_id: "auditor1", email: "auditor1@x.org", grants: [{ role: "auditor", district_id: "D1" }] },
  { person_id: "leadA", email: "leadA@x.org", grants: [{ role: "site_lead", school_ids: ["A"] }] },
  { person_id: "leadB", email: "leadB@x.org", grants: [{ role: "site_lead", school_ids: ["B"] }] },
  { person_id: "leadC", email: "leadC@x.org", grants: [{ role: "site_lead", school_ids: ["C"] }] },
  { person_id: "user1", email: "user1@x.org", grants: [{ role: "provider_user", provider_id: "p1" }] },
  { person_id: "user2", email: "user2@x.org", grants: [{ role: "provider_user", provider_id: "p2" }] },
  { person_id: "user3", email: "user3@x.org", grants: [{ role: "provider_user", provider_id: "p3" }] },
  {
    person_id: "gone",
    email: "gone@x.org",
    grants: [{ role: "site_lead", school_ids: ["A"] }],
    to: "2026-03-03",
  },
  // several grants at once: each counts where it is given, and nowhere else
  {
    person_id: "leadViewer",
    email: "leadViewer@x.org",
    grants: [
      { role: "site_lead", school_ids: ["A"] },
      { role: "district_viewer", district_id: "D1" },
    ],
  },
  {
    person_id: "viewerLeadC",
    email: "viewerLeadC@x.org",
    grants: [
      { role: "district_viewer", district_id: "D1" },
      { role: "site_lead", school_ids: ["C"] },
    ],
  },
  {
    person_id: "auditorLeadC",
    email: "auditorLeadC@x.org",
    grants: [
      { role: "site_lead", school_ids: ["C"] },
      { role: "auditor", district_id: "D1" },
    ],
  },
  {
    person_id: "auditorViewer",
    email: "auditorViewer@x.org",
    grants: [
      { role: "auditor", district_id: "D1" },
      { role: "district_viewer", district_id: "D2" },
    ],
  },
  {
    person_id: "adminLeadC",
    email: "adminLeadC@x.org",
    grants: [
      { role: "district_admin", district_id: "D1" },
      { role: "site_lead", school_ids: ["C"] },
    ],
  },
  {
    person_id: "userLead",
    email: "userLead@x.org",
    grants: [
      { role: "provider_user", provider_id: "p2" },
      { role: "site_lead", school_ids: ["A"] },
    ],
  },
  { person_id: "nothing", email: "nothing@x.org", grants: [] },
];
export const READ_SETUP = Setup.parse({
  districts: [{ district_id: "D1" }, { district_id: "D2" }],
  schools: [school("A", "D1"), school("B", "D1"), school("C", "D2")],
  programs: [{ program_id: "math", target_hours: 30 }],
  providers: [
    { provider_id: "p1", contracts: [{ school_ids: ["A"] }] },
    { provider_id: "p2", contracts: [{ school_ids: ["B", "C"] }] },
    // over for more than 30 days
    { provider_id: "p3", contracts: [{ school_ids: ["A"], to: "2026-01-30" }] },
    // over for 12 days, and for 12 of the 10 in which it lets be reported late
    { provider_id: "p4", contracts: [{ school_ids: ["A"], to: "2026-02-20" }] },
    { provider_id: "p5", contracts: [{ school_ids: ["A"], to: "2026-02-20", late_report_days: 10 }] },
  ],
  people: PEOPLE,
});

const PROVIDERS_AT: Record<string, string[]> = { A: ["p1", "p3"], B: ["p2"], C: ["p2"] };
const STUDENTS = 12;
export const studentOf = (school_id: string, number: number) => `student-${school_id}-${number}`;
/** At A until Christmas, and at C since. */
export const MOVED = "student-moved";

type Stores = {
  summaries: SummaryStore;
  setup: SetupStore;
  alerts: AlertStore;
  refusals: RefusalStore;
};

/** Fills any stores with the world. */
export async function fill({ summaries, setup, alerts, refusals }: Stores): Promise<void> {
  await setup.put(READ_SETUP);
  for (const { school_id } of READ_SETUP.schools) {
    const students = Array.from({ length: STUDENTS }, (_, number) => studentOf(school_id, number));
    const providers = PROVIDERS_AT[school_id]!;
    const rows = students.map((student_id, at) =>
      row(DAY, at % 4 === 0 ? "absent_unexcused" : "present", {
        student_id,
        provider_id: providers[at % providers.length]!,
        tutor_id: `tutor-${school_id}`,
      }),
    );
    const waiting = providers.map((provider_id) => ({
      ...pending(DAY, provider_id),
      session_id: `session-${school_id}-${provider_id}`,
      students: [students[0]!],
    }));
    await summaries.write({ school_id, day: DAY }, 0, pack(dayOf(DAY, rows, { pending: waiting }).summary));
    const past = school_id === "A" ? "2025-12-01" : "2026-02-02";
    const moved =
      school_id === "B" ? [] : [row(past, "present", { student_id: MOVED, provider_id: providers[0]! })];
    await summaries.write({ school_id, day: past }, 0, pack(dayOf(past, moved).summary));
    const period = school_id === "A" ? { to: "2025-12-19" } : { from: "2026-01-05" };
    await setup.putRoster([
      ...students.map((student_id) => ({ school_id, student_id })),
      ...(school_id === "B" ? [] : [{ school_id, student_id: MOVED, ...period }]),
    ]);
    await setup.putEnrolments(students.map((student_id) => ({ school_id, student_id, program_id: "math" })));
    await alerts.write({
      school_id,
      id: alertOf(school_id),
      rule: "student-missed-sessions",
      subject: students[0]!,
      provider_ids: [providers[0]!],
      first_day: DAY,
      state: "open",
      history: [{ at: `${DAY}T20:00:00.000Z`, step: "opened" }],
      facts: { missed: 2 },
      version: 1,
    });
  }
  for (const { provider_id } of READ_SETUP.providers)
    await refusals.keep({
      provider_id,
      request_id: "r",
      at: NOW,
      refused: [{ event_id: `event-${provider_id}`, result: "rejected", errors: [], name: undefined }],
    });
}
export const alertOf = (school_id: string) => `student-missed-sessions#${studentOf(school_id, 0)}#${DAY}`;

/** The stores in memory, opened for everybody: only the checks of the code stand before them. */
export async function memoryWorld() {
  const stamps = new InMemoryStampStore();
  const stores = {
    summaries: new InMemorySummaryStore(stamps),
    setup: new InMemorySetupStore({}, stamps),
    alerts: new InMemoryAlertStore(stamps),
    refusals: new InMemoryRefusalStore(stamps),
  };
  await fill(stores);
  const at = { ...stores, quarantine: { count: async () => 0 } };
  return { ...stores, stamps, open: async () => ({ school: () => at, provider: () => at }) };
}

type Parts = {
  open: ReadDeps["open"];
  stamps?: StampStore;
  checks?: Checks;
  verify?: ReadDeps["verify"];
  clock?: () => Date;
  known?: ReadDeps["known"];
  quota?: ReadDeps["quota"];
};

export function reading(parts: Parts) {
  const seen: Omit<AuditLine, "at" | "count">[] = [];
  const deps: ReadDeps = {
    known: async () => READ_SETUP,
    checks: CHECKS,
    verify,
    stamps: new InMemoryStampStore(),
    audit: {
      seen: async (line) => void seen.push(line),
      blocks: async () => [
        {
          number: 1,
          at: NOW.toISOString(),
          previous: "",
          lines: [
            { at: NOW.toISOString(), who: "somebody", what: "audit-none", count: 1 },
            ...["A", "B", "C"].map((school_id) => ({
              ...{ at: NOW.toISOString(), who: "somebody", what: `audit-${school_id}`, school_id, count: 1 },
            })),
          ],
          hash: "h",
        },
      ],
      open: async () => [],
    },
    pseudonym: async (student_id) => `pseudonym of ${student_id.length}`,
    quota: async () => undefined,
    secret: async () => SECRET,
    clock: () => NOW,
    ...parts,
  };
  const handle = readApi({ ...deps, apiUrl: "https://api.example" });
  const ask = async (wanted: Wanted) => {
    const answer = await handle(eventOf(wanted));
    return { status: answer.statusCode ?? 0, body: answer.body ?? "", headers: answer.headers ?? {} };
  };
  return { ask, seen };
}

export type Wanted = {
  route: string;
  identity?: Identity;
  path?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
  headers?: Record<string, string>;
};

function eventOf({ route, identity = {}, path, query, body, headers = {} }: Wanted): HttpEvent {
  const base = request(body === undefined ? "" : body);
  return {
    ...base,
    routeKey: route,
    headers,
    ...(path && { pathParameters: path }),
    ...(query && { queryStringParameters: query }),
    requestContext: { ...base.requestContext, routeKey: route, authorizer: { lambda: identity } },
  };
}
