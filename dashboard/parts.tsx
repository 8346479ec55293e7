import type { ComponentChildren, JSX } from "preact";
import { formatsOf, LINK, useSite } from "./context.ts";
import type { Shown } from "./live.ts";
import type { Figures } from "./answers.ts";

/** A figure with what it is of. */
export function Tile({
  label,
  value,
  of,
  tone,
}: Record<"label" | "value", string> & { of?: string; tone?: string }) {
  return (
    <div class={`tile ${tone ?? ""}`}>
      <dt>{label}</dt>
      <dd>
        {value}
        {of !== undefined && <small>{of}</small>}
      </dd>
    </div>
  );
}

export const Tiles = ({ children }: { children: ComponentChildren }) => <dl class="tiles">{children}</dl>;

export function Card({ title, children, id }: { title: string; children: ComponentChildren; id: string }) {
  return (
    <section class="card" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}

type Column = { name: string; end?: boolean };

/** A plain table that can be moved sideways by keyboard where it is wider than the screen. */
export function Table({
  label,
  columns,
  rows,
}: {
  label: string;
  columns: readonly Column[];
  rows: readonly (readonly ComponentChildren[])[];
}) {
  return (
    <div class="scroll" role="group" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name, end }) => (
              <th scope="col" class={end ? "end" : ""}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((cell, place) =>
                place === 0 ? (
                  <th scope="row">{cell}</th>
                ) : (
                  <td class={columns[place]?.end ? "end" : ""}>{cell}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The name that the reader's own file gives, else the id; a link to what is known of the student. */
export function StudentLink({ school_id, student_id }: Record<"school_id" | "student_id", string>) {
  const { names } = useSite();
  return (
    <a class="student" href={LINK.student(school_id, student_id)}>
      {names.get(student_id) ?? student_id}
    </a>
  );
}

export const Empty = ({ what, help }: { what: string; help?: string }) => (
  <p class="empty">
    {what}
    {help !== undefined && <span>{help}</span>}
  </p>
);

/** What is shown, or why nothing is; what is old stays, with the reason above it. */
export function Await<T>({ shown, children }: { shown: Shown<T>; children: (data: T) => JSX.Element }) {
  const { words } = useSite();
  const { data, trouble, again } = shown;
  return (
    <>
      {trouble !== undefined && (
        <p class="trouble" role="alert">
          {words.trouble[trouble]}{" "}
          <button type="button" onClick={() => void again()}>
            {words.again}
          </button>
        </p>
      )}
      {data !== undefined && children(data)}
      {data === undefined && trouble === undefined && (
        <p class="wait" role="status">
          {words.wait}
        </p>
      )}
    </>
  );
}

/** How old the page is, and how late reports are. */
export function AsOf({
  at,
  figures,
  timeZone,
}: {
  at: Date | undefined;
  figures?: Figures;
  timeZone?: string;
}) {
  const { words } = useSite();
  if (at === undefined) return null;
  const lag = figures?.reporting_lag_minutes.p50;
  return (
    <p class="as-of">
      {words.asOf(formatsOf(words).clock(at, timeZone))}
      {figures !== undefined && ` · ${lag === null || lag === undefined ? words.lagUnknown : words.lag(lag)}`}
    </p>
  );
}
