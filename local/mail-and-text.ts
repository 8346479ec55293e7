import ses from "aws-ses-v2-local";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import * as z from "zod";
import { BusyPort, listen } from "./listen.ts";
import { readAll } from "./lambda-pool.ts";

export type Text = { message_id: string; to: string; text: string };
type Engine = { endpoint: string; close: () => void };

/** An SES whose mails lie in an inbox page at the same address. */
export async function startMail(port: number): Promise<Engine> {
  const probe = createServer();
  const free = await listen(probe, port);
  await new Promise((resolve) => probe.close(resolve));
  const server = await ses.default({ host: "127.0.0.1", port: free }).catch(() => {
    throw new BusyPort(port);
  });
  return {
    endpoint: `http://127.0.0.1:${free}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const Sent = z.looseObject({ DestinationPhoneNumber: z.string(), MessageBody: z.string() });

/** As much of End User Messaging as a text message needs. `GET /texts` shows what was sent. */
export async function startTexts(port: number): Promise<Engine & { texts: Text[] }> {
  const texts: Text[] = [];
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      response.setHeader("content-type", "application/json");
      if (request.method === "GET") return response.end(JSON.stringify(texts));
      const isSend = String(request.headers["x-amz-target"]).endsWith(".SendTextMessage");
      const sent = Sent.safeParse(isSend ? JSON.parse(body) : undefined);
      if (!sent.success) return response.writeHead(400).end('{"__type":"ValidationException"}');
      const message_id = randomUUID();
      texts.push({ message_id, to: sent.data.DestinationPhoneNumber, text: sent.data.MessageBody });
      return response.end(JSON.stringify({ MessageId: message_id }));
    });
  });
  const endpoint = `http://127.0.0.1:${await listen(server, port)}`;
  return { endpoint, texts, close: () => server.close() };
}
