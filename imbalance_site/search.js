// Put before Sphinx's own search: which page comes first, and how a formula reads in a summary.

// What a page is about, without the number of a lesson and without the question behind the colon.
const topicOf = (title) =>
  title.toLowerCase().replace(/^\d\d · /, "").replace(/^the /, "").split(":")[0];

var Scorer = {
  // A page whose title is the word comes before a page with one section of that name.
  score: ([_docname, title, anchor, _descr, score]) => {
    const query = new URLSearchParams(window.location.search).get("q").trim().toLowerCase();
    if (anchor !== "" || !query) return score;
    const topic = topicOf(title);
    if (topic === query) return score + 40;
    if (topic.startsWith(query)) return score + 30 - topic.length / 100; // the core, then deeper
    return title.toLowerCase().includes(query) ? score + 10 : score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};

const LETTERS = {
  alpha: "α", beta: "β", gamma: "γ", lambda: "λ", pi: "π", rho: "ρ", sigma: "σ", theta: "θ",
  cdot: "·", le: "≤", ge: "≥", times: "×", approx: "≈", sum: "Σ",
};

// A short formula in letters; of a long one only that there is one.
const readable = (tex) => {
  const text = tex
    .replace(/^\\[[(]|\\[\])]$/g, "")
    .replace(/\\([a-z]+)/g, (whole, name) => LETTERS[name] || whole)
    .replace(/[{}]|\\,/g, "");
  return text.includes("\\") || text.length > 25 ? "…" : text;
};

// `Search` is made by the script that this one stands before, and used when a page has been fetched.
queueMicrotask(() => {
  const asSphinxDoes = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll(".math").forEach((formula) => {
      formula.textContent = readable(formula.textContent.trim());
    });
    return asSphinxDoes(page.documentElement.outerHTML, anchor);
  };
});
