// "Try now": copy the command, or run the same request from this page and show the whole answer.
"use strict";

function line(parent, kind, className, content) {
  const element = document.createElement(kind);
  element.className = className;
  element.textContent = content;
  parent.append(element);
  return element;
}

function block(parent, className, content) {
  const pre = line(parent, "pre", className, "");
  pre.tabIndex = 0;
  line(pre, "code", "", content);
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

async function run(call, place) {
  const answer = await fetch(call.url, {
    method: call.method,
    headers: call.headers,
    body: call.body,
    cache: "no-store",
    credentials: "omit",
  });
  const body = await answer.text();
  place.replaceChildren();
  line(place, "p", `status ${answer.ok ? "fine" : "refused"}`, `${answer.status} ${answer.statusText}`);
  line(place, "h3", "", "Headers");
  const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  block(place, "code", headers);
  line(place, "h3", "", "Body");
  block(place, "code tall", body ? pretty(body) : "(empty)");
}

for (const box of document.querySelectorAll("[data-try]")) {
  const section = box.closest("details");
  const call = JSON.parse(box.dataset.try);
  const place = section.querySelector("[data-result]");
  const note = box.querySelector("[data-note]");
  box.hidden = false;

  box.querySelector("[data-copy]").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(section.querySelector("[data-curl]").textContent);
      note.textContent = "Copied.";
    } catch {
      note.textContent = "The browser does not allow copying here.";
    }
  });

  box.querySelector("[data-run]").addEventListener("click", async (event) => {
    event.target.disabled = true;
    note.textContent = "";
    try {
      await run(call, place);
    } catch {
      place.replaceChildren();
      line(place, "p", "status refused", "No answer: the connection was closed.");
    }
    place.hidden = false;
    event.target.disabled = false;
  });
}
