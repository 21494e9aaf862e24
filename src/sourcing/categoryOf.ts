/** What the faces of one category share on one store handle: `aggregate(store, definition)` may be called any number of times. */
import { invalidConfig } from "../core/SluiceError.js";
import type { EventCodec, EventMap, TypeName } from "../log/EventCodec.js";
import type { Store } from "../port/Store.js";
import { type AggregateDefinition, resolveAggregate } from "./AggregateDefinition.js";
import { Category } from "./Category.js";

interface Shared {
  readonly definition: object;
  readonly category: unknown;
}

const ofStores = new WeakMap<Store, Map<string, Shared>>();

/** Throws `InvalidConfig` where the category has another definition on this store already. */
export const categoryOf = <C, S, M extends EventMap, X>(
  store: Store,
  definition: AggregateDefinition<C, S, M, X>,
): Category<C, S, M[TypeName<M>], X> => {
  const resolved = resolveAggregate(definition);
  const shared = ofStores.get(store) ?? new Map<string, Shared>();
  ofStores.set(store, shared);
  const known = shared.get(resolved.category);
  if (known === undefined) {
    // Within a category an event has the type that its own functions give it.
    const codec = definition.codec as unknown as EventCodec<EventMap>;
    const category = new Category(store, resolved, codec);
    shared.set(resolved.category, { definition, category });
    return category;
  }
  const other = whereTheyDiffer(known.definition, definition);
  // The same definition made it, so it has the same types.
  if (other === undefined) return known.category as Category<C, S, M[TypeName<M>], X>;
  throw invalidConfig(
    other,
    `This store has aggregates of the category ${JSON.stringify(resolved.category)} with another ${other} already; share one definition, or give these another category.`,
  );
};

/** The first field that is not the same in both. What is itself an object of settings is the same where all of its fields are. */
const whereTheyDiffer = (one: object, other: object): string | undefined =>
  fieldsOf(one, other).find((name) => {
    const [a, b] = [fieldOf(one, name), fieldOf(other, name)];
    return (
      a !== b && !(isPlain(a) && isPlain(b) && fieldsOf(a, b).every((part) => fieldOf(a, part) === fieldOf(b, part)))
    );
  });

const fieldsOf = (one: object, other: object): ReadonlyArray<string> => [
  ...new Set([...Object.keys(one), ...Object.keys(other)]),
];

const fieldOf = (object: object, name: string): unknown => (object as Readonly<Record<string, unknown>>)[name];

const isPlain = (value: unknown): value is object =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
