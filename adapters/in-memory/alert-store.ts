import type { Alert } from "../../domain/alert.ts";
import type { AlertStore } from "../alert-store.ts";
import { InMemoryStampStore } from "./stamp-store.ts";

export class InMemoryAlertStore implements AlertStore {
  readonly alerts = new Map<string, Alert>();
  readonly #log = new Map<string, Alert>();
  readonly #stamps: InMemoryStampStore;

  constructor(stamps = new InMemoryStampStore()) {
    this.#stamps = stamps;
  }

  async current(school_id: string): Promise<Alert[]> {
    return [...this.alerts.values()].filter((alert) => alert.school_id === school_id);
  }

  async log(school_id: string): Promise<Alert[]> {
    return [...this.#log.values()].filter((alert) => alert.school_id === school_id);
  }

  async write(alert: Alert): Promise<boolean> {
    const name = `${alert.school_id}/${alert.id}`;
    if ((this.alerts.get(name)?.version ?? 0) !== alert.version - 1) return false;
    this.alerts.set(name, alert);
    this.#stamps.add({ kind: "school", id: alert.school_id });
    return true;
  }

  async forget({ school_id, id }: { school_id: string; id: string }): Promise<void> {
    this.alerts.delete(`${school_id}/${id}`);
    this.#log.delete(`${school_id}/${id}`);
    this.#stamps.add({ kind: "school", id: school_id });
  }

  async archive(alert: Alert): Promise<void> {
    const name = `${alert.school_id}/${alert.id}`;
    this.#log.set(name, alert);
    if (this.alerts.get(name)?.version === alert.version) this.alerts.delete(name);
    this.#stamps.add({ kind: "school", id: alert.school_id });
  }
}
