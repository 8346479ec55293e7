import { standingAt, STANDINGS, type Standing } from "../domain/contract.ts";
import { dayOf } from "../domain/school-day.ts";
import type { Provider, Setup } from "../domain/setup.ts";
import { few, type Check } from "./doctor-check.ts";

const ok = (check: string, says: string): Check => ({ check, result: "ok", says });

/** Says of contracts what their providers' posts are answered now. */
export function contractCheck({ providers, schools }: Setup, now: Date): Check {
  const check = "contracts";
  const bare = providers.filter(({ contracts = [] }) => contracts.length === 0);
  if (bare.length > 0) {
    const ids = few(bare.map(({ provider_id }) => provider_id));
    const says = `providers ${ids} have none, so all that they post is refused: name contracts in setup.yaml`;
    return { check, result: "warn", says };
  }
  if (schools.length === 0) return ok(check, "no school is set up yet, so what providers post waits");
  const standing = ({ contracts = [] }: Provider) => {
    const everywhere = schools.map(({ school_id, time_zone }) =>
      standingAt(contracts, school_id, dayOf(now.getTime() / 1000, time_zone)),
    );
    return STANDINGS.find((one) => everywhere.includes(one)) ?? "over";
  };
  const groups = Map.groupBy(providers, standing);
  const named = (one: Standing) => few((groups.get(one) ?? []).map(({ provider_id }) => provider_id));
  if (groups.has("over")) {
    const says = `providers ${named("over")} have none that runs, or did so lately, at a school that is set up, so what they post about these is refused: name contracts in setup.yaml`;
    return { check, result: "warn", says };
  }
  const others = [
    ...(groups.has("late") ? [`${named("late")} may only report late and correct`] : []),
    ...(groups.has("to come") ? [`that of ${named("to come")} has not begun`] : []),
  ];
  if (others.length === 0) return ok(check, "every provider has one that runs");
  return ok(check, `every provider has one; ${others.join("; ")}`);
}
