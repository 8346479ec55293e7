import type { Missing, MySchool } from "./answers.ts";
import { formatsOf, useSite } from "./context.ts";
import { Card, Table } from "./parts.tsx";

/** Sessions that are over, and of which nobody said how they went. */
export function Unreported({ school, missing }: { school: MySchool; missing: readonly Missing[] }) {
  const { words, me } = useSite();
  const { clock, dayOf } = formatsOf(words);
  if (missing.length === 0) return null;
  return (
    <Card title={`${words.today.missing}: ${missing.length}`} id="missing">
      <p>{words.today.missingHelp}</p>
      <Table
        label={words.today.missing}
        columns={[
          { name: words.weeks.provider },
          { name: words.today.ended, end: true },
          { name: words.today.students, end: true },
        ]}
        rows={missing.map(({ provider_id, scheduled_end, students }) => [
          me.names.providers[provider_id] ?? provider_id,
          `${dayOf(scheduled_end, school.time_zone)}, ${clock(scheduled_end, school.time_zone)}`,
          String(students),
        ])}
      />
    </Card>
  );
}
