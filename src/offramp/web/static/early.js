// Before the modules have run nobody listens yet: a form that is sent that early waits for them.
(() => {
  let early = [];
  document.addEventListener(
    "submit",
    (event) => {
      const ours = Object.keys(event.target.dataset).some((word) => word !== "live");
      if (!early || !ours) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      early.push(event.target);
    },
    true,
  );
  document.addEventListener("DOMContentLoaded", () => {
    const waiting = early;
    early = null;
    waiting.forEach((form) => form.requestSubmit());
  });
})();
