/** Where an example keeps what it stores. It is plain data, so that a process can tell it to another. */
export type Place =
  | { readonly kind: "memory" }
  | ({ readonly kind: "redis" | "postgres" } & Server)
  | { readonly kind: "pglite"; readonly dir: string; readonly namespace: string };

interface Server {
  readonly url: string;
  readonly namespace: string;
}

/** A place that several processes share. */
export type SharedPlace = Extract<Place, Server>;

export const isShared = (place: Place): place is SharedPlace => place.kind === "redis" || place.kind === "postgres";

/** As people read it: "on Redis". */
export const nameOf = (place: Place): string => {
  switch (place.kind) {
    case "memory":
      return "in memory";
    case "redis":
      return "on Redis";
    case "postgres":
      return "on Postgres";
    case "pglite":
      return `in PGlite (${place.dir})`;
  }
};

/** The schema that stands for a namespace: such names have no hyphens. */
export const schemaOf = ({ namespace }: { readonly namespace: string }): string =>
  namespace.toLowerCase().replaceAll("-", "_");
