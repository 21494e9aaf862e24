/** What a domain refuses, told from a SluiceError by its tag, whatever the domain's own type is. */
export interface Rejected<out X> {
  readonly _tag: "Rejected";
  readonly rejection: X;
}
