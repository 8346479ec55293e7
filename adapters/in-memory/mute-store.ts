import type { Mute } from "../../domain/mute.ts";
import type { Channel } from "../../domain/words.ts";
import type { MuteStore } from "../mute-store.ts";

export class InMemoryMuteStore implements MuteStore {
  readonly mutes = new Map<string, Mute>();

  async of(channel: Channel, address: string): Promise<Mute | undefined> {
    return this.mutes.get(`${channel}#${address}`);
  }

  async mute(mute: Mute): Promise<void> {
    const name = `${mute.channel}#${mute.address}`;
    if (!this.mutes.has(name)) this.mutes.set(name, mute);
  }

  async unmute(channel: Channel, address: string): Promise<void> {
    this.mutes.delete(`${channel}#${address}`);
  }

  async all(): Promise<Mute[]> {
    return [...this.mutes.values()];
  }
}
