/** A page that says what is wrong, and where to go. What was sent by script takes its notice alone. */
import { type Html, html } from "./Html.js";
import { layout } from "./layout.js";

export const problemPage = (title: string, advice: string): Html =>
  layout(
    title,
    html`<section class="card problem">
      <h1>${title}</h1>
      <div id="notice" role="status"><p class="notice">${advice}</p></div>
      <p><a class="button" href="/">To the dashboard</a></p>
    </section>`,
  );
