import type { Quality } from "./answers.ts";
import { formatsOf, useSite } from "./context.ts";
import { Card, Empty, Table } from "./parts.tsx";
import type { Words } from "./words/words.ts";

/** What a provider must mend, item by item: refused events, sessions without a report, students whom no roster names. */

/** Of a provider's items, those shown at most. */
const SHOWN = 100;

type Item = NonNullable<NonNullable<Quality["refused"]>[number]["items"]>[number];
/** What is left to do about a refused event, fault by fault; nothing where it was taken since. */
function toDo({ resolved, errors, result }: Item, words: Words): Item["errors"] {
  if (resolved === true) return [{ pointer: "", detail: words.provider.resolved }];
  return errors.length > 0 ? errors : [{ pointer: "", detail: words.provider.results[result] }];
}

export function Refused({ quality: { refused } }: { quality: Quality }) {
  const { words } = useSite();
  const { momentOf } = formatsOf(words);
  if (refused === undefined) return null;
  const items = refused
    .toReversed()
    .flatMap((one) => (one.items ?? []).map((item) => ({ ...item, at: one.at })));
  const rows = items
    .toSorted((a, b) => Number(a.resolved ?? false) - Number(b.resolved ?? false))
    .flatMap(({ at, ...item }) =>
      toDo(item, words).map(({ pointer, detail }) => [
        item.session_id ?? item.event_id ?? "–",
        <code>{pointer || "–"}</code>,
        detail,
        momentOf(at),
      ]),
    );
  return (
    <Card title={words.provider.refused} id="refused">
      {rows.length === 0 ? (
        <Empty what={words.provider.noneRefused} />
      ) : (
        <Table
          label={words.provider.refused}
          columns={[
            { name: words.provider.sessionOrEvent },
            { name: words.provider.fault },
            { name: words.provider.fix },
            { name: words.provider.when, end: true },
          ]}
          rows={rows.slice(0, SHOWN)}
        />
      )}
    </Card>
  );
}

type Listed = {
  label: string;
  /** What the first column and the last one hold. */
  what: string;
  when: string;
  schools: Quality["schools"];
  items: { school_id: string; name: string; at: string }[];
};

/** Sessions or students by school, each with a time by its school's clock, the latest first. */
function AtSchools({ label, what, when, schools, items }: Listed) {
  const { words } = useSite();
  const { momentOf } = formatsOf(words);
  const known = new Map(schools.map((school) => [school.school_id, school]));
  return (
    <Table
      label={label}
      columns={[{ name: what }, { name: words.district.school }, { name: when, end: true }]}
      rows={items
        .toReversed()
        .slice(0, SHOWN)
        .map(({ school_id, name, at }) => [
          name,
          known.get(school_id)?.name ?? school_id,
          momentOf(at, known.get(school_id)?.time_zone),
        ])}
    />
  );
}

export function Missing({ quality: { days, schools } }: { quality: Quality }) {
  const { words } = useSite();
  const items = days
    .flatMap((one) => one.missing)
    .map(({ session_id, school_id, scheduled_end }) => ({ name: session_id, school_id, at: scheduled_end }));
  if (items.length === 0) return null;
  const [label, what, when] = [words.provider.missing, words.provider.session, words.today.ended];
  return (
    <Card title={`${label}: ${items.length}`} id="missing">
      <AtSchools {...{ label, what, when, schools, items }} />
    </Card>
  );
}

export function Unmatched({ quality: { days } }: { quality: Quality }) {
  const { words } = useSite();
  const ids = new Set(
    days.flatMap(({ unmatched_students = [] }) => unmatched_students.map((one) => one.student_id)),
  );
  const count = Math.max(ids.size, ...days.map(({ unmatched = 0 }) => unmatched));
  if (count === 0) return null;
  return (
    <Card title={`${words.provider.unmatched}: ${count}`} id="unmatched">
      <p>{words.provider.unmatchedHelp}</p>
      <p class="ids">{[...ids].sort().slice(0, SHOWN).join(", ")}</p>
    </Card>
  );
}

/** Sessions of a student who was in another one meanwhile: who, where, and when each began. */
export function Overlapping({ quality: { days, schools } }: { quality: Quality }) {
  const { words } = useSite();
  const count = days.reduce((sum, { overlapping = 0 }) => sum + overlapping, 0);
  const items = days
    .flatMap(({ overlapping_sessions = [] }) => overlapping_sessions)
    .map(({ school_id, student_id, start }) => ({ name: student_id, school_id, at: start }));
  if (count === 0) return null;
  const [label, what, when] = [words.provider.overlapping, words.weeks.student, words.provider.began];
  return (
    <Card title={`${label}: ${count}`} id="overlapping">
      <p>{words.provider.overlappingHelp}</p>
      {items.length > 0 && <AtSchools {...{ label, what, when, schools, items }} />}
    </Card>
  );
}
