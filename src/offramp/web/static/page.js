// What every page has: the choice of light or dark.

const choice = document.querySelector("[data-look-choice]");

choice?.addEventListener("change", async () => {
  document.documentElement.dataset.look = choice.value;
  await fetch(`/look?to=${encodeURIComponent(choice.value)}`, { method: "POST" });
});
