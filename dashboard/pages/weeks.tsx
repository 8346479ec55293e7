import { useMemo, useState } from "preact/hooks";
import type { MySchool, Weeks as WeeksAnswer } from "../answers.ts";
import { useSite } from "../context.ts";
import { useAnswers } from "../live.ts";
import { AsOf, Await, Empty, Title } from "../parts.tsx";
import { arranged, byGrade, NOTHING, type Filter } from "../week-rows.ts";
import { Rows } from "../week-table.tsx";

/** A row per student, a cell per week: who does not get what was promised is seen at a glance. */
export function Weeks({ school }: { school: MySchool }) {
  const { api, words } = useSite();
  const at = `/v1/schools/${encodeURIComponent(school.school_id)}`;
  const shown = useAnswers<[WeeksAnswer]>(api, [`${at}/weeks`], { version: `${at}/version` });
  return (
    <>
      <Title name={words.weeks.title} />
      <Await shown={shown}>
        {([grid]) => (
          <>
            <AsOf at={shown.at} timeZone={school.time_zone} />
            {grid.students.length === 0 ? (
              <Empty what={words.weeks.none} />
            ) : (
              <Grid school={school} grid={grid} />
            )}
          </>
        )}
      </Await>
    </>
  );
}

function Grid({ school, grid }: { school: MySchool; grid: WeeksAnswer }) {
  const { words, names } = useSite();
  const [filter, setFilter] = useState<Filter>(NOTHING);
  const rows = useMemo(() => arranged(grid, filter, names), [grid, filter, names]);
  return (
    <>
      <Filters
        grid={grid}
        filter={filter}
        change={(part) => setFilter((before) => ({ ...before, ...part }))}
      />
      <p class="quiet">{words.weeks.legend}</p>
      <Key />
      <p role="status" class="quiet">
        {words.of(rows.length, grid.students.length)}
      </p>
      {rows.length === 0 ? <Empty what={words.weeks.none2} /> : <Rows {...{ school, grid, rows }} />}
    </>
  );
}

const LEVELS = ["<50%", "50–79%", "80–99%", "≥100%"];

function Key() {
  const { words } = useSite();
  return (
    <p class="key">
      {words.weeks.key}:
      {LEVELS.map((name, level) => (
        <span class={`level-${level}`}>{name}</span>
      ))}
      <span class="said">
        <span class="level-none">–</span> {words.weeks.notKnown}
      </span>
      <span class="said">
        <b>?</b> {words.weeks.reportMissing}
      </span>
      <span class="said">
        <i>×</i> {words.weeks.notHeld}
      </span>
    </p>
  );
}

type Filtering = { grid: WeeksAnswer; filter: Filter; change: (part: Partial<Filter>) => void };

function Filters({ grid, filter, change }: Filtering) {
  const { words, me } = useSite();
  const choices = useMemo(() => {
    const all = (ids: string[]) => [...new Set(ids)].sort(byGrade);
    return {
      program: all(grid.students.flatMap(({ program_ids }) => program_ids)),
      provider: all(grid.students.flatMap(({ provider_ids }) => provider_ids)),
      grade: all(grid.students.flatMap(({ grade }) => grade ?? [])),
    };
  }, [grid]);
  const nameOf = { program: me.names.programs, provider: me.names.providers, grade: {} };
  return (
    <form class="filters" onSubmit={(event) => event.preventDefault()}>
      <label>
        {words.weeks.find}
        <input
          type="search"
          value={filter.text}
          onInput={(event) => change({ text: event.currentTarget.value })}
        />
      </label>
      {(["program", "provider", "grade"] as const)
        .filter((kind) => choices[kind].length > 1)
        .map((kind) => (
          <label>
            {words.weeks[kind]}
            <select value={filter[kind]} onChange={(event) => change({ [kind]: event.currentTarget.value })}>
              <option value="">{words.weeks.all}</option>
              {choices[kind].map((id) => (
                <option value={id}>{new Map(Object.entries(nameOf[kind])).get(id) ?? id}</option>
              ))}
            </select>
          </label>
        ))}
      <label>
        {words.weeks.sort}
        <select value={filter.sort} onChange={(event) => change({ sort: sortOf(event.currentTarget.value) })}>
          <option value="share">{words.weeks.byShare}</option>
          <option value="attendance">{words.weeks.byAttendance}</option>
          <option value="id">{words.weeks.byId}</option>
        </select>
      </label>
    </form>
  );
}

const sortOf = (text: string): Filter["sort"] => (text === "attendance" || text === "id" ? text : "share");
