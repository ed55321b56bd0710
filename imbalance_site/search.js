// Put before Sphinx's own search: which page comes first, and what its summary says.

// What a page is about, without the number of a lesson and without the question behind the colon.
const topicOf = (title) =>
  title.toLowerCase().replace(/^\d\d · /, "").replace(/^the /, "").split(":")[0];

// Words that tell what is asked about; the others are in many a question.
const ASKING = ["do", "does", "should", "can", "what", "which", "how", "i", "my", "me"];
const wordsOf = (text) =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word && !ASKING.includes(word) && !stopwords.has(word));

var Scorer = {
  // A page whose title is the word comes before a page with one section of that name; what has more
  // of several words in its title comes before what has them somewhere.
  score: ([_docname, title, anchor, _descr, score]) => {
    const query = new URLSearchParams(window.location.search).get("q").trim().toLowerCase();
    if (!query) return score;
    if (anchor !== "") return title.toLowerCase().endsWith(`> ${query}`) ? score + 20 : score;
    const topic = topicOf(title);
    // A lesson's second notebook comes after its first.
    const below = /, deeper$| in pytorch$/.test(topic) ? 4 : topic.length / 100;
    if (topic === query) return score + 40;
    if (topic.startsWith(query)) return score + 30 - below;
    if (title.toLowerCase().includes(query)) return score + 10;
    const [asked, named] = [wordsOf(query), wordsOf(title)];
    const found = asked.filter((word) => named.includes(word)).length;
    return found ? score + (10 * found) / asked.length - below : score;
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
    // The title stands above the summary. Code, tables and how to run a lesson read badly in one.
    page.querySelectorAll("h1, pre, table, .launch").forEach((node) => node.remove());
    return asSphinxDoes(page.documentElement.outerHTML, anchor);
  };
  // Some whole words around the place where the last of those that are looked for comes first.
  Search.makeSearchSummary = (html, words, anchor) => {
    const text = Search.htmlToText(html, anchor).replace(/\s+/g, " ").trim();
    const places = [...words].map((word) => text.toLowerCase().indexOf(word));
    const place = places.filter((at) => at >= 0).pop() ?? 0;
    const start = text.lastIndexOf(" ", Math.max(place - 120, 0)) + 1;
    const end = start + 240 < text.length ? text.lastIndexOf(" ", start + 240) : text.length;
    const summary = document.createElement("p");
    summary.className = "context";
    summary.textContent =
      (start ? "… " : "") + text.slice(start, end) + (end < text.length ? " …" : "");
    return summary;
  };
});
