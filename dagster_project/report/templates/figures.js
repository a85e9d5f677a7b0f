"use strict";
// Figures of the chosen segment and period, written as the page was written (report/wording.py).
window.ebbline = (function () {
  const NONE = "\u2013", MINUS = "\u2212";
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const BACK = { month: 12, quarter: 4, year: 1 };
  const told = JSON.parse(document.getElementById("told").textContent);
  const column = Object.fromEntries(told.periods.columns.map((name, index) => [name, index]));

  const fixed = (value, places) =>
    value.toLocaleString("en-US", { minimumFractionDigits: places, maximumFractionDigits: places, signDisplay: "negative" }).replace("-", MINUS);

  function exact(value, unit) {
    if (value === null || value === undefined) return NONE;
    if (unit === "money") return fixed(value + 0, 2);
    if (unit === "share" || unit === "ratio") return fixed(value * 100, 2).replace(/,/g, "") + " %";
    return fixed(value, unit === "days" ? 1 : 0);
  }

  function brief(value, unit) {
    if (value === null || value === undefined) return NONE;
    if (unit === "money" && Math.abs(value) >= 1000) return fixed(value, 0);
    if (unit === "share" || unit === "ratio") {
      return fixed(value * 100, Math.abs(value) < 0.1 ? 2 : 1).replace(/,/g, "") + " %";
    }
    return exact(value, unit);
  }

  function change(old, now, unit) {
    const signed = (value, places) => { const text = fixed(value, places); return (text[0] === MINUS ? "" : "+") + text; };
    if (old === null || now === null || old === undefined || now === undefined) return "";
    if (unit === "share" || unit === "ratio") return signed((now - old) * 100, 2).replace(/,/g, "") + " pp";
    if (unit === "money" && old > 0 && now >= 0) return signed(((now - old) / old) * 100, 1).replace(/,/g, "") + " %";
    return signed(now - old, unit === "days" ? 1 : 0);
  }

  function spoken(label) {
    const [year, part] = label.split("-");
    if (!part) return year;
    return (part[0] === "Q" ? part : MONTHS[Number(part) - 1]) + " " + year;
  }

  // The newest first: one object a period up to the chosen one, with the value of every column.
  function rows(choice) {
    const labels = told.periods.labels[choice.grain];
    const until = labels.indexOf(choice.label);
    const values = told.periods.rows[choice.grain][choice.segment];
    const found = [];
    for (let index = until; index >= 0; index--) {
      if (!values[index]) continue;
      const row = { label: labels[index], back: until - index, span: BACK[choice.grain] };
      for (const name in column) row[name] = values[index][column[name]];
      found.push(row);
    }
    return found;
  }

  function average(cohorts, age) {
    const known = cohorts.filter((cohort) => cohort[3].length > age && cohort[3][age] !== null);
    const weight = known.reduce((sum, cohort) => sum + cohort[2], 0);
    return weight ? known.reduce((sum, cohort) => sum + cohort[3][age] * cohort[2], 0) / weight : null;
  }

  // Cohorts of a kind as [name, customers, shares], the average of all last.
  function cohorts(kind, choice) {
    const found = told.cohorts[kind][choice.segment] || [];
    if (!found.length) return [];
    const oldest = Math.max(...found.map((cohort) => cohort[3].length));
    const shares = Array.from({ length: oldest }, (_, age) => average(found, age));
    const total = found.reduce((sum, cohort) => sum + cohort[1], 0);
    return [...found.map((cohort) => [cohort[0], cohort[1], cohort[3]]), ["Average", total, shares]];
  }

  function members(dimension, choice) {
    return told.periods.segments
      .map((segment, index) => ({ segment, row: rows({ ...choice, segment: index })[0] }))
      .filter((one) => one.segment[0] === dimension && one.row && one.row.back === 0);
  }

  return { told, BACK, exact, brief, change, spoken, rows, cohorts, members };
})();
