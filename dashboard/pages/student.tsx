import type { MySchool, Progress, Student as StudentAnswer } from "../answers.ts";
import { AlertList } from "../alert-list.tsx";
import { formatsOf, LINK, useSite } from "../context.ts";
import { useAnswers } from "../live.ts";
import { Unreported } from "../unreported.tsx";
import { AsOf, Await, Card, Empty, Table, Tile, Tiles, Title } from "../parts.tsx";

/** One student: what she got against what is due, how often she came, with whom, and every session. */
export function Student({ school, student_id }: { school: MySchool; student_id: string }) {
  const { api, words, names, me } = useSite();
  const at = `/v1/schools/${encodeURIComponent(school.school_id)}`;
  const path = `${at}/students/${encodeURIComponent(student_id)}`;
  const shown = useAnswers<[StudentAnswer]>(api, [path], { version: `${at}/version` });
  const link = me.student_links[school.district_id]?.replace("{student_id}", encodeURIComponent(student_id));
  return (
    <>
      <p class="steps">
        <a href={LINK.weeks(school.school_id)}>← {words.student.back}</a>
        {link !== undefined && (
          <a href={link} rel="noreferrer" target="_blank">
            {words.student.open}
          </a>
        )}
      </p>
      <Title name={names.get(student_id) ?? student_id} id={student_id} />
      <Await shown={shown}>
        {([student]) => (
          <>
            <AsOf at={shown.at} timeZone={school.time_zone} />
            <Figures student={student} />
            <Dosage student={student} />
            {student.alerts.length > 0 && (
              <Card title={words.student.alerts} id="alerts">
                <AlertList school={school} alerts={student.alerts} changed={shown.again} />
              </Card>
            )}
            <Unreported school={school} missing={student.missing} />
            <History school={school} student={student} />
          </>
        )}
      </Await>
    </>
  );
}

function Figures({ student }: { student: StudentAnswer }) {
  const { words } = useSite();
  const { share, hoursOf } = formatsOf(words);
  const held = student.history.filter(({ status }) => status !== "not_held").length;
  return (
    <Tiles>
      <Tile
        label={words.student.hours}
        value={hoursOf(student.hours)}
        {...(student.hours_elsewhere > 0 && {
          of: `+ ${hoursOf(student.hours_elsewhere)} ${words.student.elsewhere}`,
        })}
      />
      <Tile
        label={words.student.attendance}
        value={share(student.attendance_rate_held)}
        of={words.of(student.sessions, held)}
      />
      <Tile
        label={words.student.tutors}
        value={String(student.tutors)}
        of={`${share(student.tutor_consistency)} ${words.student.consistency}`}
      />
    </Tiles>
  );
}

function Dosage({ student }: { student: StudentAnswer }) {
  const { words } = useSite();
  return (
    <Card title={words.student.dosage} id="dosage">
      {student.progress.length === 0 ? (
        <Empty what={words.student.noPlan} />
      ) : (
        student.progress.map((progress) => <Pace progress={progress} />)
      )}
    </Card>
  );
}

/** In the words of the bar: behind from where a rule says so, on pace from the mark on, and in between close to it. */
function paceOf({ minutes, expected_minutes, off_pace }: Progress): "behind" | "onPace" | "nearPace" {
  if (off_pace) return "behind";
  return minutes < expected_minutes ? "nearPace" : "onPace";
}

function Pace({ progress }: { progress: Progress }) {
  const { words, me } = useSite();
  const { day } = formatsOf(words);
  const { program_id, minutes, expected_minutes, target_minutes, off_pace } = progress;
  const { required_pace, last_feasible_day } = progress;
  const on = (part: number) => Math.min(100, (part / Math.max(1, target_minutes)) * 100);
  const reached = minutes >= target_minutes;
  const sofar = words.student.sofar(minutes, expected_minutes, target_minutes);
  return (
    <div class="pace">
      <h3>
        {me.names.programs[program_id] ?? program_id}{" "}
        <span class={`standing ${off_pace ? "open" : "resolved"}`}>{words.student[paceOf(progress)]}</span>
      </h3>
      <svg viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label={sofar}>
        <rect class="track" width="100" height="8" />
        <rect class="bar" width={on(minutes)} height="8" />
        <rect class="due" x={Math.min(99.4, on(expected_minutes))} width="0.6" height="8" />
      </svg>
      <p>{sofar}</p>
      <p>
        {reached
          ? words.student.reached
          : last_feasible_day === ""
            ? words.student.tooLate
            : words.student.needed(required_pace)}
      </p>
      {!reached && last_feasible_day !== "" && (
        <p class="quiet">{words.student.feasible(day(last_feasible_day))}</p>
      )}
    </div>
  );
}

function History({ school, student }: { school: MySchool; student: StudentAnswer }) {
  const { words, me } = useSite();
  const { dayOf } = formatsOf(words);
  const rows = student.history.toSorted((a, b) => b.at.localeCompare(a.at));
  return (
    <Card title={words.student.history} id="history">
      {rows.length === 0 ? (
        <Empty what={words.student.noSessions} />
      ) : (
        <>
          <Timeline rows={rows} school={school} />
          <Table
            label={words.student.history}
            columns={[
              { name: words.student.day },
              { name: words.student.what },
              { name: words.student.time, end: true },
              { name: words.weeks.provider },
              { name: words.student.tutor },
            ]}
            rows={rows.map(({ at, status, minutes, scheduled_minutes, provider_id, tutor_id }) => [
              dayOf(at, school.time_zone),
              <span class={`status ${status}`}>{words.status[status]}</span>,
              words.of(minutes, scheduled_minutes),
              me.names.providers[provider_id] ?? provider_id,
              tutor_id,
            ])}
          />
        </>
      )}
    </Card>
  );
}

const STEP = 8;

/** A mark for each session in its order: as high as the minutes were of those planned. The table below says the same. */
function Timeline({ rows, school }: { rows: StudentAnswer["history"]; school: MySchool }) {
  const { words } = useSite();
  const { dayOf } = formatsOf(words);
  const width = Math.max(40, rows.length) * STEP;
  return (
    <>
      <p class="quiet" aria-hidden="true">
        {words.student.newestFirst}
      </p>
      <svg class="timeline" preserveAspectRatio="xMinYMid" viewBox={`0 0 ${width} 40`} aria-hidden="true">
        {rows.map(({ status, minutes, scheduled_minutes, at }, place) => {
          const share = Math.min(1, minutes / Math.max(1, scheduled_minutes));
          const came = minutes > 0;
          return (
            <rect
              class={came ? "came" : status === "not_held" ? "not-held" : "away"}
              x={place * STEP}
              y={came ? 36 - share * 34 : 30}
              width={STEP - 2}
              height={came ? share * 34 : 6}
            >
              <title>{`${dayOf(at, school.time_zone)}: ${words.status[status]}`}</title>
            </rect>
          );
        })}
        <line class="axis" x1="0" x2={width} y1="37" y2="37" />
      </svg>
    </>
  );
}
