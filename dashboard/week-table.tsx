import { useEffect, useRef, useState } from "preact/hooks";
import type { MySchool, Weeks as WeeksAnswer } from "./answers.ts";
import { formatsOf, useSite } from "./context.ts";
import { StudentLink } from "./parts.tsx";
import { levelOf, totalsOf, type Row, type Week } from "./week-rows.ts";

/** Sizes are fixed, so that a browser need not look at every cell to know how wide a column is. */
const ROW_PX = 44;
const WEEK_PX = 62;
const FIRST_PX = 112;
const BEYOND = 4;

type Window = { from: number; to: number };

/** Only the rows that can be seen are in the page, and a few beyond; all of them on paper. */
function useWindow(count: number) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, see] = useState<Window>({ from: 0, to: 40 });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => {
      const from = Math.max(0, Math.floor(element.scrollTop / ROW_PX) - BEYOND);
      const to = Math.ceil((element.scrollTop + element.clientHeight) / ROW_PX) + BEYOND;
      see((before) => (before.from === from && before.to === to ? before : { from, to }));
    };
    const all = () => see({ from: 0, to: Number.MAX_SAFE_INTEGER });
    // the last weeks are what is asked about
    element.scrollLeft = element.scrollWidth;
    look();
    element.addEventListener("scroll", look, { passive: true });
    addEventListener("resize", look);
    addEventListener("beforeprint", all);
    addEventListener("afterprint", look);
    return () => {
      element.removeEventListener("scroll", look);
      removeEventListener("resize", look);
      removeEventListener("beforeprint", all);
      removeEventListener("afterprint", look);
    };
  }, []);
  const to = Math.min(seen.to, count);
  return { box, from: Math.min(seen.from, Math.max(0, to - 1)), to };
}

export function Rows({ school, grid, rows }: { school: MySchool; grid: WeeksAnswer; rows: readonly Row[] }) {
  const { words } = useSite();
  const { day } = formatsOf(words);
  const { box, from, to } = useWindow(rows.length);
  const columns = grid.weeks.length + 2;
  return (
    <div class="scroll grid" role="group" aria-label={words.weeks.grid} tabIndex={0} ref={box}>
      <table
        aria-rowcount={rows.length + 1}
        style={{ width: `${grid.weeks.length * WEEK_PX + FIRST_PX + WEEK_PX}px` }}
      >
        <colgroup>
          <col style={{ width: `${FIRST_PX}px` }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">{words.weeks.student}</th>
            {grid.weeks.map((week) => (
              <th scope="col" class="end">
                {day(week.from)}
              </th>
            ))}
            <th scope="col" class="end">
              {words.weeks.total}
            </th>
          </tr>
        </thead>
        <tbody>
          {from > 0 && <Space rows={from} columns={columns} />}
          {rows.slice(from, to).map((row, place) => (
            <StudentRow key={row.student_id} {...{ school, row, weeks: grid.weeks, place: from + place }} />
          ))}
          {to < rows.length && <Space rows={rows.length - to} columns={columns} />}
        </tbody>
      </table>
    </div>
  );
}

const Space = ({ rows, columns }: { rows: number; columns: number }) => (
  <tr aria-hidden="true" style={{ height: `${rows * ROW_PX}px` }}>
    <td colSpan={columns} />
  </tr>
);

type OneRow = { school: MySchool; row: Row; weeks: readonly Week[]; place: number };

function StudentRow({ school, row, weeks, place }: OneRow) {
  const { words } = useSite();
  const { share } = formatsOf(words);
  const totals = totalsOf(row);
  return (
    <tr aria-rowindex={place + 2}>
      <th scope="row">
        <StudentLink school_id={school.school_id} student_id={row.student_id} />
        {row.grade !== undefined && <small> {row.grade}</small>}
      </th>
      {weeks.map((_, at) => (
        <Cell {...{ row, at }} />
      ))}
      <td class="end total">
        {share(totals.share)}
        <small>{`${totals.attended}/${totals.scheduled}`}</small>
      </td>
    </tr>
  );
}

function Cell({ row, at }: { row: Row; at: number }) {
  const minutes = row.minutes[at] ?? null;
  const missing = row.unreported[at] ?? 0;
  const scheduled = row.scheduled[at] ?? 0;
  return (
    <td class={`end ${levelOf(minutes, row.due_minutes[at] ?? null)}`}>
      {minutes ?? "–"}
      {missing > 0 && <b>?</b>}
      <small>{scheduled === 0 ? "\u00a0" : `${row.attended[at] ?? 0}/${scheduled}`}</small>
    </td>
  );
}
