import type { MySchool, Settings as SettingsAnswer } from "../answers.ts";
import { formatsOf, useSite } from "../context.ts";
import { useAnswers } from "../live.ts";
import { Await, Card, Empty, Table, Title } from "../parts.tsx";
import type { Words } from "../words/index.ts";

/** What is in force at a school. It is changed in setup.yaml, not here. */
export function Settings({ school }: { school: MySchool }) {
  const { api, words } = useSite();
  const at = `/v1/schools/${encodeURIComponent(school.school_id)}`;
  const shown = useAnswers<[SettingsAnswer]>(api, [`${at}/settings`], { version: `${at}/version` });
  return (
    <>
      <Title name={words.settings.title} />
      <p class="quiet">{words.settings.readOnly}</p>
      <Await shown={shown}>
        {([settings]) => (
          <>
            <Thresholds settings={settings} />
            <Calendar settings={settings} />
            <Programs settings={settings} />
            <Contacts settings={settings} />
          </>
        )}
      </Await>
    </>
  );
}

const known = <K extends string>(table: Record<K, string>, name: string) =>
  new Map<string, string>(Object.entries(table)).get(name) ?? name;

function valueIn(words: Words, name: string, value: unknown): string {
  const { share, number } = formatsOf(words);
  if (typeof value !== "number") return String(value);
  return name.endsWith("_share") ? share(value) : number(value);
}

function Thresholds({ settings: { rules } }: { settings: SettingsAnswer }) {
  const { words } = useSite();
  return (
    <Card title={words.settings.thresholds} id="thresholds">
      {rules.map(({ rule, off, thresholds }) => (
        <div class="rule">
          <h3>
            {known(words.rules, rule)}
            {off && ` (${words.settings.off})`}
          </h3>
          <dl>
            {thresholds.map(({ name, value, set_by }) => (
              <>
                <dt>{known(words.thresholds, name)}</dt>
                <dd>
                  {valueIn(words, name, value)} <small>{known(words.levels, set_by)}</small>
                </dd>
              </>
            ))}
          </dl>
        </div>
      ))}
    </Card>
  );
}

function Calendar({ settings: { calendar, time_zone } }: { settings: SettingsAnswer }) {
  const { words } = useSite();
  const { day } = formatsOf(words);
  const { first_day, last_day, closures, half_days = [] } = calendar;
  return (
    <Card title={words.settings.calendar} id="calendar">
      <p>
        {words.settings.zone}: {time_zone}
      </p>
      {first_day === undefined ? (
        <Empty what={words.settings.noCalendar} />
      ) : (
        <p>
          {words.settings.term}: {day(first_day)} – {last_day === undefined ? "…" : day(last_day)}
        </p>
      )}
      {closures.length > 0 && (
        <p>
          {words.settings.closures}:{" "}
          {closures
            .map(({ from, to, reason }) => {
              const days = from === to ? day(from) : `${day(from)} – ${day(to)}`;
              return reason === undefined ? days : `${days} (${reason})`;
            })
            .join(", ")}
        </p>
      )}
      {half_days.length > 0 && (
        <p>
          {words.settings.halfDays}: {half_days.map(day).join(", ")}
        </p>
      )}
    </Card>
  );
}

function Programs({ settings: { programs } }: { settings: SettingsAnswer }) {
  const { words } = useSite();
  const { number } = formatsOf(words);
  return (
    <Card title={words.settings.programs} id="programs">
      <Table
        label={words.settings.programs}
        columns={[
          { name: words.weeks.program },
          { name: words.settings.perWeek, end: true },
          { name: words.weeks.minutes, end: true },
          { name: words.district.target, end: true },
        ]}
        rows={programs.map(
          ({ program_id, name, sessions_per_week, minutes_per_session, weeks, target_hours }) => [
            name ?? program_id,
            String(sessions_per_week),
            String(minutes_per_session),
            number(target_hours ?? (sessions_per_week * minutes_per_session * weeks) / 60),
          ],
        )}
      />
    </Card>
  );
}

function Contacts({ settings: { contacts } }: { settings: SettingsAnswer }) {
  const { words } = useSite();
  const { day, hour } = formatsOf(words);
  if (contacts === undefined) return null;
  return (
    <Card title={words.settings.contacts} id="contacts">
      {contacts.length === 0 ? (
        <Empty what={words.settings.noContacts} />
      ) : (
        <Table
          label={words.settings.contacts}
          columns={[
            { name: words.settings.name },
            { name: words.settings.role },
            { name: words.settings.digestAt, end: true },
            { name: words.settings.texts },
          ]}
          rows={contacts.map(({ email, role, digest_hour, texts, on_leave }) => [
            <>
              {email}
              {on_leave !== undefined && (
                <small>
                  {" "}
                  {words.settings.onLeave} {day(on_leave.until)}
                </small>
              )}
            </>,
            words.contactRoles[role],
            hour(digest_hour),
            texts ? words.settings.yes : words.settings.no,
          ])}
        />
      )}
    </Card>
  );
}
