import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { useSite } from "./context.ts";
import { Table } from "./parts.tsx";

type Point = { name: string; value: number | null; text: string };
const WIDTH = 320;
const HEIGHT = 120;
const EDGE = { left: 42, right: 6, top: 8, bottom: 20 };

/** The numbers behind a chart, for who cannot see it or wants them exactly. */
function Behind({
  label,
  head,
  points,
}: {
  label: string;
  head: [string, string];
  points: readonly Point[];
}) {
  const { words } = useSite();
  return (
    <details>
      <summary>{words.table}</summary>
      <Table
        label={label}
        columns={[{ name: head[0] }, { name: head[1], end: true }]}
        rows={points.map(({ name, text }) => [name, text])}
      />
    </details>
  );
}

type Chart = {
  label: string;
  head: [string, string];
  points: readonly Point[];
  most?: number;
  /** The card says already what it is. */ bare?: true;
};

/** A line over weeks; it is broken where nothing is known. */
export function Trend({ label, head, points, most = 1 }: Chart) {
  const x = scaleLinear([0, Math.max(1, points.length - 1)], [EDGE.left, WIDTH - EDGE.right]);
  const y = scaleLinear([0, most], [HEIGHT - EDGE.bottom, EDGE.top]).nice(2);
  const path = line<Point>()
    .defined(({ value }) => value !== null)
    .x((_, place) => x(place))
    .y(({ value }) => y(value ?? 0));
  const ends = [0, points.length - 1].filter((place, at, all) => all.indexOf(place) === at);
  return (
    <figure>
      <figcaption>{label}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {y.ticks(2).map((tick) => (
          <g>
            <line class="axis" x1={EDGE.left} x2={WIDTH - EDGE.right} y1={y(tick)} y2={y(tick)} />
            <text x={EDGE.left - 4} y={y(tick) + 3} text-anchor="end">
              {most <= 1 ? `${Math.round(tick * 100)}%` : tick}
            </text>
          </g>
        ))}
        <path class="line" d={path([...points]) ?? ""} />
        {points.map(
          ({ value, name, text }, place) =>
            value !== null && (
              <circle cx={x(place)} cy={y(value)} r="3">
                <title>{`${name}: ${text}`}</title>
              </circle>
            ),
        )}
        {ends.map((place) => (
          <text x={x(place)} y={HEIGHT - 4} text-anchor={place === 0 ? "start" : "end"}>
            {points[place]?.name}
          </text>
        ))}
      </svg>
      <Behind label={label} head={head} points={points} />
    </figure>
  );
}

/** A bar for each part of a whole. */
export function Bars({ label, head, points, most = 1, bare }: Chart) {
  const x = scaleLinear([0, most], [0, 100]);
  return (
    <figure>
      <figcaption class={bare ? "hidden" : ""}>{label}</figcaption>
      <ul class="bars" aria-hidden="true">
        {points.map(({ name, value, text }) => (
          <li>
            <span>{name}</span>
            <svg viewBox="0 0 100 10" preserveAspectRatio="none">
              <rect class="track" width="100" height="10" />
              <rect class="bar" width={x(value ?? 0)} height="10" />
            </svg>
            <span>{text}</span>
          </li>
        ))}
      </ul>
      <Behind label={label} head={head} points={points} />
    </figure>
  );
}
