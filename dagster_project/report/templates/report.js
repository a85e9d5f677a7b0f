"use strict";
(function () {
  const source = document.getElementById("charts").textContent;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const printing = window.matchMedia("print");
  let views = [];

  function draw() {
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue("--" + name).trim();
    // A name like "@new" in a chart is a colour of the page, so light and dark are one document.
    const charts = JSON.parse(source.replace(/"@([a-z0-9]+)"/g, (_, name) => JSON.stringify(colour(name))));
    const font = getComputedStyle(document.body).fontFamily;
    const config = {
      font, view: { stroke: null },
      axis: {
        labelColor: colour("muted"), titleColor: colour("muted"), titleFontWeight: 500, titleFontSize: 12,
        labelFontSize: 11.5, gridColor: colour("grid"), domainColor: colour("rule"), tickColor: colour("rule"),
        ticks: false, labelPadding: 7, titlePadding: 10,
      },
      axisX: { grid: false }, axisY: { domain: false, tickCount: 5 },
      legend: {
        orient: "top", labelColor: colour("text"), labelFontSize: 12, symbolType: "square", symbolSize: 90,
        columnPadding: 14, labelLimit: 260, padding: 0, offset: 12, columns: window.innerWidth < 620 ? 3 : 0, titleColor: colour("muted"),
      },
      text: { color: colour("text"), font }, bar: { discreteBandSize: { band: 0.78 } },
    };
    views.forEach((view) => view.finalize());
    views = [];
    for (const [name, spec] of Object.entries(charts)) {
      const place = document.getElementById("chart-" + name);
      if (!place) continue;
      const columns = spec.usermeta && spec.usermeta.columns;
      if (columns && place.clientWidth / columns < 36) {
        spec.layer = spec.layer.filter((layer) => layer.mark.type !== "text");
      }
      window.vegaEmbed(place, { ...spec, config, autosize: { type: "fit-x", contains: "padding" } },
        { actions: false, renderer: "svg", ast: false, mode: "vega-lite", tooltip: { theme: "custom" } })
        .then((result) => views.push(result.view))
        .catch((error) => { place.textContent = "This chart could not be drawn: " + error.message; });
    }
  }
  draw();
  dark.addEventListener("change", draw);
  printing.addEventListener("change", draw);
})();
