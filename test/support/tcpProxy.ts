/**
 * A TCP proxy to put between a client and a server, with the faults of a network.
 *
 * A connection that has lost a byte stays silent for the rest of its life, also after `resume`: no network makes a stream
 * with a hole in it. It ends by `cut`, by the client, or by `close`. Connections that lost nothing go on.
 */

import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  /** Swallows what either side sends, and hides that the server closed: a half-open connection. New ones are accepted. */
  readonly pause: () => void;
  /** Swallows what the server answers; what the client sends arrives. */
  readonly dropReplies: () => void;
  /** Ends `pause` and `dropReplies` for connections that have lost nothing, and for new ones. */
  readonly resume: () => void;
  /** Destroys every connection. New ones are accepted. */
  readonly cut: () => void;
  /** Connections open from clients. */
  readonly connections: () => number;
  /** Bytes swallowed so far, so that a test can wait until a reply was lost. */
  readonly lostBytes: () => { readonly toServer: number; readonly toClient: number };
  /** Destroys every connection and stops listening. */
  readonly close: () => Promise<void>;
}

type Mode = "open" | "paused" | "no replies";

export const startTcpProxy = async (target: { readonly host: string; readonly port: number }): Promise<TcpProxy> => {
  let mode: Mode = "open";
  const lost = { toServer: 0, toClient: 0 };
  const clients = new Map<Socket, Socket>();

  const splice = (client: Socket): void => {
    const server = connect(target.port, target.host);
    client.setNoDelay(true);
    server.setNoDelay(true);
    clients.set(client, server);
    const deaf = { toServer: false, toClient: false };

    const forward = (from: Socket, to: Socket, way: "toServer" | "toClient", swallows: () => boolean): void => {
      from.on("data", (bytes) => {
        deaf[way] ||= swallows();
        if (deaf[way]) lost[way] += bytes.length;
        else to.write(bytes);
      });
    };
    forward(client, server, "toServer", () => mode === "paused");
    forward(server, client, "toClient", () => mode !== "open");

    client.on("error", () => undefined); // "close" follows
    server.on("error", () => undefined);
    client.on("close", () => {
      clients.delete(client);
      server.destroy();
    });
    server.on("close", () => {
      if (mode !== "paused" && !deaf.toServer) client.destroy();
    });
  };

  const listener = createServer(splice).listen(0, "127.0.0.1");
  await once(listener, "listening");
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no TCP port");

  const cut = (): void => {
    for (const [client, server] of clients) {
      client.destroy();
      server.destroy();
    }
  };

  return {
    host: "127.0.0.1",
    port: address.port,
    pause: () => {
      mode = "paused";
    },
    dropReplies: () => {
      mode = "no replies";
    },
    resume: () => {
      mode = "open";
    },
    cut,
    connections: () => clients.size,
    lostBytes: () => ({ ...lost }),
    close: async () => {
      cut();
      if (!listener.listening) return;
      listener.close();
      await once(listener, "close");
    },
  };
};
