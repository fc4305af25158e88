// What every page has: the choice of light or dark, forms that post, and searches that answer while one types.

const choice = document.querySelector("[data-look-choice]");

choice?.addEventListener("change", async () => {
  document.documentElement.dataset.look = choice.value;
  await fetch(`/look?to=${encodeURIComponent(choice.value)}`, { method: "POST" });
});

/** Send plain data; what comes back is data too. An answer that says what is wrong is thrown. */
export async function post(address, data) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(data),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw told.error ?? { found: `the server answered ${answer.status}`, repair: "" };
  return told;
}

/** What went wrong, in one line. */
export function sentence(error) {
  if (error instanceof TypeError) return "The server does not answer. Is it still running in its terminal?";
  const repair = error.repair ? `; ${error.repair}` : "";
  return `${error.found}${repair}.`;
}

/** Work that is not begun again while it goes on, nor, where it was done, in the second after. */
export function once(work) {
  let busy = false;
  return async (...given) => {
    if (busy) return;
    busy = true;
    let done = false;
    try {
      done = await work(...given);
    } finally {
      setTimeout(() => { busy = false; }, done ? 1000 : 0);
    }
  };
}

function fields(form) {
  const numbers = new Set([...form.querySelectorAll("input[name=number]")].map((one) => one.name));
  return Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, numbers.has(key) ? Number(value) : value]));
}

document.addEventListener("submit", (event) => {
  if (!event.target.dataset.post) return;
  event.preventDefault();
  send(event.target);
});

const send = once(async (form) => {
  const alert = form.querySelector("[role=alert]");
  alert.hidden = true;
  try {
    const told = await post(form.dataset.post, fields(form));
    location.assign(told.to);
    return true;
  } catch (error) {
    alert.textContent = sentence(error);
    alert.hidden = false;
    return false;
  }
});

// A search: the newest answer wins, and the address says what is shown.
for (const form of document.querySelectorAll("form[data-live]")) {
  const place = form.dataset.live;
  let newest = 0;
  let waiting;
  const ask = async () => {
    const mine = ++newest;
    const address = new URL(form.getAttribute("action"), location.href);
    for (const [key, value] of new FormData(form)) if (value) address.searchParams.set(key, value);
    const answer = await fetch(address, { headers: { accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== newest) return;
    const found = page.querySelector(place);
    if (!found) return;
    document.querySelector(place).replaceChildren(...found.childNodes);
    history.replaceState(null, "", address);
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask();
  });
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 150);
  });
}
