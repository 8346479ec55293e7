import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

const isAddress = (address: AddressInfo | string | null): address is AddressInfo =>
  typeof address === "object" && address !== null;

/** Listens on loopback only. Resolves to the port; rejects with one sentence where it is taken. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(error.code === "EADDRINUSE" ? new BusyPort(port) : error),
    );
    server.listen(port, "127.0.0.1", () => {
      const address = server.address();
      resolve(isAddress(address) ? address.port : port);
    });
  });
}

export class BusyPort extends Error {
  override name = "BusyPort";
  constructor(port: number) {
    super(
      `Port ${port} is in use: stop what listens there, or start with \`npm start -- --port ${port + 10}\`.`,
    );
  }
}
