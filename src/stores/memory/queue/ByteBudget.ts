/** Bounds the payload bytes of one call. While the lengths of the texts show that all fit, no text is measured in bytes. */
import { utf8Length } from "../../../core/bytes.js";

/** A UTF-16 unit has at most this many UTF-8 bytes. */
const UNIT_BYTES_MAX = 3;

export class ByteBudget {
  private readonly unsure: Array<string> = [];
  private bytes = 0;
  private exact = false;
  private empty = true;

  constructor(private readonly bytesMax: number) {}

  /** Counts the payload in if it fits, or if it is the first. */
  admits(payload: string): boolean {
    const fits = this.fits(payload) || this.empty;
    this.empty = false;
    return fits;
  }

  private fits(payload: string): boolean {
    if (!this.exact) {
      const atMost = this.bytes + payload.length * UNIT_BYTES_MAX;
      if (atMost <= this.bytesMax) {
        this.bytes = atMost;
        this.unsure.push(payload);
        return true;
      }
      this.countExactly();
    }
    this.bytes += utf8Length(payload);
    return this.bytes <= this.bytesMax;
  }

  private countExactly(): void {
    this.exact = true;
    this.bytes = this.unsure.reduce((sum, payload) => sum + utf8Length(payload), 0);
  }
}
