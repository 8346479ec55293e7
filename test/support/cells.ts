import * as z from "zod";
import { sign } from "../../functions/framework/links.ts";
import type { Identity } from "../../domain/access.ts";
import {
  alertOf,
  DAY,
  MOVED,
  NOW,
  READ_SETUP,
  SECRET,
  studentOf,
  WEEK,
  type reading,
  type Wanted,
} from "./reading.ts";

type Sight = {
  schools: Record<string, "totals" | "students">;
  districts: string[];
  providers: string[];
  /** Schools whose lines of the audit log are hers to see. */
  audit: string[];
};
type Who = { identity: Identity; sight: Sight | undefined };

const person = (name: string, more: Partial<Identity> = {}): Identity => ({
  email: `${name}@x.org`,
  mfa: false,
  ...more,
});
const sight = (more: Partial<Sight> = {}): Sight => ({
  schools: {},
  districts: [],
  providers: [],
  audit: [],
  ...more,
});

const D1 = ["p1", "p2", "p4"];
/** Who asks, and what she may see: written by hand, as the table of roles says it. */
export const CALLERS: Record<string, Who> = {
  "district admin": {
    identity: person("admin1", { mfa: true }),
    sight: sight({
      schools: { A: "students", B: "students" },
      districts: ["D1"],
      providers: D1,
      audit: ["A", "B"],
    }),
  },
  "district admin without a second factor": { identity: person("admin1"), sight: sight() },
  "district viewer": {
    identity: person("viewer1"),
    sight: sight({ schools: { A: "totals", B: "totals" }, districts: ["D1"], providers: D1 }),
  },
  auditor: {
    identity: person("auditor1"),
    sight: sight({
      schools: { A: "totals", B: "totals" },
      districts: ["D1"],
      providers: D1,
      audit: ["A", "B"],
    }),
  },
  "site lead": { identity: person("leadA"), sight: sight({ schools: { A: "students" } }) },
  "site lead in capitals": { identity: person("LEADA"), sight: sight({ schools: { A: "students" } }) },
  "site lead of another school": { identity: person("leadB"), sight: sight({ schools: { B: "students" } }) },
  "site lead by claim": {
    identity: person("claimed", { claim: "site_lead:A nonsense:1 provider_user:p2" }),
    sight: sight({ schools: { A: "students" }, providers: ["p2"] }),
  },
  "provider user": { identity: person("user1"), sight: sight({ providers: ["p1"] }) },
  "provider user of another": { identity: person("user2"), sight: sight({ providers: ["p2"] }) },
  "provider user, contract expired": { identity: person("user3"), sight: sight() },
  "site lead of A, viewer of the district": {
    identity: person("leadViewer"),
    sight: sight({ schools: { A: "students", B: "totals" }, districts: ["D1"], providers: D1 }),
  },
  "viewer of one district, site lead in another": {
    identity: person("viewerLeadC"),
    sight: sight({ schools: { A: "totals", B: "totals", C: "students" }, districts: ["D1"], providers: D1 }),
  },
  "auditor of one district, site lead in another": {
    identity: person("auditorLeadC"),
    sight: sight({
      schools: { A: "totals", B: "totals", C: "students" },
      districts: ["D1"],
      providers: D1,
      audit: ["A", "B"],
    }),
  },
  "auditor of one district, viewer of another": {
    identity: person("auditorViewer"),
    sight: sight({
      schools: { A: "totals", B: "totals", C: "totals" },
      districts: ["D1", "D2"],
      providers: D1,
      audit: ["A", "B"],
    }),
  },
  "admin of one district, site lead in another": {
    identity: person("adminLeadC", { mfa: true }),
    sight: sight({
      schools: { A: "students", B: "students", C: "students" },
      districts: ["D1"],
      providers: D1,
      audit: ["A", "B"],
    }),
  },
  "the same without a second factor": {
    identity: person("adminLeadC"),
    sight: sight({ schools: { C: "students" } }),
  },
  "provider user and site lead": {
    identity: person("userLead"),
    sight: sight({ schools: { A: "students" }, providers: ["p2"] }),
  },
  "provider key, contract over for 12 days": {
    identity: { provider_id: "p4" },
    sight: sight({ providers: ["p4"] }),
  },
  "provider key, contract over for longer than it says": { identity: { provider_id: "p5" }, sight: sight() },
  "provider key": { identity: { provider_id: "p1" }, sight: sight({ providers: ["p1"] }) },
  "provider key, contract expired": { identity: { provider_id: "p3" }, sight: sight() },
  "person whose time is over": { identity: person("gone"), sight: undefined },
  "person without grants, claiming some": {
    identity: person("nothing", { claim: "district_admin:D1", mfa: true }),
    sight: undefined,
  },
  stranger: { identity: person("stranger", { mfa: true }), sight: undefined },
  anonymous: { identity: {}, sight: undefined },
};

const SCHOOLS = ["A", "B", "C", "deleted"];
const DISTRICTS = ["D1", "D2", "deleted"];
const PROVIDERS = ["p1", "p2", "p3", "p4", "p5", "deleted"];

export type Cell = { operation: string; caller: string; what: string; wanted: Wanted; allowed: boolean };
type Row = (
  who: Who,
  add: (what: string, wanted: Omit<Wanted, "route" | "identity">, allowed: boolean) => void,
) => void;

const until = Math.floor(NOW.getTime() / 1000) + 600;
const cursor = (caller: string, question: string, at = until) =>
  sign({ kind: "cursor", caller, question, after: "", until: at }, SECRET);
const altered = (token: string) =>
  `${Buffer.from('{"kind":"cursor"}').toString("base64url")}.${token.split(".")[1]}`;

/** Tokens that are nobody's: of another caller, another list, another secret, altered, or old. */
const BAD_CURSORS: [string, string][] = [
  ["of another caller", cursor("person:admin1", "another list")],
  ["altered", altered(cursor("person:leadA", "q"))],
  ["forged", sign({ kind: "cursor", caller: "person:leadA", question: "q", after: "", until }, "guessed")],
  ["expired", cursor("person:leadA", "q", 1)],
  ["no token", "x"],
];
const withCursors = (path: Record<string, string>, add: Parameters<Row>[1]) => {
  for (const [what, token] of BAD_CURSORS) add(`cursor ${what}`, { path, query: { cursor: token } }, false);
};

const atSchools =
  (level: "totals" | "students", more: Record<string, string> = {}): Row =>
  (who, add) => {
    for (const school_id of SCHOOLS) {
      const seen = who.sight?.schools[school_id];
      add(
        school_id,
        { path: { school_id, ...more } },
        level === "totals" ? seen !== undefined : seen === "students",
      );
    }
  };

const question = (query: Record<string, string>) => new URLSearchParams(Object.entries(query)).toString();
const link = (identity: Identity, caller: string, query: Record<string, string>, at = until) =>
  sign({ kind: "export", caller, identity, question: question(query), until: at }, SECRET);

/** A row per operation of the API's reference: a new route without one fails. */
export const ROWS: Record<string, Row> = {
  getMe: (who, add) => add("me", {}, who.sight !== undefined),
  getOverview: (who, add) => {
    for (const district_id of DISTRICTS)
      add(district_id, { path: { district_id } }, who.sight?.districts.includes(district_id) === true);
  },
  getDistrictVersion: (who, add) => {
    for (const district_id of DISTRICTS)
      add(district_id, { path: { district_id } }, who.sight?.districts.includes(district_id) === true);
  },
  getSchoolVersion: atSchools("totals"),
  getSettings: atSchools("totals"),
  getWeeks: atSchools("students"),
  getDay: atSchools("totals", { date: DAY }),
  getWeek: atSchools("totals", { week: WEEK }),
  getStudents: (who, add) => {
    atSchools("students")(who, add);
    withCursors({ school_id: "A" }, add);
  },
  getStudent: (who, add) => {
    for (const school_id of SCHOOLS)
      for (const student_id of [studentOf("A", 1), studentOf("B", 1), studentOf("C", 1), MOVED, "nobody"]) {
        const here =
          student_id.startsWith(`student-${school_id}-`) ||
          (student_id === MOVED && "AC".includes(school_id));
        const allowed = here && who.sight?.schools[school_id] === "students";
        add(`${student_id} at ${school_id}`, { path: { school_id, student_id } }, allowed);
      }
  },
  getAlerts: (who, add) => {
    atSchools("students")(who, add);
    withCursors({ school_id: "A" }, add);
  },
  acknowledgeAlert: (who, add) => answers(who, add, {}),
  snoozeAlert: (who, add) => answers(who, add, { until: "2026-03-20" }),
  reopenAlert: (who, add) => answers(who, add, {}),
  getQuality: (who, add) => {
    for (const provider_id of PROVIDERS) {
      const path = { provider_id };
      add(
        provider_id,
        { path, query: { from: "2026-02-25", to: "2026-03-04" } },
        who.sight?.providers.includes(provider_id) === true,
      );
    }
  },
  getProviderVersion: (who, add) => {
    for (const provider_id of PROVIDERS)
      add(provider_id, { path: { provider_id } }, who.sight?.providers.includes(provider_id) === true);
  },
  getDosage: (who, add) => {
    const seen = who.sight?.schools ?? {};
    const districts = new Set(Object.keys(seen).map((id) => (id === "C" ? "D2" : "D1")));
    // who may not see all students reads one district at a time
    const isOne = districts.size === 1 || Object.values(seen).every((level) => level === "students");
    add("everything of hers", {}, districts.size > 0 && isOne);
    for (const school_id of SCHOOLS)
      add(`school ${school_id}`, { query: { school_id } }, who.sight?.schools[school_id] === "students");
    for (const district_id of DISTRICTS)
      add(
        `district ${district_id}`,
        { query: { district_id } },
        who.sight?.districts.includes(district_id) === true,
      );
  },
  getExport: (who, add) => {
    const id = callerId(who);
    for (const school_id of SCHOOLS) {
      const token = link(who.identity, id, { school_id });
      add(`own link, ${school_id}`, { path: { token } }, who.sight?.schools[school_id] === "students");
      add(`altered link, ${school_id}`, { path: { token: `${token}A` } }, false);
    }
    // made by somebody else for herself: it shows what she may see, to nobody who is not she
    const stolen = link(who.identity, "person:admin1", { school_id: "A" });
    if (id !== "person:admin1") add("link of another caller", { path: { token: stolen } }, false);
    add("expired link", { path: { token: link(who.identity, id, { school_id: "A" }, 1) } }, false);
    add(
      "forged link",
      {
        path: {
          token: sign({ kind: "export", caller: id, identity: who.identity, question: "", until }, "guessed"),
        },
      },
      false,
    );
    add("a cursor as link", { path: { token: cursor(id, "") } }, false);
  },
  getAudit: (who, add) => {
    add("today", { query: { day: "2026-03-04" } }, (who.sight?.audit.length ?? 0) > 0);
    for (const [what, token] of BAD_CURSORS)
      add(`cursor ${what}`, { query: { day: "2026-03-04", cursor: token } }, false);
  },
};

function answers(who: Who, add: Parameters<Row>[1], body: object): void {
  for (const school_id of SCHOOLS)
    for (const of of ["A", "B"]) {
      const path = { school_id, alert_id: alertOf(of) };
      add(
        `alert of ${of} at ${school_id}`,
        { path, body },
        of === school_id && who.sight?.schools[school_id] === "students",
      );
    }
}

const callerId = ({ identity }: Who) => {
  if (identity.provider_id !== undefined) return `provider:${identity.provider_id}`;
  const known = READ_SETUP.people?.find(({ email }) => email.toLowerCase() === identity.email?.toLowerCase());
  return `person:${known?.person_id ?? identity.email ?? ""}`;
};

export function cellsOf(routeOf: (operation: string) => string): Cell[] {
  return Object.entries(ROWS).flatMap(([operation, row]) =>
    Object.entries(CALLERS).flatMap(([caller, who]) => {
      const cells: Cell[] = [];
      row(who, (what, wanted, allowed) =>
        cells.push({
          operation,
          caller,
          what,
          allowed,
          wanted: {
            route: routeOf(operation),
            identity: operation === "getExport" ? {} : who.identity,
            ...wanted,
          },
        }),
      );
      return cells;
    }),
  );
}

/** Names in an answer that its reader may not see. */
export function foreignNames(body: string, caller: string): string[] {
  const seen = CALLERS[caller]?.sight ?? sight();
  const found = [...body.matchAll(/\b(student|session|tutor|event|audit)-([\w]+)(?:-(\w+))?/g)];
  return found.flatMap(([name, kind, first = "", second = ""]) => {
    if (name === MOVED || /^(student-missed|tutor-changed)/.test(name)) return [];
    if (kind === "audit") return seen.audit.includes(first) ? [] : [name];
    if (kind === "event") return seen.providers.includes(first) ? [] : [name];
    const bySchool = seen.schools[first] === "students";
    if (kind === "session")
      return bySchool || seen.providers.includes(second) || seen.schools[first] ? [] : [name];
    // a provider knows the students whom it reported
    const reported = { A: ["p1", "p3"], B: ["p2"], C: ["p2"] }[first] ?? [];
    return bySchool || reported.some((one) => seen.providers.includes(one) && !seen.districts.length)
      ? []
      : [name];
  });
}

const Record = z.object({
  history: z.array(z.object({ school_id: z.string() })),
  schools: z.array(z.object({ school_id: z.string() })),
});

/** Schools of whose students the reader may know, beside others, where one student's record is told. */
function foreignRecords({ operation, caller }: Cell, status: number, body: string): string[] {
  if (operation !== "getStudent" || status !== 200) return [];
  const { history, schools } = Record.parse(JSON.parse(body));
  const seen = CALLERS[caller]?.sight ?? sight();
  return [...history, ...schools]
    .filter(({ school_id }) => seen.schools[school_id] !== "students")
    .map(({ school_id }) => `her record at ${school_id}`);
}

/** What leaks in a cell: an answer where there must be none, or a name in it that is not the caller's to see. */
export async function leakOf(
  cell: Cell,
  ask: ReturnType<typeof reading>["ask"],
): Promise<string | undefined> {
  const { status, body } = await ask(cell.wanted);
  const name = `${cell.operation} · ${cell.caller} · ${cell.what}`;
  if (status === 200 && !cell.allowed) return `${name}: answered`;
  const foreign = [...foreignNames(body, cell.caller), ...foreignRecords(cell, status, body)];
  return foreign.length > 0 ? `${name}: tells ${foreign.slice(0, 3).join(", ")}` : undefined;
}

export async function deniedOf(
  cell: Cell,
  ask: ReturnType<typeof reading>["ask"],
): Promise<string | undefined> {
  const { status } = await ask(cell.wanted);
  const expected = cell.allowed ? status === 200 : [400, 401, 403, 404, 410].includes(status);
  return expected ? undefined : `${cell.operation} · ${cell.caller} · ${cell.what}: ${status}`;
}
