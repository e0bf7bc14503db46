// Draws the figures of a report, fits them to screen and paper, and keeps the table of contents.
(() => {
  "use strict";
  const paper = 657; // CSS pixels between the margins of an A4 page, as @page in style.css sets them
  const config = { responsive: true, displayModeBar: false, showTips: false, doubleClick: false };
  const locale = JSON.parse(document.getElementById("locale").textContent);
  if (locale.name !== "en") {
    Plotly.register({ moduleType: "locale", name: locale.name, dictionary: {}, format: locale.format });
    config.locale = locale.name;
  }

  const waiting = [...document.querySelectorAll("figure.plot")];
  const drawn = [];
  const draw = (figure) => {
    const canvas = figure.querySelector(".canvas");
    const { data, layout } = JSON.parse(figure.querySelector("script").textContent);
    canvas.style.height = "";
    drawn.push(canvas);
    return Plotly.newPlot(canvas, data, layout, config);
  };
  const next = () => {
    if (waiting.length) {
      draw(waiting.shift());
      setTimeout(next);
    } else {
      document.documentElement.dataset.drawn = "all";
    }
  };
  next();

  let closed = [];
  addEventListener("beforeprint", () => {
    while (waiting.length) draw(waiting.shift());
    drawn.forEach((canvas) => Plotly.relayout(canvas, { width: paper }));
    closed = [...document.querySelectorAll("main details.wb-card:not([open])")];
    closed.forEach((card) => (card.open = true));
  });
  addEventListener("afterprint", () => {
    drawn.forEach((canvas) => Plotly.relayout(canvas, { width: null, autosize: true }));
    closed.forEach((card) => (card.open = false));
  });

  const contents = document.querySelector("nav details");
  const wide = matchMedia("(min-width: 64rem)");
  const fit = () => (contents.open = wide.matches);
  wide.addEventListener("change", fit);
  fit();
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) contents.open = false;
  });

  const links = new Map();
  contents.querySelectorAll(":scope > ol > li > a").forEach((link) => links.set(link.hash.slice(1), link.parentElement));
  const seen = new IntersectionObserver(
    (entries) => {
      entries.forEach((entry) => {
        if (!entry.isIntersecting) return;
        links.forEach((item, id) => {
          item.classList.toggle("current", id === entry.target.id);
          if (id === entry.target.id) item.firstElementChild.setAttribute("aria-current", "true");
          else item.firstElementChild.removeAttribute("aria-current");
        });
      });
    },
    { rootMargin: "-20% 0px -75% 0px" },
  );
  document.querySelectorAll("main > section").forEach((section) => seen.observe(section));
})();
