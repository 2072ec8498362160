// What the pages do beyond links and forms. Without JavaScript everything works; this makes it comfortable.
"use strict";

// Parts that keep themselves fresh (htmx) leave alone what a person has opened, and rest while nobody looks.
htmx.registerExtension("hub-calm", {
  htmx_before_morph_attr: (element, detail) => !(detail.attrName === "open" && element.tagName === "DETAILS"),
});

document.addEventListener("htmx:config:request", (event) => {
  if (event.target.matches("[data-live]") && document.hidden) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  const live = document.querySelector("[data-live]");
  if (live && !document.hidden) live.dispatchEvent(new Event("refresh"));
});

// A choice in a filter counts at once; the button beside it is for those without JavaScript.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filter]");
  if (form && event.target.tagName === "SELECT") form.requestSubmit();
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Buttons that copy what stands beside them.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) break;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
