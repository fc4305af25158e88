// What follows, drawn once and then changed in place: ends, time, payoffs, histories, claims.

import { el, figure, svg, words } from "./dom.js";

const WIDE = 300, HIGH = 16, PLOT = 150;

// A sheet of one setting; `beside` is a second answer shown in every row, or null.
export class Sheet {
  constructor(name) {
    this.name = name;
    this.rows = new Map();
    this.pays = new Map();
    this.ends = el("tbody");
    this.payoffs = el("tbody");
    this.time = el("div", { class: "time" });
    this.stories = el("ol", { class: "stories" });
    this.claims = el("div");
    this.asOf = el("p", { class: "small quiet" });
    this.spread = el("p", { class: "small quiet" }, "The thin line will show where 5 to 95 % of the combinations tried lie.");
    this.command = el("code");
    this.certificate = el("span");
    this.root = el("div", { class: "sheet" },
      el("section", { "aria-labelledby": "ends-title" }, el("h2", { id: "ends-title" }, "How it ends"),
        el("div", { class: "scroll" }, el("table", { class: "bars" }, el("caption", { class: "hidden" }, "Probability of every end at this setting"), this.ends)),
        this.spread),
      el("section", { "aria-labelledby": "time-title" }, el("h2", { id: "time-title" }, "When"), this.time),
      el("section", { "aria-labelledby": "payoff-title" }, el("h2", { id: "payoff-title" }, "What each party expects"),
        el("div", { class: "scroll" }, el("table", { class: "bars" }, el("caption", { class: "hidden" }, "Expected payoffs: facts about the encoded premises"), this.payoffs)),
        el("p", { class: "small quiet" }, "Payoffs are facts about the premises as encoded, not advice.")),
      el("section", { "aria-labelledby": "stories-title" }, el("h2", { id: "stories-title" }, "Likeliest histories"), this.stories),
      el("section", { "aria-labelledby": "claims-title", "data-claims": "" }, el("h2", { id: "claims-title" }, "What becomes of the claims"), this.asOf, this.claims),
      el("section", { "aria-labelledby": "exact-title" }, el("h2", { id: "exact-title" }, "How exact"), el("p", { class: "small" }, this.certificate),
        el("p", { class: "small quiet" }, "The same on the command line: ", this.command)));
  }

  // The numbers of a new answer; what is there already changes its attributes only.
  show(told, beside) {
    this.told = told;
    for (const end of told.ends) this.#end(end, beside?.ends.find((one) => one.name === end.name));
    for (const pay of told.payoffs) this.#pay(pay, beside?.payoffs.find((one) => one.party === pay.party));
    this.#time(told, beside);
    this.#stories(told);
    this.command.textContent = told.command;
    const sure = told.certificate;
    this.certificate.textContent = told.status === "solved"
      ? `Solved: residual ${small(sure.residual)} of what is at stake; anywhere in the game a best reply would add at most ${figure(sure.regret, 2)}, since choices are noisy.`
      : `Not solved: ${told.message}`;
  }

  // Where the combinations tried lie; null takes it away until it is known again.
  band(band) {
    for (const [name, row] of this.rows) row.band(band?.ends[name]);
    for (const [name, row] of this.pays) row.band(band?.payoffs[name]);
    this.spread.textContent = band === null ? "The band follows after a rest …" : band.draws ? `Thin line: ${band.says}.` : "No assumption has a range, so there is one combination only.";
  }

  others(told) {
    const found = told.certificate.others.length;
    const said = found
      ? ` ${found === 1 ? "One other equilibrium was" : `${found} other equilibria were`} found beside the one told: ${told.certificate.others.map((one) => likeliest(one, told.ends)).join("; ")}.`
      : ` Other equilibria: ${told.certificate.uniqueness}.`;
    this.certificate.textContent += said;
  }

  #end(end, other) {
    if (!this.rows.has(end.name)) {
      const row = new Row(words(end.label), end.colour, `end:${end.name}`, this.name, 0, 1);
      this.rows.set(end.name, row);
      this.ends.append(row.root);
    }
    const row = this.rows.get(end.name);
    row.show(end.probability, end.told, other?.probability, (change) => points(change));
    row.root.hidden = end.name === "unresolved" && !end.probability && !other?.probability;
  }

  #pay(pay, other) {
    if (!this.pays.has(pay.party)) {
      const most = Math.max(1, ...this.told.payoffs.map((one) => Math.abs(one.value ?? 0)));
      const row = new Row(words(pay.label), "var(--accent)", `payoff:${pay.party}`, this.name, -most, most);
      this.pays.set(pay.party, row);
      this.payoffs.append(row.root);
    }
    this.pays.get(pay.party).show(pay.value, pay.told, other?.value, (change) => `${change > 0 ? "+" : ""}${figure(change, 2)}`);
  }

  #time(told, beside) {
    const shown = told.ends.filter((end) => end.name !== "unresolved");
    if (!this.areas) {
      this.areas = new Map(shown.map((end) => [end.name, svg("path", { fill: end.colour })]));
      this.middle = el("p", { class: "small" });
      this.last = el("span");
      this.picture = svg("svg", { viewBox: `0 0 ${WIDE * 2} ${PLOT}`, role: "img", preserveAspectRatio: "none" },
        svg("rect", { width: String(WIDE * 2), height: String(PLOT), class: "track" }), ...this.areas.values());
      this.time.append(this.middle, this.picture, el("p", { class: "ends small quiet", "aria-hidden": "true" }, el("span", {}, `${told.round} 1`), this.last),
        el("ul", { class: "order small", "aria-hidden": "true" }, el("li", { class: "quiet" }, "From below:"), shown.map((end) => el("li", {},
          svg("svg", { viewBox: "0 0 16 12" }, svg("rect", { width: "16", height: "12", fill: end.colour, class: "bar" })), words(end.label)))));
    }
    const rounds = lastRound(shown);
    const floor = new Array(rounds).fill(0);
    for (const end of shown) {
      const low = [...floor];
      for (let t = 0; t < rounds; t++) floor[t] += end.by_round[t] ?? 0;
      this.areas.get(end.name).setAttribute("d", band(low, floor));
    }
    this.last.textContent = `${told.round} ${rounds}`;
    const before = beside?.rounds !== undefined && beside !== null ? ` (beside it ${figure(beside.rounds, 3)})` : "";
    const takes = told.rounds === null ? "Play may never end, so its length has no expected value." : `On average ${figure(told.rounds, 3)} ${told.round}s are completed before the end${before}.`;
    this.middle.textContent = takes;
    this.picture.setAttribute("aria-label", `How likely each end has come by each ${told.round}; by ${told.round} ${rounds}: ${shown.map((end) => `${end.label} ${share(end.by_round[rounds - 1])}`).join(", ")}.`);
  }

  #stories(told) {
    this.stories.replaceChildren(...told.histories.map((one) => el("li", {},
      el("details", {}, el("summary", {}, el("b", {}, one.told), " ends in ", words(one.label), el("span", { class: "quiet" }, `, ${last(one)}`)),
        el("ol", { class: "small moments" }, rounds(one.moments).map(([number, said]) => el("li", { value: String(number) }, words(said.join("; ")))))))));
    if (!told.histories.length) this.stories.replaceChildren(el("li", {}, "None, as the game is not solved at this setting."));
  }

  claimed(told, when) {
    this.asOf.textContent = when;
    this.claims.replaceChildren(el("ul", { class: "claims" }, told.claims.map((one) => el("li", { "data-verdict": one.state },
      el("details", {}, el("summary", {}, el("b", { class: "verdict" }, one.state), " ", words(one.says), el("span", { class: "quiet small" }, ` – ${one.short}`)),
        el("p", { class: "small" }, words(one.sentence)))))),
    el("p", { class: "small quiet" }, "The same on the command line: ", el("code", {}, told.command)));
  }
}

// A row of a table: a name, a bar that moves, a figure that opens its draws.
class Row {
  constructor(label, colour, of, name, low, high) {
    this.low = low;
    this.high = high;
    this.of = of;
    this.name = name;
    const zero = String(this.#at(0));
    this.bar = svg("rect", { x: zero, y: "3", height: "10", fill: colour, class: "bar" });
    this.before = svg("rect", { x: zero, y: "0", height: "3", class: "before" });
    this.line = svg("path", { class: "spread" });
    this.figure = el("a", { class: "figure" });
    this.change = el("span", { class: "change small quiet" });
    this.root = el("tr", {}, el("th", { scope: "row" }, label),
      el("td", { class: "drawn" }, svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { y: "3", width: String(WIDE), height: "10", class: "track" }), this.bar, this.before, this.line)),
      el("td", {}, this.figure, " ", this.change));
  }

  show(value, told, other, words_) {
    const [from, to] = this.#between(value ?? 0);
    this.bar.setAttribute("x", String(from));
    this.bar.setAttribute("width", String(to - from));
    this.figure.textContent = told;
    const query = new URLSearchParams(location.search);
    query.delete("beside");
    query.set("of", this.of);
    this.figure.href = `/live/${this.name.split("/").map(encodeURIComponent).join("/")}/draws?${query}`;
    const known = other !== undefined && other !== null && value !== null;
    const [before, end] = known ? this.#between(other) : [0, 0];
    this.before.setAttribute("x", String(before));
    this.before.setAttribute("width", String(end - before));
    this.change.textContent = known ? words_(value - other) : "";
  }

  band(quantiles) {
    const known = quantiles && quantiles[0] !== null;
    const [low, middle, high] = known ? quantiles.map((one) => this.#at(one)) : [0, 0, 0];
    this.line.setAttribute("d", known ? `M${low} 15H${high}M${middle} 13V16` : "");
    this.root.title = known ? `5 to 95 % of the combinations tried: ${figure(quantiles[0], 3)} to ${figure(quantiles[2], 3)}` : "";
  }

  #at(value) {
    const inside = Math.min(Math.max(value, this.low), this.high);
    return Math.round(10 * WIDE * (inside - this.low) / (this.high - this.low)) / 10;
  }

  #between(value) {
    const [one, two] = [this.#at(0), this.#at(value)];
    return one < two ? [one, two] : [two, one];
  }
}

function lastRound(ends) {
  const count = Math.max(1, ...ends.map((end) => end.by_round.length));
  const total = (t) => ends.reduce((sum, end) => sum + (end.by_round[t] ?? 0), 0);
  const whole = total(count - 1);
  let rounds = 2;
  while (rounds < count && total(rounds - 1) < 0.99 * whole) rounds += 1;
  return Math.min(rounds, count);
}

function band(low, high) {
  const x = (t) => (low.length === 1 ? WIDE * 2 * t : (WIDE * 2 * t) / (low.length - 1)).toFixed(1);
  const y = (value) => (PLOT * (1 - value)).toFixed(1);
  if (low.length === 1) return `M0 ${y(high[0])}H${WIDE * 2}V${y(low[0])}H0Z`;
  const up = high.map((value, t) => `${t ? "L" : "M"}${x(t)} ${y(value)}`).join("");
  const down = [...low].map((value, t) => [x(t), y(value)]).reverse().map(([a, b]) => `L${a} ${b}`).join("");
  return `${up}${down}Z`;
}

const rounds = (moments) => [...moments.reduce((found, one) => found.set(one.round, [...(found.get(one.round) ?? []), one.says]), new Map())];
const last = (story) => (story.moments.length ? `round ${story.moments[story.moments.length - 1].round}` : "at once");
const share = (value) => (value === undefined || value === null ? "not known" : `${(100 * value).toFixed(0)} %`);
const small = (value) => (value === null ? "not known" : value === 0 ? "0" : value.toExponential(1).replace("e-", " × 10^−").replace("e+", " × 10^"));
const points = (change) => (Math.abs(change) < 0.0005 ? "no change" : `${change > 0 ? "+" : "−"}${(100 * Math.abs(change)).toFixed(1)} points`);

function likeliest(other, ends) {
  const [name] = Object.entries(other).sort((a, b) => (b[1] ?? 0) - (a[1] ?? 0))[0];
  return `likeliest end ${ends.find((end) => end.name === name)?.label ?? name}, ${share(other[name])}`;
}
