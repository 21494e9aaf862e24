/** A TCP proxy that passes on what clients send at no more than so many bytes a second; answers pass at once. */
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface Throttle {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  readonly close: () => Promise<void>;
}

export const startThrottle = async (
  target: { readonly host: string; readonly port: number },
  bytesPerSecond: number,
): Promise<Throttle> => {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const listener = createServer((client) => {
    accepted += 1;
    const server = connect(target.port, target.host);
    sockets.add(client).add(server);
    server.pipe(client);
    client.on("data", (chunk) => {
      server.write(chunk);
      client.pause();
      setTimeout(() => client.resume(), (chunk.length / bytesPerSecond) * 1_000);
    });
    for (const socket of [client, server]) {
      socket.on("error", () => undefined); // "close" follows
      socket.on("close", () => {
        client.destroy();
        server.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no TCP port");
  return {
    port: address.port,
    accepted: () => accepted,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, "close");
    },
  };
};
