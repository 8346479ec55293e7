import type { Alerts, Day, MySchool } from "../answers.ts";
import { AlertList } from "../alert-list.tsx";
import { formatsOf, LINK, todayAt, useSite } from "../context.ts";
import { useAnswers } from "../live.ts";
import { Unreported } from "../unreported.tsx";
import { AsOf, Await, Card, Empty, StudentLink, Table, Tile, Tiles, Title } from "../parts.tsx";
import { addDays } from "../../domain/school-day.ts";
import { NOT_HELD_ATTRIBUTION, type Attribution } from "../../domain/words.ts";

/** The most that one answer holds: who has more open needs another remedy than a longer list. */
const MOST_ALERTS = 500;

/** What is to be done, what somebody took on, and what waits for a day: nothing disappears before it is over. */
const SECTIONS = [
  { standing: "open", title: "title" },
  { standing: "acknowledged", title: "takenOn" },
  { standing: "snoozed", title: "waiting" },
] as const;

/** A school's day: what was held, who was absent, what is missing, and what needs somebody. */
export function Today({ school, date }: { school: MySchool; date: string | undefined }) {
  const { api, words } = useSite();
  const { longDay } = formatsOf(words);
  const day = date ?? todayAt(school.time_zone);
  const at = `/v1/schools/${encodeURIComponent(school.school_id)}`;
  const shown = useAnswers<[Day, ...Alerts[]]>(
    api,
    [
      `${at}/days/${day}`,
      ...(school.students
        ? SECTIONS.map(({ standing }) => `${at}/alerts?standing=${standing}&limit=${MOST_ALERTS}`)
        : []),
    ],
    { version: `${at}/version` },
  );
  return (
    <>
      <Title name={longDay(day)} />
      <p class="steps">
        <a href={LINK.today(school.school_id, addDays(day, -1))}>← {words.today.before}</a>
        <a href={LINK.today(school.school_id, addDays(day, 1))}>{words.today.after} →</a>
      </p>
      <Await shown={shown}>
        {([figures, ...alerts]) => (
          <>
            <AsOf at={shown.at} figures={figures} timeZone={school.time_zone} />
            <DayTiles day={figures} />
            {alerts.length > 0 && <Sections {...{ school, alerts }} changed={shown.again} />}
            <Sessions school={school} day={figures} />
          </>
        )}
      </Await>
    </>
  );
}

type Answering = { school: MySchool; alerts: readonly Alerts[]; changed: () => Promise<void> };

function Sections({ school, alerts, changed }: Answering) {
  const { words } = useSite();
  const filled = SECTIONS.flatMap(({ standing, title }, place) => {
    const { items = [], next } = alerts[place] ?? {};
    return standing === "open" || items.length > 0 ? [{ title, items, next }] : [];
  });
  return (
    <>
      {filled.map(({ title, items, next }) => (
        <Card key={title} title={words.alerts[title]} id={title === "title" ? "to-do" : title}>
          <AlertList school={school} alerts={items} changed={changed} />
          {next !== undefined && <p>{words.moreThan(MOST_ALERTS)}</p>}
        </Card>
      ))}
    </>
  );
}

function DayTiles({ day }: { day: Day }) {
  const { words } = useSite();
  const { sessions_held, sessions_not_held, sessions_unreported, sessions_to_come } = day;
  const over = sessions_held + sessions_not_held + sessions_unreported;
  return (
    <Tiles>
      <Tile
        label={words.today.held}
        value={String(sessions_held)}
        {...(over > 0 && { of: words.of(sessions_held, over) })}
      />
      <Tile
        label={words.today.notHeld}
        value={String(sessions_not_held)}
        {...(sessions_not_held > 0 && { tone: "warn" })}
      />
      <Tile
        label={words.today.missing}
        value={String(sessions_unreported)}
        {...(sessions_unreported > 0 && { tone: "warn" })}
      />
      <Tile label={words.today.toCome} value={String(sessions_to_come)} />
    </Tiles>
  );
}

function Sessions({ school, day }: { school: MySchool; day: Day }) {
  const { words } = useSite();
  const { sessions_held, sessions_not_held, sessions_unreported, sessions_to_come } = day;
  if (sessions_held + sessions_not_held + sessions_unreported + sessions_to_come === 0)
    return <Empty what={words.today.empty} help={words.today.emptyHelp} />;
  return (
    <>
      {day.student_sessions === undefined ? (
        <p class="quiet">{words.today.totalsOnly}</p>
      ) : (
        <Absent school={school} rows={day.student_sessions} />
      )}
      <NotHeld day={day} />
      <Unreported school={school} missing={day.missing ?? []} />
    </>
  );
}

const ABSENT: readonly string[] = ["absent_excused", "absent_unexcused"];

function Absent({ school, rows }: { school: MySchool; rows: NonNullable<Day["student_sessions"]> }) {
  const { words, me } = useSite();
  const { clock } = formatsOf(words);
  const absent = rows.filter(({ status }) => ABSENT.includes(status));
  const held = rows.filter(({ status }) => status !== "not_held");
  return (
    <Card title={`${words.today.absent}: ${words.of(absent.length, held.length)}`} id="absent">
      {absent.length === 0 ? (
        <Empty what={words.today.nobodyAbsent} />
      ) : (
        <Table
          label={words.today.absent}
          columns={[
            { name: words.weeks.student },
            { name: words.student.what },
            { name: words.provider.when, end: true },
            { name: words.weeks.provider },
          ]}
          rows={absent.map(({ student_id, status, at, provider_id }) => [
            <StudentLink school_id={school.school_id} student_id={student_id} />,
            words.status[status],
            clock(at, school.time_zone),
            me.names.providers[provider_id] ?? provider_id,
          ])}
        />
      )}
    </Card>
  );
}

/** Why sessions were not held, by whose fault. */
function NotHeld({ day }: { day: Day }) {
  const { words, me } = useSite();
  const rows = day.providers.flatMap(({ provider_id, not_held }) =>
    not_held.map(({ reason, sessions }) => {
      const fault: Attribution = NOT_HELD_ATTRIBUTION[reason];
      const name = me.names.providers[provider_id] ?? provider_id;
      return [name, words.reasons[reason], words.fault[fault], String(sessions)];
    }),
  );
  if (rows.length === 0) return null;
  return (
    <Card title={words.today.why} id="not-held">
      <Table
        label={words.today.why}
        columns={[
          { name: words.weeks.provider },
          { name: words.provider.byCause },
          { name: words.today.whose },
          { name: words.today.notHeld, end: true },
        ]}
        rows={rows}
      />
    </Card>
  );
}
