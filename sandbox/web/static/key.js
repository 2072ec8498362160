// The eye and the copy button beside a key. Without this script the eye is a form, and there is no copy button.
"use strict";

for (const box of document.querySelectorAll("[data-key]")) {
  const text = box.querySelector("[data-key-text]");
  const note = box.querySelector("[data-key-note]");
  const eye = box.querySelector("[data-key-eye]");
  const copy = box.querySelector("[data-key-copy]");

  async function ask() {
    const answer = await fetch(box.dataset.url, {
      method: "POST",
      body: new URLSearchParams({ token: box.dataset.token }),
    });
    const content = answer.ok ? await answer.json() : {};
    if (!content.key) throw new Error("The key could not be read. Reload this page.");
    return content.key;
  }

  function say(message) {
    note.textContent = message;
    window.setTimeout(() => { if (note.textContent === message) note.textContent = ""; }, 4000);
  }

  eye.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = eye.querySelector("button");
    const shown = text.textContent !== text.dataset.mask;
    try {
      text.textContent = shown ? text.dataset.mask : await ask();
      button.setAttribute("aria-pressed", String(!shown));
      button.setAttribute("aria-label", shown ? "Show the key" : "Hide the key");
      button.title = button.getAttribute("aria-label");
    } catch (problem) {
      say(problem.message);
    }
  });

  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(await ask());
      say("Copied.");
    } catch (problem) {
      say(problem.name === "NotAllowedError" ? "The browser does not allow copying here." : problem.message);
    }
  });
}
