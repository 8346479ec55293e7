import type { Figures, Me, Overview, OverviewSchool, Report } from "../answers.ts";
import { Trend } from "../charts.tsx";
import { formatsOf, LINK, useSite } from "../context.ts";
import { Distribution } from "../hours-card.tsx";
import { useAnswers } from "../live.ts";
import { PACE } from "../rhythm.ts";
import { AsOf, Await, Card, Empty, StudentLink, Table, Tile, Tiles, Title } from "../parts.tsx";
import { sum } from "../../domain/numbers.ts";

/** All schools of a district beside one another, and the whole of it over the term. */
export function District({ district_id }: { district_id: string }) {
  const { api, words, me } = useSite();
  const at = `/v1/districts/${encodeURIComponent(district_id)}`;
  const report = `/v1/reports/dosage?district_id=${encodeURIComponent(district_id)}`;
  const shown = useAnswers<[Overview, Report]>(api, [`${at}/overview`, report], {
    version: `${at}/version`,
    // all schools are asked, so a look costs more
    slowest: PACE.idle_ms,
  });
  return (
    <>
      <Title name={me.names.districts[district_id] ?? district_id} />
      <Await shown={shown}>
        {([overview, dosage]) =>
          overview.schools.length === 0 ? (
            <Empty what={words.district.empty} />
          ) : (
            <>
              <AsOf
                at={shown.at}
                timeZone={zoneOf(me, district_id)}
                {...(latest(overview) && { figures: latest(overview) })}
              />
              <Whole dosage={dosage} />
              <Schools overview={overview} dosage={dosage} />
              <div class="columns">
                <OverTheTerm overview={overview} />
                <Distribution dosage={dosage} report={report} />
              </div>
              <OffPace schools={overview.schools} />
            </>
          )
        }
      </Await>
    </>
  );
}

/** The zone of the district's schools, where they share one; else the page says whose clock it goes by. */
function zoneOf({ schools }: Me, district_id: string): string | undefined {
  const zones = schools.filter((one) => one.district_id === district_id).map(({ time_zone }) => time_zone);
  return new Set(zones).size === 1 ? zones[0] : undefined;
}

const latest = ({ weeks }: Overview): Figures | undefined => weeks.at(-1);

function Whole({ dosage }: { dosage: Report }) {
  const { words } = useSite();
  const { share, number, hoursOf } = formatsOf(words);
  const { students_tutored, students_enrolled, hours, full_dosage_rate, target_hours } = dosage;
  const target = target_hours === null ? words.district.programTarget : `${target_hours} h`;
  const full = `${words.district.fullRate} (${target})`;
  // 13 of 14 tell of the one who is not: what would tell of few is left out
  const { hidden } = words.district;
  const rate = (of: "of_tutored" | "of_enrolled") =>
    full_dosage_rate === undefined ? hidden : share(full_dosage_rate[of]);
  const countOf = (count: number | undefined) => (count === undefined ? hidden : number(count));
  return (
    <Tiles>
      <Tile
        label={words.district.hours}
        value={hours === undefined ? hidden : hoursOf(hours.mean)}
        of={words.district.perStudent}
      />
      <Tile
        label={full}
        value={rate("of_tutored")}
        of={`${words.district.ofTutored} (${countOf(students_tutored)})`}
      />
      <Tile
        label={full}
        value={rate("of_enrolled")}
        of={`${words.district.ofEnrolled} (${countOf(students_enrolled)})`}
      />
    </Tiles>
  );
}

function Schools({ overview, dosage }: { overview: Overview; dosage: Report }) {
  const { words } = useSite();
  const { share, hoursOf } = formatsOf(words);
  const bySchool = new Map(dosage.by_school.map((row) => [row.school_id, row]));
  // whatever the size of the school: figures of students that can be narrowed can be subtracted
  const notForRole = <abbr title={words.district.notForRole}>{words.district.hidden}</abbr>;
  const hidden = <abbr title={words.district.suppressed}>{words.district.hidden}</abbr>;
  return (
    <Card title={words.district.schools} id="schools">
      <Table
        label={words.district.schools}
        columns={[
          { name: words.district.school },
          { name: words.district.tutored, end: true },
          { name: words.district.hours, end: true },
          { name: words.district.attendance, end: true },
          { name: words.district.delivery, end: true },
          { name: words.district.completeness, end: true },
          { name: words.district.alerts, end: true },
        ]}
        rows={overview.schools.map((school) => {
          const { school_id, name, year, open_alerts } = school;
          const own = bySchool.get(school_id);
          // a school without a roster has no row: that is not known, and not hidden
          const nothing = own?.suppressed === true ? hidden : words.unknown;
          const tutored = own?.students_tutored;
          return [
            <a href={LINK.today(school_id)}>{name ?? school_id}</a>,
            tutored === undefined ? nothing : words.of(tutored, own?.students_enrolled ?? 0),
            own?.hours === undefined ? nothing : hoursOf(own.hours.mean),
            "suppressed" in year ? notForRole : share(year.attendance_rate_held),
            share(year.delivery_rate),
            share(year.completeness),
            open_alerts === undefined ? "–" : String(sum(Object.values(open_alerts))),
          ];
        })}
      />
    </Card>
  );
}

function OverTheTerm({ overview }: { overview: Overview }) {
  const { words } = useSite();
  const { share, day } = formatsOf(words);
  const trend = (label: string, of: (week: Figures) => number | null) => (
    <Trend
      label={label}
      head={[words.district.week, label]}
      points={overview.weeks.map((week) => ({
        name: day(week.from),
        value: of(week),
        text: share(of(week)),
      }))}
    />
  );
  const seesStudents = overview.weeks.some((week) => !("suppressed" in week));
  return (
    <Card title={words.district.trend} id="trend">
      {trend(words.district.delivery, ({ delivery_rate }) => delivery_rate)}
      {seesStudents &&
        trend(words.district.attendance, (week) => ("suppressed" in week ? null : week.attendance_rate_held))}
      {trend(words.district.completeness, ({ completeness }) => completeness)}
    </Card>
  );
}

const MOST = 20;

function OffPace({ schools }: { schools: readonly OverviewSchool[] }) {
  const { words } = useSite();
  const { share } = formatsOf(words);
  if (schools.every(({ off_pace }) => off_pace === undefined)) return null;
  const behind = schools
    .flatMap(({ school_id, name, off_pace = [] }) => off_pace.map((one) => ({ ...one, school_id, name })))
    .sort((a, b) => a.percent - b.percent);
  return (
    <Card title={`${words.district.offPace}: ${behind.length}`} id="off-pace">
      {behind.length === 0 ? (
        <Empty what={words.district.noOffPace} />
      ) : (
        <Table
          label={words.district.offPace}
          columns={[
            { name: words.weeks.student },
            { name: words.district.school },
            { name: words.student.dosage, end: true },
          ]}
          rows={behind
            .slice(0, MOST)
            .map(({ student_id, school_id, name, percent }) => [
              <StudentLink school_id={school_id} student_id={student_id} />,
              name ?? school_id,
              share(percent / 100),
            ])}
        />
      )}
      {behind.length > MOST && <p class="quiet">{words.more(behind.length - MOST)}</p>}
    </Card>
  );
}
