"use strict";
// Saves a mark as soon as it is given, and lets all the work be done by keyboard. What the page
// shows of a mark is what the gradebook has: it changes when the server has said so.
(() => {
  const find = (id) => document.getElementById(id);
  const desk = find("desk");
  const comment = find("comment");
  const buttons = [...document.querySelectorAll("button[data-points]")];
  const here = `comment ${location.pathname}`;
  const seen = desk && { answer: desk.dataset.answer, mark: desk.dataset.mark };
  let points = desk && desk.dataset.points !== "" ? Number(desk.dataset.points) : null;
  let savedComment = comment ? comment.value : "";
  let line = Promise.resolve(); // changes are saved one after another
  let unsaved = null; // what could not be saved
  let leaving = false; // a key pressed now is meant for the next answer, and must not mark this one

  function say(text) {
    if (find("said")) find("said").textContent = text;
  }

  function warn(text) {
    const alarm = find("alarm");
    if (!alarm) return;
    alarm.hidden = !text;
    alarm.textContent = text;
    if (text) say("");
  }

  function show(now) {
    Object.assign(seen, now.seen);
    points = now.points;
    for (const button of buttons) {
      const value = button.dataset.points;
      button.setAttribute("aria-pressed", String(value !== "" && Number(value) === points));
    }
    find("state").textContent = now.state;
    find("state").classList.toggle("clear", !now.waits);
    find("bar").max = Math.max(now.progress.of, 1);
    find("bar").value = now.progress.done;
    for (const name of ["done", "of", "left"]) find(name).textContent = now.progress[name];
    warn("");
    say(`✓ ${now.said}`);
  }

  async function send(change) {
    const wanted = { ...unsaved, ...change };
    unsaved = wanted;
    say("Saving …");
    let reply;
    try {
      const response = await fetch(location.pathname, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-XSRFToken": desk.dataset.xsrf },
        body: JSON.stringify({ seen, ...wanted }),
      });
      reply = await response.json();
    } catch {
      reply = { error: "The command does not answer. Does it still run in its terminal?" };
    }
    if (reply.error) {
      warn(`Not saved. ${reply.error} (s saves again.)`);
      return;
    }
    unsaved = null;
    if ("comment" in wanted) savedComment = wanted.comment;
    show(reply);
  }

  function save(change) {
    if (!buttons.length || leaving) return;
    line = line.then(() => send(change));
  }

  // Takes a function of the mark that is there once what was asked before is done.
  function give(choose) {
    if (!buttons.length || leaving) return;
    line = line.then(() => {
      const wanted = choose(points);
      const most = Number(desk.dataset.most);
      if (wanted === null || (wanted >= 0 && wanted <= most)) return send({ points: wanted });
      warn(`A mark here is from 0 to ${most}.`);
    });
  }

  function keepComment() {
    if (comment && comment.value !== savedComment) save({ comment: comment.value });
  }

  async function go(link) {
    if (!link || leaving) return;
    keepComment();
    leaving = true;
    await line;
    if (unsaved) {
      leaving = false;
      const alarm = find("alarm").textContent;
      warn(""); // so that a screen reader says it again
      setTimeout(() => warn(alarm), 50);
      return;
    }
    location.assign(link.href);
  }

  function loadAgain() {
    if (comment && comment.value !== savedComment) sessionStorage.setItem(here, comment.value);
    leaving = true;
    location.reload();
  }

  const step = desk ? Number(desk.dataset.step) : 1;
  const half = (now) => (now !== null && now % 1 ? now - 0.5 : (now ?? 0) + 0.5);
  const open = (id) => { if (find(id)) find(id).open = !find(id).open; };
  const actions = {
    n: () => go(find("next")),
    ArrowRight: () => go(find("next")),
    p: () => go(find("previous")),
    ArrowLeft: () => go(find("previous")),
    w: () => go(find("waiting")),
    l: () => go(find("list")),
    c: () => comment && comment.focus(),
    q: () => open("question"),
    m: () => open("model"),
    t: () => open("typed"),
    r: loadAgain,
    s: () => (unsaved ? save({}) : keepComment()),
    x: () => give(() => null),
    "+": () => give((now) => (now === null ? 0 : now + step)),
    "-": () => give((now) => (now === null ? 0 : now - step)),
    ".": () => step < 1 && give(half),
    ",": () => step < 1 && give(half),
  };

  const keys = find("keys");
  const keysOn = () => !keys || keys.getAttribute("aria-pressed") === "true";
  if (keys) {
    keys.setAttribute("aria-pressed", String(localStorage.getItem("keys") !== "off"));
    keys.addEventListener("click", () => {
      localStorage.setItem("keys", keysOn() ? "off" : "on");
      keys.setAttribute("aria-pressed", String(!keysOn()));
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.target === comment) {
      if (event.key === "Escape" || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        comment.blur();
      }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !keysOn()) return;
    const digit = /^[0-9]$/.test(event.key) ? () => give(() => Number(event.key)) : null;
    const action = digit && desk ? digit : actions[event.key];
    const sideways = event.key.startsWith("Arrow") && event.target.closest("[tabindex], button");
    if (!action || sideways || (!desk && !"nr".includes(event.key))) return;
    event.preventDefault();
    action();
  });

  // What is the same for all answers to a question stays open or closed from one to the next.
  for (const part of [find("question"), find("model")].filter(Boolean)) {
    const kept = sessionStorage.getItem(part.id);
    if (kept) part.open = kept === "open";
    part.addEventListener("toggle", () => {
      sessionStorage.setItem(part.id, part.open ? "open" : "closed");
    });
  }
  for (const button of buttons) {
    const value = button.dataset.points;
    button.addEventListener("click", () => give(() => (value === "" ? null : Number(value))));
  }
  for (const link of document.querySelectorAll("a.button")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || !desk) return;
      event.preventDefault();
      go(link);
    });
  }
  if (comment) {
    comment.addEventListener("blur", keepComment);
    const kept = sessionStorage.getItem(here);
    sessionStorage.removeItem(here);
    if (kept !== null && kept !== comment.value) {
      comment.value = kept;
      say("Your comment is in its field again, and not saved yet: s saves it.");
    }
  }
  // A page that the browser kept aside does not know what has become of the marks.
  window.addEventListener("pageshow", (event) => event.persisted && location.reload());
  window.addEventListener("beforeunload", (event) => {
    const open = unsaved || (comment && comment.value !== savedComment);
    if (open && !leaving) event.preventDefault();
  });
})();
