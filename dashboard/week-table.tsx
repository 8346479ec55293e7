import { useEffect, useRef, useState } from "preact/hooks";
import type { MySchool, Weeks as WeeksAnswer } from "./answers.ts";
import { formatsOf, useSite } from "./context.ts";
import { StudentLink } from "./parts.tsx";
import { levelOf, totalsOf, type Row } from "./week-rows.ts";

/** Sizes are fixed, so that a browser need not look at every cell to know how wide a column is. */
const ROW_PX = 44;
const WEEK_PX = 62;
const FIRST_PX = 112;
const BEYOND = 4;

/** Rows and weeks, from one to before another. */
type Window = { from: number; to: number; first: number; last: number };
const same = (a: Window, b: Window) =>
  a.from === b.from && a.to === b.to && a.first === b.first && a.last === b.last;

function windowOf({ scrollTop, scrollLeft, clientHeight, clientWidth }: Element): Window {
  return {
    from: Math.max(0, Math.floor(scrollTop / ROW_PX) - BEYOND),
    to: Math.ceil((scrollTop + clientHeight) / ROW_PX) + BEYOND,
    first: Math.max(0, Math.floor(scrollLeft / WEEK_PX) - 1),
    last: Math.ceil((scrollLeft + clientWidth) / WEEK_PX) + 1,
  };
}
const ALL: Window = { from: 0, to: Number.MAX_SAFE_INTEGER, first: 0, last: Number.MAX_SAFE_INTEGER };

/** Only the rows and weeks that can be seen are in the page, and a few beyond; all of them on paper. */
function useWindow({ rows, weeks }: { rows: number; weeks: number }) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, see] = useState<Window>({ from: 0, to: 40, first: Math.max(0, weeks - 20), last: weeks });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const look = () => see((before) => (same(before, windowOf(element)) ? before : windowOf(element)));
    const all = () => see(ALL);
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
  const [to, last] = [Math.min(seen.to, rows), Math.min(seen.last, weeks)];
  const from = Math.min(seen.from, Math.max(0, to - 1));
  return { box, from, to, first: Math.min(seen.first, last), last };
}

export function Rows({ school, grid, rows }: { school: MySchool; grid: WeeksAnswer; rows: readonly Row[] }) {
  const { words } = useSite();
  const { day } = formatsOf(words);
  const { box, from, to, first, last } = useWindow({ rows: rows.length, weeks: grid.weeks.length });
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
            <StudentRow key={row.student_id} {...{ school, row, first, last, place: from + place }} />
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

type OneRow = { school: MySchool; row: Row; place: number } & Pick<Window, "first" | "last">;

function StudentRow({ school, row, place, first, last }: OneRow) {
  const { words } = useSite();
  const { share } = formatsOf(words);
  const totals = totalsOf(row);
  return (
    <tr aria-rowindex={place + 2}>
      <th scope="row">
        <StudentLink school_id={school.school_id} student_id={row.student_id} />
        {row.grade !== undefined && <small> {row.grade}</small>}
      </th>
      {first > 0 && <td colSpan={first} />}
      {row.minutes.slice(first, last).map((_, place) => (
        <Cell {...{ row, at: first + place }} />
      ))}
      {last < row.minutes.length && <td colSpan={row.minutes.length - last} />}
      <td class="end total">
        {share(totals.share)}
        <small>{`${totals.attended}/${totals.held}`}</small>
      </td>
    </tr>
  );
}

function Cell({ row, at }: { row: Row; at: number }) {
  const minutes = row.minutes[at] ?? null;
  const missing = row.unreported[at] ?? 0;
  const held = row.held[at] ?? 0;
  const notHeld = (row.scheduled[at] ?? 0) - held;
  return (
    <td class={`end ${levelOf(row.minutes_over[at] ?? null, row.due_minutes[at] ?? null)}`}>
      {minutes ?? "–"}
      {missing > 0 && <b>?</b>}
      <small>
        {held === 0 ? "\u00a0" : `${row.attended[at] ?? 0}/${held}`}
        {notHeld > 0 && <i> ×{notHeld}</i>}
      </small>
    </td>
  );
}
