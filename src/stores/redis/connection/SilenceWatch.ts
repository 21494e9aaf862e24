/**
 * Finds half-open sockets: nothing moves on such a one while replies are due, and its client still calls it "ready". The watch
 * destroys it, upon which the driver opens another.
 *
 * The driver's own `socketTimeout` does the same by a timer that it sets and clears for each call, and takes a long upload for
 * silence. Here one timer looks from time to time at each socket (a cluster has one per node), and counts the looks that find
 * nothing moved. It counts looks, not time, because a busy process comes late with its looks too. Two things count as movement:
 * bytes that were read, and bytes that left a socket on which some wait to leave. Other bytes that leave prove nothing: the
 * kernel takes small writes also on a dead line. What the kernel has taken may be on its way for long, so unanswered bytes give
 * a socket more time.
 */
import type { Cluster, Redis } from "ioredis";
import type { SchedulerLike, Subscription } from "rxjs";
import type { Client } from "./clients.js";

/** How many looks in a row must find nothing moved until a socket is taken for dead. */
const LOOKS = 4;
/** How long the driver sleeps at most while a server loads its data, unless the user says otherwise (milliseconds). */
const LOADING_MS_MAX = 10_000;
/**
 * The slowest link whose uploads are waited out, since the kernel holds some megabytes: bytes a millisecond (512 kB a second).
 */
const BYTES_PER_MS = 512;

/** What a look found on one socket. */
interface Seen {
  bytesRead: number;
  bytesLeft: number;
  waiting: boolean;
  inVain: number;
}

export class SilenceWatch {
  private readonly periodMs: number;
  private unanswered = 0;
  private unansweredBytes = 0;
  private readonly seen = new WeakMap<Redis["stream"], Seen>();
  private movedAtMs = Number.NEGATIVE_INFINITY;
  private timer: Subscription | undefined;

  constructor(
    private readonly client: Client,
    private readonly scheduler: SchedulerLike,
    /** How long a socket may be silent while replies are due; it may be a quarter longer. Milliseconds. */
    private readonly msMax: number,
  ) {
    this.periodMs = Math.ceil(msMax / LOOKS);
    // Between "connect" and "ready" the driver makes calls of its own.
    const begin = (): void => this.begin();
    client.on("connect", begin);
    client.on("ready", begin);
    if (client.isCluster) client.on("+node", (node: Redis) => node.on("connect", begin));
  }

  /** Notes that a call of this many bytes was sent. */
  sent(bytes = 0): void {
    this.unanswered += 1;
    this.unansweredBytes += bytes;
    if (this.unanswered === 1) this.begin();
  }

  /** Notes that a call of this many bytes was answered. */
  heard(bytes = 0): void {
    this.unanswered -= 1;
    this.unansweredBytes -= bytes;
  }

  /** Notes that the connection is gone: nothing that was sent will be answered. */
  lost(): void {
    this.unanswered = 0;
    this.unansweredBytes = 0;
  }

  /** How much longer calls may take because of an upload: without end while it moves, else as long as a slow link takes. */
  get uploadMs(): number {
    const moves = this.timer !== undefined && this.scheduler.now() - this.movedAtMs <= this.periodMs * 2;
    return moves ? Number.POSITIVE_INFINITY : this.unansweredBytes / BYTES_PER_MS;
  }

  /** The bytes that were read and that left, in all: it grows with everything that moves. */
  get progress(): number {
    let moved = 0;
    for (const { stream } of this.nodes()) moved += stream.bytesRead + leftOf(stream).bytesLeft;
    return moved;
  }

  stop(): void {
    this.timer?.unsubscribe();
    this.timer = undefined;
  }

  private begin(): void {
    for (const { stream } of this.nodes()) {
      const seen = this.seen.get(stream);
      if (seen !== undefined) seen.inVain = 0;
    }
    if (this.timer === undefined) this.lookLater();
  }

  private lookLater(): void {
    this.timer = this.scheduler.schedule(() => this.look(), this.periodMs);
  }

  private look(): void {
    this.timer = undefined;
    let due = false;
    for (const node of this.nodes()) {
      if (!this.isDue(node)) continue;
      if (this.inVain(node.stream) < this.looksOf(node)) due = true;
      else node.stream.destroy(new Error(`no reply within ${this.msMax} ms: the connection is taken for dead`));
    }
    if (due) this.lookLater();
  }

  private nodes(): ReadonlyArray<Redis> {
    const { client } = this;
    const nodes = client.isCluster ? (client as Cluster).nodes("all") : [client as Redis];
    // Before its first connection there is no stream, whatever its type says.
    return nodes.filter(({ stream }) => (stream as Redis["stream"] | undefined) !== undefined);
  }

  /** How many looks in a row, this one included, found that nothing moved. */
  private inVain(stream: Redis["stream"]): number {
    const { bytesRead } = stream;
    const { bytesLeft, waiting } = leftOf(stream);
    const before = this.seen.get(stream);
    const read = bytesRead !== before?.bytesRead;
    const left = before?.waiting === true && bytesLeft > before.bytesLeft;
    const inVain = read || left ? 0 : (before?.inVain ?? 0) + 1;
    if (left) this.movedAtMs = this.scheduler.now();
    this.seen.set(stream, { bytesRead, bytesLeft, waiting, inVain });
    return inVain;
  }

  private isDue(node: Redis): boolean {
    const { status } = node;
    if (status === "connect") return true;
    return status === "ready" && (node === this.client ? this.unanswered > 0 : unansweredOf(node) > 0);
  }

  private looksOf({ status, stream, options }: Redis): number {
    const looks = LOOKS + Math.ceil(this.unansweredBytes / BYTES_PER_MS / this.periodMs);
    // A server that loads its data says so. One that never said a word is not loading.
    if (status !== "connect" || stream.bytesRead === 0) return looks;
    return looks + Math.ceil((options.maxLoadingRetryTime ?? LOADING_MS_MAX) / this.periodMs);
  }
}

interface Handle {
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
  /** The handle below that of a TLS socket. */
  readonly _parent?: Handle;
}

/**
 * How many bytes have left a socket, and whether some wait to leave. Only the handle tells: the socket's `bytesWritten` counts what
 * was handed over, and its `writableLength` falls only when all of a write has left. Without a handle nothing counts as waiting.
 */
const leftOf = (stream: Redis["stream"]): { readonly bytesLeft: number; readonly waiting: boolean } => {
  const { _handle: own } = stream as unknown as { readonly _handle?: Handle | null };
  const handle = own?._parent ?? own;
  const waiting = handle?.writeQueueSize ?? 0;
  return { bytesLeft: (handle?.bytesWritten ?? 0) - waiting, waiting: waiting > 0 };
};

/** How many replies a node of a cluster owes; the driver keeps that to itself. */
const unansweredOf = (node: Redis): number =>
  (node as unknown as { readonly commandQueue: { readonly length: number } }).commandQueue.length;
