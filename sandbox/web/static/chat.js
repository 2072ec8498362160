// New messages appear by themselves. Without this script, reload the page.
"use strict";

const list = document.querySelector("[data-messages]");

async function refresh() {
  try {
    const answer = await fetch(window.location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("[data-messages]");
    if (fresh && fresh.innerHTML !== list.innerHTML) list.innerHTML = fresh.innerHTML;
  } catch {
    // The sandbox is not running at the moment; the next try may find it again.
  }
  window.setTimeout(refresh, 2000);
}

window.setTimeout(refresh, 2000);
