// An explorer in the browser: native inputs, and beside them what the kernel sends back.

const expit = (x) => 1 / (1 + Math.exp(-x));
const logit = (p) => Math.log(p / (1 - p));
const round = (x, digits) => Number(x.toPrecision(digits));
// Where the logit's slider is one step short of its ends, which lie at or beyond 0 and 1.
const EDGE = 0.0005;

// From a slider's place, a whole number from 0 to `steps`, to its value and back.
const SCALES = {
  linear: {
    value: (place, c) => round(c.low + (place / c.steps) * (c.high - c.low), 10),
    place: (value, c) => (c.steps * (value - c.low)) / (c.high - c.low),
  },
  log: {
    value: (place, c) => round(c.low * (c.high / c.low) ** (place / c.steps), 3),
    place: (value, c) => (c.steps * Math.log(value / c.low)) / Math.log(c.high / c.low),
  },
  logit: {
    value: (place, c) => {
      if (place <= 0 || place >= c.steps) return place <= 0 ? c.low : c.high;
      const p = expit(logit(EDGE) * (1 - (2 * (place - 1)) / (c.steps - 2)));
      return p < 0.5 ? round(p, 3) : round(1 - round(1 - p, 3), 10);
    },
    place: (value, c) => {
      if (value < EDGE / 2 || value > 1 - EDGE / 2) return value < 0.5 ? 0 : c.steps;
      const p = Math.min(Math.max(value, EDGE), 1 - EDGE);
      return 1 + ((c.steps - 2) * (1 - logit(p) / logit(EDGE))) / 2;
    },
  },
};

function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// One number: a slider with its number beside it, or a number alone. `changed` takes its value.
function input(control, label, changed) {
  const { low, high, steps, decimals, tip } = control;
  const scale = SCALES[control.scale];
  const text = (v) => (control.scale === "linear" ? v.toFixed(decimals) : String(round(v, 4)));
  const id = `imbalance-lab-${Math.random().toString(36).slice(2)}`;
  const number = element("input", { type: "number", min: low, max: high, step: "any", title: tip });
  const name = element("label", { for: id, title: tip }, label);
  const slider = steps ? element("input", { type: "range", min: 0, max: steps, title: tip }) : null;
  const set = (value) => {
    if (document.activeElement !== number) number.value = slider ? text(value) : value;
    if (!slider) return;
    slider.value = Math.round(scale.place(value, control));
    slider.setAttribute("aria-valuetext", text(value));
  };
  const take = (value) => {
    set(value);
    changed(value);
  };
  number.addEventListener("input", () => {
    const value = number.valueAsNumber;
    if (value >= low && value <= high) take(value);
  });
  number.addEventListener("change", () => {
    const value = number.valueAsNumber;
    if (Number.isNaN(value)) return;
    number.value = Math.min(Math.max(value, low), high);
    take(Number(number.value));
  });
  if (!slider) {
    number.id = id;
    number.step = 1;
    return { node: element("div", { class: "field" }, name, number), set };
  }
  slider.id = id;
  number.setAttribute("aria-label", `${label}, as a number`);
  slider.addEventListener("input", () => take(scale.value(Number(slider.value), control)));
  number.addEventListener("keydown", (event) => {
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = Math.min(Math.max(Number(slider.value) + step, 0), steps);
    const value = scale.value(place, control);
    number.value = text(value);
    take(value);
  });
  return { node: element("div", { class: "slider" }, name, slider, number), set };
}

// The inputs of one control: one, or two for a range, of which neither passes the other.
function inputs(control, changed) {
  if (!Array.isArray(control.start)) {
    const { node, set } = input(control, control.label, changed);
    return { nodes: [node], set };
  }
  let values = control.start;
  const pair = ["from", "to"].map((end, i) =>
    input(control, `${control.label}, ${end}`, (value) => {
      values = i ? [Math.min(values[0], value), value] : [value, Math.max(values[1], value)];
      pair[1 - i].set(values[1 - i]);
      changed(values);
    }),
  );
  const set = (both) => {
    values = both;
    pair.forEach((part, i) => part.set(both[i]));
  };
  return { nodes: pair.map((part) => part.node), set };
}

// A notebook's keys act on the cell: with the focus in here, x would cut it. Shift-Enter still runs it.
function isOurs(event) {
  const left = event.ctrlKey || event.metaKey || event.altKey;
  const passed = ["Escape", "Tab"].includes(event.key) || (event.shiftKey && event.key === "Enter");
  return !left && !passed;
}

function render({ model, el }) {
  const spec = model.get("spec");
  const me = Math.random().toString(36).slice(2);
  let count = 0;
  const values = { ...model.get("shown").state };
  const want = (name, value) => {
    values[name] = value;
    count += 1;
    model.set("wanted", { values: { ...values }, after: `${me} ${count}` });
    model.save_changes();
  };

  const controls = spec.controls.map((control) => [
    control.name,
    inputs(control, (value) => want(control.name, value)),
  ]);
  const buttons = spec.jumps.map((jump) => {
    const button = element("button", { type: "button" }, jump);
    button.addEventListener("click", () => model.send({ jump }));
    return button;
  });
  const numbers = element("div", {});
  const sentence = element("p", { role: "status", "data-metric": "sentence" });
  const image = element("img", { alt: "", decoding: "sync" });
  const nodes = [...controls.flatMap(([, control]) => control.nodes), ...buttons];
  const stage = element(
    "div",
    { class: "stage" },
    element("div", { class: "controls" }, ...nodes),
    element("div", { class: "numbers" }, numbers, sentence),
    element("div", { class: "picture" }, image),
  );
  el.classList.add("imbalance-lab-explorer", "imbalance-lab-live");
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", spec.name);
  el.addEventListener("keydown", (event) => isOurs(event) && event.stopPropagation());
  // Notebook 7 takes its keys before they get here, unless the element they are meant for says so.
  const keepKeys = (event) => {
    const mine = el.contains(event.target);
    if (mine) event.target.toggleAttribute("data-lm-suppress-shortcuts", isOurs(event));
  };
  window.addEventListener("keydown", keepKeys, true);
  el.replaceChildren(stage);

  let address = "";
  let pause;
  const show = () => {
    const shown = model.get("shown");
    // An answer to an older wish of this view would pull the slider back.
    if (!shown.after.startsWith(me) || shown.after === `${me} ${count}`) {
      Object.assign(values, shown.state);
      for (const [name, control] of controls) control.set(values[name]);
    }
    numbers.innerHTML = shown.numbers;
    const before = address;
    address = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
    image.onload = () => URL.revokeObjectURL(before);
    image.alt = shown.alt;
    image.src = address;
    // Said when the slider rests, not at each of its steps.
    clearTimeout(pause);
    pause = setTimeout(() => (sentence.textContent = shown.sentence), sentence.textContent ? 250 : 0);
  };
  model.on("change:shown", show);
  show();
  return () => {
    model.off("change:shown", show);
    window.removeEventListener("keydown", keepKeys, true);
    clearTimeout(pause);
    URL.revokeObjectURL(address);
  };
}

export default { render };
