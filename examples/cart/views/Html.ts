/** A piece of a page. The tag escapes whatever is put into it; only pieces are taken as they are. */
import { html as tag } from "hono/html";

export type Html = ReturnType<typeof tag>;

export const html: (texts: TemplateStringsArray, ...values: ReadonlyArray<unknown>) => Html = tag;
