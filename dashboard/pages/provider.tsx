import type { Quality } from "../answers.ts";
import { Bars } from "../charts.tsx";
import { formatsOf, useSite } from "../context.ts";
import { useAnswers } from "../live.ts";
import { PACE } from "../rhythm.ts";
import { AsOf, Await, Card, Empty, Table, Tile, Tiles, Title } from "../parts.tsx";
import { Missing, Overlapping, Refused, Unmatched } from "../provider-items.tsx";
import { sum } from "../../domain/numbers.ts";
import { NOT_HELD_ATTRIBUTION, type NotHeldReason } from "../../domain/words.ts";

/** How well a provider reports, as the district sees it and as it sees itself. */
export function Provider({ provider_id }: { provider_id: string }) {
  const { api, me } = useSite();
  const at = `/v1/providers/${encodeURIComponent(provider_id)}`;
  const shown = useAnswers<[Quality]>(api, [`${at}/quality`], {
    version: `${at}/version`,
    // reports come all day, and reading them reads every school
    slowest: PACE.idle_ms,
  });
  return (
    <>
      <Title name={shown.data?.[0].name ?? me.names.providers[provider_id] ?? provider_id} />
      <Await shown={shown}>
        {([quality]) => (
          <>
            <AsOf at={shown.at} />
            <Totals quality={quality} />
            <Refused quality={quality} />
            <Missing quality={quality} />
            <Unmatched quality={quality} />
            <Overlapping quality={quality} />
            <ByCause quality={quality} />
            <Days quality={quality} />
          </>
        )}
      </Await>
    </>
  );
}

function Totals({ quality }: { quality: Quality }) {
  const { words } = useSite();
  const { share } = formatsOf(words);
  const { days, waiting_for_a_school: waiting = 0, refused } = quality;
  const reported = sum(days.map(({ sessions_held, sessions_not_held }) => sessions_held + sessions_not_held));
  const due = reported + sum(days.map(({ sessions_unreported }) => sessions_unreported));
  const open = sum((refused ?? []).map((one) => one.open));
  return (
    <>
      <Tiles>
        <Tile
          label={words.provider.completeness}
          value={share(due === 0 ? null : reported / due)}
          of={words.of(reported, due)}
        />
        <Tile label={words.provider.missing} value={String(due - reported)} />
        {refused !== undefined && (
          <Tile label={words.provider.refusedOpen} value={String(open)} {...(open > 0 && { tone: "warn" })} />
        )}
      </Tiles>
      {waiting > 0 && (
        <p class="trouble">
          {words.provider.waitingHelp} {waiting}
        </p>
      )}
    </>
  );
}

function ByCause({ quality: { days } }: { quality: Quality }) {
  const { words } = useSite();
  const counts = new Map<NotHeldReason, number>();
  for (const { reason, sessions } of days.flatMap(({ not_held }) => not_held))
    counts.set(reason, (counts.get(reason) ?? 0) + sessions);
  if (counts.size === 0) return null;
  return (
    <Card title={words.provider.byCause} id="causes">
      <Bars
        bare
        label={words.provider.byCause}
        head={[words.provider.byCause, words.provider.notHeld]}
        most={Math.max(...counts.values())}
        points={[...counts].map(([reason, sessions]) => ({
          name: `${words.reasons[reason]} (${words.fault[NOT_HELD_ATTRIBUTION[reason]]})`,
          value: sessions,
          text: String(sessions),
        }))}
      />
    </Card>
  );
}

function Days({ quality: { days } }: { quality: Quality }) {
  const { words } = useSite();
  const { share, day } = formatsOf(words);
  return (
    <Card title={words.provider.days} id="days">
      {days.length === 0 ? (
        <Empty what={words.provider.empty} />
      ) : (
        <Table
          label={words.provider.days}
          columns={[
            { name: words.provider.date },
            { name: words.provider.held, end: true },
            { name: words.provider.notHeld, end: true },
            { name: words.provider.unreported, end: true },
            { name: words.provider.completeness, end: true },
            { name: words.provider.lag, end: true },
          ]}
          rows={days.toReversed().map((one) => {
            const { p50 } = one.reporting_lag_minutes;
            return [
              day(one.date),
              String(one.sessions_held),
              String(one.sessions_not_held),
              String(one.sessions_unreported),
              share(one.completeness),
              p50 !== null
                ? words.provider.minutes(p50)
                : one.sessions_held > 0
                  ? words.provider.long
                  : words.unknown,
            ];
          })}
        />
      )}
    </Card>
  );
}
