"use strict";
(function () {
  const { told, BACK, exact, brief, change, spoken, rows, cohorts, members } = window.ebbline;
  const SPARK = 13, MONTHS_IN_TABLE = 24, PRINTED = { wide: 940, half: 450, height: 165, row: 11 };
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const form = document.getElementById("choice");
  const segment = document.getElementById("segment"), period = document.getElementById("period");
  const labels = told.periods.labels;
  const newest = { segment: 0, grain: "month", label: labels.month[labels.month.length - 1] };
  let choice = { ...newest };
  let views = [];
  let drawing = 0;

  // ---- charts

  function colours() {
    const style = getComputedStyle(document.documentElement);
    return (name) => style.getPropertyValue("--" + name).trim();
  }

  function look(colour, columns) {
    const font = getComputedStyle(document.body).fontFamily;
    return {
      font, aria: false, view: { stroke: null },
      axis: {
        labelColor: colour("muted"), titleColor: colour("muted"), titleFontWeight: 500, titleFontSize: 12,
        labelFontSize: 11.5, gridColor: colour("grid"), domainColor: colour("axis"), tickColor: colour("axis"),
        ticks: false, labelPadding: 7, titlePadding: 10,
      },
      axisX: { grid: false }, axisY: { domain: false, tickCount: 5 },
      legend: {
        orient: "top", labelColor: colour("text"), labelFontSize: 12, symbolType: "square", symbolSize: 90, symbolStrokeWidth: 0,
        columnPadding: 12, labelLimit: 240, padding: 0, offset: 10, columns, titleColor: colour("muted"),
      },
      text: { color: colour("text"), font }, bar: { discreteBandSize: { band: 0.78 } },
    };
  }

  function ticks(shown, width) {
    const step = Math.max(1, Math.ceil(shown.length / Math.max(3, Math.floor(width / 42))));
    // Counted back from the newest, which every reader looks for.
    return shown.slice().reverse().filter((_, index) => index % step === 0).reverse();
  }

  function filled(spec, width) {
    const meta = spec.usermeta || {};
    if (meta.rows === "periods") {
      const values = rows(choice).reverse();
      const marked = ticks(values.map((row) => row.label), width);
      const years = marked.filter((tick, index) => !index || tick.slice(0, 4) !== marked[index - 1].slice(0, 4));
      spec.data = { name: "rows", values };
      spec.params = [{ name: "ticks", value: marked }, { name: "years", value: years }];
      withoutEmpty(spec, meta.optional, values);
    }
    if (meta.cohorts) {
      const found = cohorts(meta.cohorts, choice);
      const values = [];
      found.forEach(([name, customers, shares]) => shares.forEach((share, age) => {
        const row = name === "Average" ? name : name + " \u00b7 " + customers.toLocaleString("en-US");
        if (share !== null) values.push({ row, cohort: name, customers, age, share: share / 10000 });
      }));
      const ages = found.length ? found[found.length - 1][2].length : 1;
      spec.data = { name: "rows", values };
      spec.height = Math.max(120, meta.row * found.length);
      // Where a cell is too narrow for its number, the colours need a legend.
      const numbered = (width - 90) / ages >= 27;
      if (numbered) spec.layer[0].encoding.color.legend = null;
      else spec.layer = spec.layer.slice(0, 1);
    }
    return spec;
  }

  // What is 0 everywhere has no place in the legend.
  function withoutEmpty(spec, optional, values) {
    const all = { "Exchange rates": (row) => row.fx, "Moved between members": (row) => row.transfer_in || row.transfer_out };
    const gone = (optional || []).filter((name) => !values.some((row) => all[name](row)));
    if (!gone.length) return;
    for (const part of spec.layer || [spec]) {
      const scale = part.encoding && part.encoding.color && part.encoding.color.scale;
      if (!scale || !scale.domain) continue;
      const keep = scale.domain.map((name) => !gone.includes(name));
      scale.domain = scale.domain.filter((_, index) => keep[index]);
      scale.range = scale.range.filter((_, index) => keep[index]);
    }
  }

  // A legend stands beside the axis's numbers, in one row where it fits, and else in as many columns as its longest name leaves.
  function legendColumns(spec, outer) {
    const width = outer - 64;
    const named = (part) => (part.encoding && part.encoding.color && part.encoding.color.scale || {}).domain || [];
    const names = new Set([spec, ...(spec.layer || [])].flatMap(named).filter((name) => typeof name === "string"));
    const widths = [...names].map((name) => 34 + 7 * name.length);
    const inOneRow = widths.reduce((all, one) => all + one, 0) <= width;
    return inOneRow ? 0 : Math.max(1, Math.floor(width / Math.max(...widths)));
  }

  function specs() {
    const colour = colours();
    // A name like "@new" in a chart is a colour of the page, so light and dark are one document.
    return JSON.parse(JSON.stringify(told.charts).replace(/"@([a-z0-9]+)"/g, (_, name) => JSON.stringify(colour(name))));
  }

  // The place is the picture, with its name; what is drawn in it is no further one.
  function hush(place) {
    place.querySelectorAll("svg").forEach((drawn) => drawn.setAttribute("aria-hidden", "true"));
    place.querySelectorAll("svg [role]").forEach((part) => part.removeAttribute("role"));
  }

  function forget() {
    views.forEach(({ view }) => view.finalize());
    views = [];
  }

  // Who chooses again before all is drawn sees the last choice alone: what comes late of an earlier one is dropped.
  function draw() {
    forget();
    drawing += 1;
    const colour = colours(), mine = drawing;
    const pending = [];
    for (const [name, spec] of Object.entries(specs())) {
      const place = document.getElementById("chart-" + name);
      if (!place) continue;
      const width = place.clientWidth, drawn = filled(spec, width);
      const config = look(colour, legendColumns(drawn, width));
      const made = { ...drawn, config, autosize: { type: "fit-x", contains: "padding" } };
      pending.push(window.vegaEmbed(place, made, { actions: false, renderer: "svg", ast: false, mode: "vega-lite", tooltip: { theme: "custom" } })
        .then((result) => { if (mine !== drawing) return result.view.finalize(); views.push({ view: result.view, place, cohorts: made.usermeta && made.usermeta.cohorts ? made.height / made.usermeta.row : 0 }); hush(place); })
        .catch((error) => { place.textContent = "This chart could not be drawn: " + error.message; }));
    }
    document.documentElement.dataset.drawn = "no";
    Promise.all(pending).then(() => {
      if (mine !== drawing) return;
      goToTarget();
      if (onPaper()) fitToPaper();
      document.documentElement.dataset.drawn = "yes";
    });
  }

  // Charts take their place after the browser has gone to what the address names.
  let gone = false;
  function goToTarget() {
    const target = gone ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)));
    gone = true;
    if (target) target.scrollIntoView({ behavior: "instant" });
  }

  const onPaper = () => document.documentElement.classList.contains("paper");

  // A browser does not wait before it prints, so what is drawn is made to fit the paper at once.
  function fitToPaper() {
    const names = ["card", "ink", "text", "muted", "grid", "axis", "line", "red", "new", "reactivation", "expansion",
      "contraction", "churn", "heat0", "heat1", "heat2", "onheat0", "onheat2"];
    document.documentElement.classList.remove("paper");
    const onScreen = names.map(colours());
    document.documentElement.classList.add("paper");
    const printed = names.map(colours());
    for (const { view, place, cohorts } of views) {
      const width = place.closest(".wide") ? PRINTED.wide : PRINTED.half;
      const height = cohorts ? PRINTED.row * cohorts : Math.min(view.height(), PRINTED.height);
      view.width(width).height(height);
      const shown = rows(choice).map((row) => row.label).reverse();
      try { view.signal("ticks", ticks(shown, width)); } catch { /* not a chart over time */ }
      view.resize().run();
      hush(place);
      place.querySelectorAll("[fill], [stroke]").forEach((part) => ["fill", "stroke"].forEach((kind) => {
        const index = onScreen.indexOf(part.getAttribute(kind));
        if (index >= 0) part.setAttribute(kind, printed[index]);
      }));
    }
  }

  // ---- headlines and tables

  function element(tag, text, attributes) {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    return made;
  }

  function compared(metric, old, now, against) {
    const [unit, better] = told.metrics[metric];
    const said = change(old, now, unit);
    if (!said) return null;
    const tone = now === old || better === "neither" ? "" : (now > old) === (better === "higher") ? "good" : "bad";
    const sign = !/[1-9]/.test(said) ? "" : said[0] === "\u2212" ? "\u25bc" : "\u25b2";
    const item = document.createElement("li");
    item.append(element("b", sign + " " + said, { class: tone }), " " + against);
    return item;
  }

  function fillCards() {
    const found = rows(choice);
    for (const card of document.querySelectorAll(".card")) {
      const metric = card.dataset.metric, [unit] = told.metrics[metric];
      const at = (back) => { const row = found.find((one) => one.back === back); return row ? row[metric] : null; };
      const now = at(0);
      card.querySelector("[data-value]").textContent = brief(now, unit);
      card.querySelector("[data-unit]").textContent =
        now === null || now === undefined ? "" : unit === "money" ? told.currency : unit === "days" ? "days" : "";
      const items = [...new Set([1, BACK[choice.grain]])].map((back) => {
        const row = found.find((one) => one.back === back);
        return row ? compared(metric, row[metric], now, "on " + spoken(row.label)) : null;
      });
      const planned = choice.segment === 0 && told.plan[metric] && told.plan[metric][choice.label];
      if (planned !== undefined && planned !== false && planned !== null && !(planned instanceof Object)) {
        items.push(compared(metric, planned, now, "against the plan of " + brief(planned, unit)));
      }
      const shown = items.filter(Boolean);
      card.querySelector("[data-comparisons]").replaceChildren(...(shown.length ? shown : [element("li", "nothing to compare with")]));
      card.querySelector("polyline").setAttribute("points", spark(found.slice(0, SPARK).map((row) => row[metric]).reverse()));
    }
  }

  function spark(values) {
    const known = values.filter((value) => value !== null && value !== undefined);
    if (known.length < 2) return "";
    const low = Math.min(...known), span = Math.max(...known) - low || 1, step = 100 / (values.length - 1);
    return values.map((value, index) => value === null || value === undefined ? "" :
      (index * step).toFixed(1) + "," + (26 - ((value - low) / span) * 24).toFixed(1)).filter(Boolean).join(" ");
  }

  function columns(said) {
    return said.split(",").map((one) => {
      const [name, unit] = one.split(":");
      return { name: name.replace("-", ""), sign: name[0] === "-" ? -1 : 1, unit };
    });
  }

  function refill(table, lines) {
    const heads = [...table.querySelectorAll("thead th")], head = heads.map((cell) => cell.textContent);
    table.querySelector("tbody").replaceChildren(...lines.map((line) => {
      const row = document.createElement("tr");
      row.append(...line.map((text, index) => index
        ? element("td", text, { class: heads[index].className || "number", "data-label": head[index] }) : element("th", text, { scope: "row" })));
      return row;
    }));
  }

  // In whole percent, a half away from 0.
  const exactShare = (share) => (share / 100).toLocaleString("en-US", { maximumFractionDigits: 0, useGrouping: false });

  function fillTables() {
    const found = rows(choice);
    const cells = (row, said) => columns(said).map(({ name, sign, unit }) =>
      exact(row[name] === null || row[name] === undefined ? null : sign * row[name], unit));
    for (const table of document.querySelectorAll("table[data-source]")) {
      const [kind, ...rest] = table.dataset.source.split(":");
      const said = rest.join(":");
      if (kind === "periods") refill(table, found.slice(0, MONTHS_IN_TABLE).map((row) => [row.label, ...cells(row, said)]));
      if (kind === "cohorts") {
        const ages = [...table.querySelectorAll("thead th")].slice(2).map((cell) => Number(cell.textContent));
        refill(table, cohorts(said, choice).map(([name, customers, shares]) => [name, customers.toLocaleString("en-US"),
          ...ages.map((age) => age >= shares.length ? "" : shares[age] === null ? "\u2013" : exactShare(shares[age]) + " %")]));
      }
      if (kind === "work") {
        const [stake, lines] = told.work[said][choice.segment] || ["Nobody of " + segment.selectedOptions[0].textContent + " is on it.", []];
        table.parentElement.querySelector("[data-stake]").textContent = stake;
        table.hidden = !lines.length;
        refill(table, lines);
      }
      if (kind === "members") {
        const [dimension, ...wanted] = rest;
        refill(table, members(dimension, choice).map(({ segment, row }) => [segment[2], ...cells(row, wanted.join(":"))]));
      }
    }
  }

  // ---- the reader's choice

  function tell() {
    const name = segment.selectedOptions[0].textContent;
    document.querySelectorAll("[data-now]").forEach((place) => { place.textContent = spoken(choice.label); });
    document.querySelectorAll("[data-of-segment]").forEach((place) => {
      place.textContent = choice.segment ? "Shown: " + name + "." : "";
    });
    document.querySelectorAll(".stays").forEach((place) => { place.hidden = !choice.segment; });
  }

  function remember() {
    const chosen = new URLSearchParams();
    if (choice.segment) chosen.set("segment", segment.selectedOptions[0].dataset.of);
    if (choice.label !== newest.label) chosen.set("period", choice.label);
    const query = chosen.toString();
    try { history.replaceState(null, "", location.pathname + (query ? "?" + query : "") + location.hash); } catch { /* not every browser lets a file do so */ }
  }

  function choose() {
    const option = period.selectedOptions[0];
    choice = { segment: Number(segment.value), grain: option.dataset.grain, label: option.value };
    fillCards();
    fillTables();
    tell();
    remember();
    draw();
  }

  function recall() {
    const asked = new URLSearchParams(location.search);
    const of = [...segment.options].find((option) => option.dataset.of === asked.get("segment"));
    const at = [...period.options].find((option) => option.value === asked.get("period"));
    if (of) segment.value = of.value;
    if (at) at.selected = true;
    return Boolean(of || at);
  }

  function oneDimension() {
    const chosen = document.getElementById("dimension");
    if (!chosen) return;
    const show = () => document.querySelectorAll(".member").forEach((place) => { place.hidden = place.dataset.dimension !== chosen.value; });
    chosen.addEventListener("change", show);
    document.getElementById("dimensions").hidden = false;
    show();
  }

  if (form) {
    form.hidden = false;
    form.addEventListener("change", choose);
    oneDimension();
    if (recall()) choose(); else draw();
  }
  // Paper is light: what a browser says of that while it prints would take the charts from under its hands.
  dark.addEventListener("change", () => { if (!onPaper()) draw(); });
  let width = window.innerWidth;
  window.addEventListener("resize", () => { if (!onPaper() && Math.abs(window.innerWidth - width) > 60) { width = window.innerWidth; draw(); } });
  window.addEventListener("beforeprint", fitToPaper);
  window.addEventListener("afterprint", () => { document.documentElement.classList.remove("paper"); draw(); });
})();
