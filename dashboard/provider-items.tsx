import type { Quality } from "./answers.ts";
import { formatsOf, useSite } from "./context.ts";
import { Card, Empty, Table } from "./parts.tsx";
import type { Words } from "./words/words.ts";

/** What a provider must mend, item by item: refused events, sessions without a report, students whom no roster names. */

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
          rows={rows.slice(0, 100)}
        />
      )}
    </Card>
  );
}

export function Missing({ quality: { days, schools } }: { quality: Quality }) {
  const { words } = useSite();
  const { momentOf } = formatsOf(words);
  const names = new Map(schools.map(({ school_id, name }) => [school_id, name]));
  const missing = days.flatMap((one) => one.missing);
  if (missing.length === 0) return null;
  return (
    <Card title={`${words.provider.missing}: ${missing.length}`} id="missing">
      <Table
        label={words.provider.missing}
        columns={[
          { name: words.student.history },
          { name: words.district.school },
          { name: words.today.ended, end: true },
        ]}
        rows={missing
          .toReversed()
          .slice(0, 100)
          .map(({ session_id, school_id, scheduled_end }) => [
            session_id,
            names.get(school_id) ?? school_id,
            momentOf(scheduled_end),
          ])}
      />
    </Card>
  );
}

export function Unmatched({ quality: { days } }: { quality: Quality }) {
  const { words } = useSite();
  const ids = new Set(
    days.flatMap(({ unmatched_students = [] }) => unmatched_students.map((one) => one.student_id)),
  );
  const count = Math.max(ids.size, ...days.map(({ unmatched }) => unmatched));
  if (count === 0) return null;
  return (
    <Card title={`${words.provider.unmatched}: ${count}`} id="unmatched">
      <p>{words.provider.unmatchedHelp}</p>
      <p class="ids">{[...ids].sort().slice(0, 100).join(", ")}</p>
    </Card>
  );
}

/** Students who were reported in two sessions at once: who, where, and when each began. */
export function Overlapping({ quality: { days, schools } }: { quality: Quality }) {
  const { words } = useSite();
  const { momentOf } = formatsOf(words);
  const names = new Map(schools.map(({ school_id, name }) => [school_id, name]));
  const count = days.reduce((sum, { overlapping }) => sum + overlapping, 0);
  const sessions = days.flatMap(({ overlapping_sessions = [] }) => overlapping_sessions);
  if (count === 0) return null;
  return (
    <Card title={`${words.provider.overlapping}: ${count}`} id="overlapping">
      <p>{words.provider.overlappingHelp}</p>
      {sessions.length > 0 && (
        <Table
          label={words.provider.overlapping}
          columns={[
            { name: words.weeks.student },
            { name: words.district.school },
            { name: words.provider.when, end: true },
          ]}
          rows={sessions
            .toReversed()
            .slice(0, 100)
            .map(({ school_id, student_id, start }) => [
              student_id,
              names.get(school_id) ?? school_id,
              momentOf(start),
            ])}
        />
      )}
    </Card>
  );
}
