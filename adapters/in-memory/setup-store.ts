import {
  nothingSetUp,
  type Enrolment,
  type Provider,
  type RosterEntry,
  type School,
  type Setup,
} from "../../domain/setup.ts";
import type { Contact } from "../../domain/contact.ts";
import { mergeSetup, upsert, withoutEntries, type Unnamed } from "../../domain/setup-prune.ts";
import type { EventRules, Named, SetupStore } from "../setup-store.ts";
import { InMemoryStampStore } from "./stamp-store.ts";

export class InMemorySetupStore implements SetupStore {
  #setup = nothingSetUp();
  #roster: RosterEntry[] = [];
  #enrolments: Enrolment[] = [];

  readonly #stamps: InMemoryStampStore;

  constructor(setup: Partial<Setup> = {}, stamps = new InMemoryStampStore()) {
    this.#stamps = stamps;
    this.#setup = { ...nothingSetUp(), ...setup };
  }

  async school(school_id: string): Promise<School | undefined> {
    return this.#setup.schools.find((school) => school.school_id === school_id);
  }

  async contact(contact_id: string): Promise<Contact | undefined> {
    return this.#setup.contacts.find((contact) => contact.contact_id === contact_id);
  }

  async provider(provider_id: string): Promise<Provider | undefined> {
    return this.#setup.providers.find((provider) => provider.provider_id === provider_id);
  }

  async eventRules(): Promise<EventRules> {
    return this.#setup;
  }

  async all(): Promise<Setup> {
    return this.#setup;
  }

  async put(setup: Setup): Promise<void> {
    this.#setup = mergeSetup(this.#setup, setup);
  }

  #named: Named = {};

  async remove(entries: readonly Unnamed[]): Promise<void> {
    this.#setup = withoutEntries(this.#setup, entries);
  }

  async lastNamed(): Promise<Named> {
    return this.#named;
  }

  async noteNamed(named: Named): Promise<void> {
    this.#named = named;
  }

  async roster(school_id: string): Promise<RosterEntry[]> {
    return this.#roster.filter((entry) => entry.school_id === school_id);
  }

  async rosterEntry(school_id: string, student_id: string): Promise<RosterEntry | undefined> {
    return (await this.roster(school_id)).find((entry) => entry.student_id === student_id);
  }

  async putRoster(entries: readonly RosterEntry[]): Promise<void> {
    this.#roster = upsert(this.#roster, entries, (entry) => `${entry.school_id}/${entry.student_id}`);
    this.#stamp(entries);
  }

  #stamp(entries: readonly { school_id: string }[]): void {
    for (const id of new Set(entries.map(({ school_id }) => school_id)))
      this.#stamps.add({ kind: "school", id });
  }

  async forgetStudent(school_id: string, student_id: string): Promise<number> {
    const before = this.#roster.length + this.#enrolments.length;
    const other = (row: { school_id: string; student_id: string }) =>
      row.school_id !== school_id || row.student_id !== student_id;
    this.#roster = this.#roster.filter(other);
    this.#enrolments = this.#enrolments.filter(other);
    const forgotten = before - this.#roster.length - this.#enrolments.length;
    if (forgotten > 0) this.#stamps.add({ kind: "school", id: school_id });
    return forgotten;
  }

  async enrolments(school_id: string): Promise<Enrolment[]> {
    return this.#enrolments.filter((entry) => entry.school_id === school_id);
  }

  async putEnrolments(enrolments: readonly Enrolment[]): Promise<void> {
    const nameOf = (row: Enrolment) =>
      JSON.stringify([row.school_id, row.student_id, row.program_id, row.provider_id]);
    this.#enrolments = upsert(this.#enrolments, enrolments, nameOf);
    this.#stamp(enrolments);
  }
}
