// Before the modules have run nobody listens yet: a form that is sent or a button that is pressed
// that early waits for them.
(() => {
  let early = [];
  const hold = (event, act) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    early.push(act);
  };
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (early && Object.keys(form.dataset).some((word) => word !== "live")) hold(event, () => form.requestSubmit());
    },
    true,
  );
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest("button");
      if (early && button && (!button.form || button.type === "button")) hold(event, () => button.click());
    },
    true,
  );
  document.addEventListener("DOMContentLoaded", () => {
    const waiting = early;
    early = null;
    waiting.forEach((act) => act());
  });
})();
