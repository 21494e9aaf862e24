/** Checks connection URLs. They hold passwords, so an error about one shows no part of it. */
import { invalidConfig } from "../../../core/SluiceError.js";

/** The URL in its normal form, or `InvalidConfig`. */
export const checkUrl = (text: string): string => {
  const { url, wrong } = read(text);
  if (url !== undefined) return url.href;
  throw invalidConfig(
    "client",
    `client must be a URL like redis://user:password@host:6379/0, or rediss:// for TLS; this one ${wrong}.`,
  );
};

const UNREADABLE =
  "cannot be read: it needs a host, and what is special in user or password is written as encodeURIComponent does";

const read = (text: string): { readonly url?: URL; readonly wrong?: string } => {
  if (text.trim() === "") return { wrong: "is empty (is the environment variable that holds it set?)" };
  if (!/^\s*rediss?:\/\//i.test(text)) return { wrong: "begins with neither redis:// nor rediss://" };
  let url: URL;
  try {
    url = new URL(text);
    decodeURIComponent(url.username);
    decodeURIComponent(url.password);
  } catch {
    return { wrong: UNREADABLE };
  }
  // A password with an unencoded "#" or "?": its beginning would be read as the host, and its rest as something else.
  if (url.hash !== "" || url.search.includes("@")) return { wrong: UNREADABLE };
  if (url.hostname === "") return { wrong: "names no host" };
  if (!/^\/?\d*$/.test(url.pathname))
    return { wrong: "has something else than the number of a database after its host" };
  // The client of this URL is a template: it must not connect.
  url.searchParams.delete("lazyConnect");
  return { url };
};
