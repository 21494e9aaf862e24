/** What a store says of itself. */
export type StoreEvent =
  | { readonly _tag: "StoreDown"; readonly cause: unknown }
  | { readonly _tag: "StoreUp" }
  | { readonly _tag: "StoreWarning"; readonly sentence: string };
