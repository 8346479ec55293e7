import ses from "aws-ses-v2-local";
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
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

const NAMESPACE = 'xmlns="http://sns.amazonaws.com/doc/2010-03-31/"';

/** As much of SNS as a text message needs. `GET /texts` shows what was sent. */
export async function startTexts(port: number): Promise<Engine & { texts: Text[] }> {
  const texts: Text[] = [];
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      if (request.method === "GET")
        return response.setHeader("content-type", "application/json").end(JSON.stringify(texts));
      const form = new URLSearchParams(body);
      const to = form.get("PhoneNumber");
      response.setHeader("content-type", "text/xml");
      if (form.get("Action") !== "Publish" || to === null) return response.writeHead(400).end(refusal());
      const message_id = randomUUID();
      texts.push({ message_id, to, text: form.get("Message") ?? "" });
      return response.end(acceptance(message_id));
    });
  });
  const endpoint = `http://127.0.0.1:${await listen(server, port)}`;
  return { endpoint, texts, close: () => server.close() };
}

const acceptance = (id: string) =>
  `<PublishResponse ${NAMESPACE}><PublishResult><MessageId>${id}</MessageId></PublishResult><ResponseMetadata><RequestId>${id}</RequestId></ResponseMetadata></PublishResponse>`;
const refusal = () =>
  `<ErrorResponse ${NAMESPACE}><Error><Type>Sender</Type><Code>InvalidParameter</Code><Message>only texts are emulated</Message></Error><RequestId>0</RequestId></ErrorResponse>`;
