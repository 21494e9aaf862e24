/** The parcel of a paid cart. Plain types and functions, as in the cart. Amounts are cents. */
import { type Either, left, right } from "fp-ts/lib/Either.js";
import * as t from "io-ts";

const ParcelInsured = t.type({ type: t.literal("ParcelInsured") });
const ParcelShipped = t.type({ type: t.literal("ParcelShipped"), worth: t.number });

export const ParcelEvent = t.union([ParcelInsured, ParcelShipped]);
type ParcelEvent = t.TypeOf<typeof ParcelEvent>;

type ParcelCommand = { readonly type: "Ship"; readonly worth: number } | { readonly type: "Insure" };

export interface Parcel {
  readonly insured: boolean;
  readonly shipped: boolean;
}

type Refusal = "Worth too much to be shipped without insurance!" | "Parcel is already shipped!";

/** The carrier takes more only where it is insured. */
export const worthMax = 100_000;

const decide =
  (command: ParcelCommand) =>
  ({ insured, shipped }: Parcel): Either<Refusal, ReadonlyArray<ParcelEvent>> => {
    switch (command.type) {
      case "Ship":
        if (shipped) return left("Parcel is already shipped!");
        if (command.worth > worthMax && !insured) return left("Worth too much to be shipped without insurance!");
        return right([{ type: "ParcelShipped", worth: command.worth }]);
      case "Insure":
        if (shipped) return left("Parcel is already shipped!");
        return right(insured ? [] : [{ type: "ParcelInsured" }]);
    }
  };

const evolve = (parcel: Parcel, event: ParcelEvent): Parcel => {
  switch (event.type) {
    case "ParcelInsured":
      return { ...parcel, insured: true };
    case "ParcelShipped":
      return { ...parcel, shipped: true };
  }
};

const initial: Parcel = { insured: false, shipped: false };

export const parcelDecider = { initial, decide, evolve };
