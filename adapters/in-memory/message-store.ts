import { byText } from "../../domain/ids.ts";
import type { Message } from "../../domain/message.ts";
import type { MessageStore } from "../message-store.ts";

export class InMemoryMessageStore implements MessageStore {
  readonly messages = new Map<string, Message>();

  async write(message: Message): Promise<boolean> {
    if ((this.messages.get(message.message_id)?.version ?? 0) !== message.version - 1) return false;
    this.messages.set(message.message_id, message);
    return true;
  }

  async get(message_id: string): Promise<Message | undefined> {
    return this.messages.get(message_id);
  }

  async of(contact_id: string, from: string): Promise<Message[]> {
    return [...this.messages.values()]
      .filter((message) => message.contact_id === contact_id && message.day >= from)
      .sort((a, b) => byText(a.message_id, b.message_id));
  }
}
