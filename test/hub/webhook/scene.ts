/** Endpoints on real sockets, and deliveries to them without a hub. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from "node:net";
import { firstValueFrom, from } from "rxjs";
import type { Bound, DispatchAnswer, DispatchContext, DispatchId, HubEventId } from "sluice/hub";
import { newId } from "../../../src/core/newId.js";
import { atEnd } from "../../support/atEnd.js";

/** The secret of the specification's own example. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

interface Taken {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** How an endpoint answers what it has read. */
export type Answering = (response: ServerResponse, taken: Taken, count: number) => void;

const listening = async (server: Server): Promise<{ url: string; connections: () => number }> => {
  const sockets = new Set<Socket>();
  let count = 0;
  server.on("connection", (socket) => {
    count += 1;
    sockets.add(socket);
    // What a test does to a connection is its own affair.
    socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(
    () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(resolve);
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => count };
};

export const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Array<Buffer> = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};

/** An HTTP endpoint that remembers what it took. */
export const serve = async (answer: Answering) => {
  const taken: Array<Taken> = [];
  const listener: RequestListener = (request, response) => {
    void bodyOf(request).then((body) => {
      const one = { headers: request.headers, body: body.toString("utf8") };
      taken.push(one);
      answer(response, one, taken.length);
    });
  };
  return { ...(await listening(createServer({ keepAliveTimeout: 60_000 }, listener))), taken };
};

/** An endpoint that does with connections what it likes. */
export const serveRaw = (connected: (socket: Socket) => void) => listening(createTcpServer(connected));

/** An endpoint that takes requests and never says anything; tells how many connections had one, and how many are closed. */
export const serveSilent = async () => {
  const told = { asked: 0, closed: 0 };
  const { url } = await serveRaw((socket) => {
    socket.once("data", () => {
      told.asked += 1;
    });
    socket.once("close", () => {
      told.closed += 1;
    });
  });
  return { url, told: () => ({ ...told }) };
};

/** An endpoint of a Node listener. */
export const serveWith = (listener: RequestListener) => listening(createServer(listener));

export const answering =
  (status: number, headers: Readonly<Record<string, string>> = {}): Answering =>
  (response) =>
    response.writeHead(status, headers).end("said");

/** One attempt of a dispatch. */
export const deliver = <A>(
  { handler }: Bound<A>,
  payload: A,
  {
    dispatchId = newId() as DispatchId,
    attempt = 1,
    signal = new AbortController().signal,
  }: Partial<DispatchContext> = {},
): Promise<DispatchAnswer> => {
  const work = handler({ id: newId() as HubEventId, payload, createdAtMs: 0 }, { dispatchId, attempt, signal });
  return firstValueFrom(from(typeof work === "function" ? work() : work));
};

/** What an attempt fails with. */
export const failureOf = async <A>(bound: Bound<A>, payload: A): Promise<Error> => {
  try {
    throw new TypeError(`it answered ${JSON.stringify(await deliver(bound, payload))}`);
  } catch (cause) {
    return cause as Error;
  }
};
