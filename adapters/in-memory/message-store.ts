import type { Message } from "../../domain/notification.ts";
import type { MessageStore } from "../message-store.ts";

export class InMemoryMessageStore implements MessageStore {
  readonly messages = new Map<string, Message>();

  async decide(message: Message): Promise<boolean> {
    if (this.messages.has(message.message_id)) return false;
    this.messages.set(message.message_id, message);
    return true;
  }

  async get(message_id: string): Promise<Message | undefined> {
    return this.messages.get(message_id);
  }

  async record(message: Message): Promise<void> {
    this.messages.set(message.message_id, message);
  }
}
