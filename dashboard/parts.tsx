import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { formatsOf, LINK, useSite } from "./context.ts";
import type { Shown } from "./live.ts";
import type { Figures } from "./answers.ts";
import type { Words } from "./words/index.ts";

/** What a page is called, on it and on its window: there without a student's name, because browsers keep a history. */
export function Title({ name, id = name }: { name: string; id?: string }) {
  useEffect(() => {
    document.title = `${id} – Rollcall`;
  }, [id]);
  return <h1>{name}</h1>;
}

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

/** Rows above which a table has a height of its own, so that what stands below is found. */
const LONG = 25;

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
    <div class={rows.length > LONG ? "scroll long" : "scroll"} role="group" aria-label={label} tabIndex={0}>
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
  const { words, signIn } = useSite();
  const { data, trouble, again } = shown;
  return (
    <>
      {trouble !== undefined && (
        <p class="trouble" role="alert">
          {words.trouble[trouble]}{" "}
          {trouble === "signed-out" ? (
            <button type="button" onClick={signIn}>
              {words.signIn}
            </button>
          ) : (
            <button type="button" onClick={() => void again()}>
              {words.again}
            </button>
          )}
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

/** How late half of the reports come. Behind the last bound of the histogram it is only known that it is later. */
function lagIn(words: Words, { reporting_lag_minutes: { p50 }, sessions_held }: Figures): string {
  if (p50 !== null) return words.lag(p50);
  return sessions_held === 0 ? words.lagUnknown : words.lagLong;
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
  return (
    <p class="as-of">
      {words.asOf(formatsOf(words).clock(at, timeZone))}
      {figures !== undefined && ` · ${lagIn(words, figures)}`}
    </p>
  );
}
