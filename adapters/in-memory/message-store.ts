import { byText } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { MessageStore } from "../message-store.ts";

export class InMemoryMessageStore implements MessageStore {
  readonly messages = new Map<string, Message>();
  readonly #idsOf = new Map<string, Set<string>>();

  async write(message: Message): Promise<boolean> {
    const { message_id, contact_id, version } = message;
    if ((this.messages.get(message_id)?.version ?? 0) !== version - 1) return false;
    this.messages.set(message_id, message);
    this.#idsOf.set(contact_id, (this.#idsOf.get(contact_id) ?? new Set()).add(message_id));
    return true;
  }

  async get(message_id: string): Promise<Message | undefined> {
    return this.messages.get(message_id);
  }

  async of(contact_id: string, from: string): Promise<Message[]> {
    return [...(this.#idsOf.get(contact_id) ?? [])]
      .flatMap((id) => this.messages.get(id) ?? [])
      .filter(({ day }) => day >= from)
      .sort((a, b) => byText(a.message_id, b.message_id));
  }
}
