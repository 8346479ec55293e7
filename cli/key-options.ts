import { ProviderId } from "../domain/ids.ts";
import { UsageError } from "./fail.ts";

export function providerIdOf(id: string): string {
  const parsed = ProviderId.safeParse(id);
  if (parsed.success) return parsed.data;
  throw new UsageError(`provider_id ${parsed.error.issues[0]?.message ?? "is wrong"}.`);
}

export function daysOf(given: string): number {
  const days = Number(given);
  if (Number.isInteger(days) && days >= 0 && days <= 90) return days;
  throw new UsageError("--overlap-days is no number from 0 to 90.");
}

export const daysAfter = (now: Date, days: number) =>
  new Date(now.getTime() + days * 86_400_000).toISOString();
