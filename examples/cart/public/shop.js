/*
 * The form for products is free for the next one as soon as the last is sent, and gets back what could not be sent.
 * Everything else of the page is htmx; without script a form is loaded with its page.
 */
const isAddForm = (element) => element instanceof HTMLFormElement && element.matches("#add form");

const fill = ({ elements }, { sku, qty, price }) => {
  elements.sku.value = sku;
  elements.qty.value = qty;
  elements.price.value = price;
};

let sent = {};

// By now htmx has read the form.
document.addEventListener("htmx:config:request", ({ target }) => {
  if (!isAddForm(target)) return;
  sent = Object.fromEntries(new FormData(target));
  fill(target, { sku: "", qty: "1", price: "" });
  target.elements.sku.focus();
});

// No answer at all: a refusal is an answer, and has its own words.
document.addEventListener("htmx:error", ({ target }) => {
  if (!(target instanceof HTMLFormElement)) return;
  if (isAddForm(target)) fill(target, sent);
  const text = document.createElement("p");
  text.className = "notice";
  text.textContent = "The shop does not answer. Try again in a moment.";
  document.querySelector("#notice")?.replaceChildren(text);
});
