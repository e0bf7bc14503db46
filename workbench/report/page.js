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

  // On a narrow screen the title below an axis is broken into lines, for Plotly would cut it off at the edge.
  const breakTitles = (canvas) => {
    const title = canvas.querySelector(".xtitle");
    if (!title) return;
    const [outer, inner] = [canvas.getBoundingClientRect(), title.getBoundingClientRect()];
    const middle = (inner.left + inner.right) / 2;
    const room = 2 * Math.min(middle - outer.left, outer.right - middle) - 4;
    if (inner.width <= room) return;
    const most = Math.max(10, Math.floor((title.textContent.length * room) / inner.width));
    const lines = [""];
    for (const word of canvas.layout.xaxis.title.text.split(" ")) {
      const line = lines[lines.length - 1];
      if (line && line.length + 1 + word.length > most) lines.push(word);
      else lines[lines.length - 1] = line ? `${line} ${word}` : word;
    }
    const more = 18 * (lines.length - 1);
    const { height, margin } = canvas.layout;
    Plotly.relayout(canvas, {
      "xaxis.title.text": lines.join("<br>"),
      height: height + more,
      "margin.b": (margin.b ?? 80) + more,
    });
  };

  const waiting = [...document.querySelectorAll("figure.plot")];
  const drawn = [];
  const draw = (figure) => {
    const canvas = figure.querySelector(".canvas");
    const { data, layout } = JSON.parse(figure.querySelector("script").textContent);
    canvas.style.height = "";
    drawn.push(canvas);
    Plotly.newPlot(canvas, data, layout, config).then(breakTitles);
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
