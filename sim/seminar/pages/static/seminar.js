// @ts-check
/**
 * A page of the seminar keeps itself told, and keeps what was not sent yet.
 *
 * The server sends parts of the page; they are grown into what is there, so that focus, what is being typed and what is
 * unfolded stay. Without this script every form works by itself.
 */

const SILENCE = 2000; // milliseconds without a beat after which people are told
const PATIENCE = 1500; // milliseconds that a new socket may take to open
const FIRST = 6000; // and the first of a page: whoever answered for the page is there, and a whole class may open it at once
const REST = 5000; // milliseconds between two looks whether what has ended goes on
const HASTE = 400; // milliseconds in which nobody reads what a button has become, and in which two presses are one of a hasty hand
const NEAR = 16; // pixels within which two presses are at the same place
const SPOKEN = 1500; // least time between two sentences of the live region
const body = document.body;
const here = { page: body.dataset.page ?? "", phase: body.dataset.phase ?? "", turn: body.dataset.turn ?? "0" };
const banner = /** @type {HTMLElement | null} */ (document.getElementById("banner"));
const whose = body.dataset.session ?? ""; // two classes may play one after the other in one tab
const store = `seminar:${whose}:${here.page}:${here.turn}:`;

document.documentElement.classList.add("scripted");

// ---------------------------------------------------------------------------------------------- parts of the page

/** Grow what is there into what was sent. @param {Element} there @param {string} markup */
function grow(there, markup) {
  const wanted = document.createElement("template");
  wanted.innerHTML = markup;
  children(there, wanted.content);
}

/** @param {Node} node @returns {string} */
function nameOf(node) {
  return node instanceof Element ? `${node.nodeName}#${node.id || ""}` : node.nodeName;
}

/** @param {Node} there @param {Node} wanted */
function children(there, wanted) {
  const news = [...wanted.childNodes];
  let old = there.firstChild;
  for (const want of news) {
    let match = old;
    while (match && nameOf(match) !== nameOf(want)) match = want instanceof Element && want.id ? match.nextSibling : null;
    if (match) {
      while (old && old !== match) {
        const after = old.nextSibling;
        old.remove();
        old = after;
      }
      old = match.nextSibling;
      same(match, want);
    } else {
      if (want instanceof Element) for (const one of [want, ...want.querySelectorAll("button")]) turned.set(one, Date.now());
      there.insertBefore(want, old);
    }
  }
  while (old) {
    const after = old.nextSibling;
    old.remove();
    old = after;
  }
}

/** @param {Node} there @param {Node} want */
function same(there, want) {
  if (!(there instanceof Element) || !(want instanceof Element)) {
    if (there.nodeValue !== want.nodeValue) there.nodeValue = want.nodeValue;
    return;
  }
  for (const { name } of [...there.attributes]) {
    if (!want.hasAttribute(name) && !(name === "open" && there.matches("[data-keep-open]")) && name !== "aria-busy") there.removeAttribute(name);
  }
  for (const { name, value } of [...want.attributes]) {
    if (name === "open" && there.matches("details")) continue; // what people unfolded or folded stays so
    if (there.getAttribute(name) !== value) there.setAttribute(name, value);
  }
  if (there instanceof HTMLInputElement && !isTouched(there)) {
    if (there.type === "radio" || there.type === "checkbox") there.checked = want.hasAttribute("checked");
    else if (there.type !== "hidden" && there !== document.activeElement) there.value = want.getAttribute("value") ?? "";
  }
  if (there instanceof HTMLButtonElement && there.textContent !== want.textContent) turned.set(there, Date.now());
  children(there, want);
}

/** @type {WeakMap<Element, number>} */
const turned = new WeakMap(); // when a button became another one under the pointer

/** What somebody chose or typed here and has not sent yet. @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} field */
function isTouched(field) {
  return touched.has(keyOf(field));
}

// ---------------------------------------------------------------------------------------------- what was not sent yet

/** @type {Set<string>} */
const touched = new Set();

/** @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} field */
function keyOf(field) {
  return `${field.form?.dataset.keep ?? ""}/${field.name}`;
}

/** @param {EventTarget | null} target @returns {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement | null} */
function keptField(target) {
  const isField = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
  return isField && target.type !== "hidden" && target.form?.dataset.keep ? target : null;
}

/** @param {string} name @param {string | null} value */
function remember(name, value) {
  try {
    if (value === null) sessionStorage.removeItem(store + name);
    else sessionStorage.setItem(store + name, value);
  } catch {
    // a browser that keeps nothing still plays
  }
}

/** @param {string} name @returns {string | null} */
function remembered(name) {
  try {
    return sessionStorage.getItem(store + name);
  } catch {
    return null;
  }
}

/** Keep what a field holds. @param {HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement} field */
function keep(field) {
  const key = keyOf(field);
  touched.add(key);
  if (field instanceof HTMLInputElement && field.type === "checkbox") {
    const boxes = /** @type {HTMLInputElement[]} */ ([...(field.form?.elements ?? [])].filter((one) => one instanceof HTMLInputElement && one.name === field.name && one.checked));
    remember(key, JSON.stringify(boxes.map((box) => box.value)));
  } else remember(key, field.value);
}

/** Unfold what the address asks about. */
function unfoldAsked() {
  const trigger = new URLSearchParams(location.search).get("trigger");
  for (const form of document.querySelectorAll("form[data-keep]")) {
    if (!(form instanceof HTMLFormElement) || form.dataset.keep !== `whatif-${trigger}`) continue;
    form.closest("details")?.setAttribute("open", "");
    form.scrollIntoView({ block: "nearest" });
  }
}

/** Put back what was chosen or typed and not sent. */
function restore() {
  for (const field of document.querySelectorAll("form[data-keep] input, form[data-keep] textarea, form[data-keep] select")) {
    const kept = keptField(field);
    const value = kept ? remembered(keyOf(kept)) : null;
    if (!kept || value === null) continue;
    touched.add(keyOf(kept));
    if (kept instanceof HTMLInputElement && kept.type === "radio") kept.checked = kept.value === value;
    else if (kept instanceof HTMLInputElement && kept.type === "checkbox") kept.checked = JSON.parse(value).includes(kept.value);
    else kept.value = value;
    shown(kept);
  }
}

/** @param {Iterable<string>} keys */
function forget(keys) {
  for (const key of keys) {
    touched.delete(key);
    remember(key, null);
  }
}

/** Show the value of a slider beside it. @param {Element} field */
function shown(field) {
  const beside = field instanceof HTMLInputElement && field.dataset.shown ? document.getElementById(field.dataset.shown) : null;
  if (beside && field instanceof HTMLInputElement) beside.textContent = String(Number(Number(field.value).toPrecision(3)));
}

// ---------------------------------------------------------------------------------------------- sending

/**
 * @typedef {{action: string, fields: [string, string][], clears: string[], says?: string}} Move
 */

const queued = `seminar:queue:${whose}:${here.page.split("/")[1] ?? ""}`;
/** @type {Move[]} */
let queue = [];
let isSending = false;
let way = new AbortController(); // what is being sent on it is given up when another way is found
let patience = 1000; // milliseconds for an answer; more after each that did not come: old connections may be dead, new ones slow
try {
  queue = JSON.parse(sessionStorage.getItem(queued) ?? "[]");
} catch {
  queue = [];
}

/** A key that nobody else makes; `crypto.randomUUID` is missing where a page is not served by https. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const LATEST = ["/do/vote", "/do/seal", "/do/foretell"]; // moves of which the latest counts
/** @type {Map<string, {button: HTMLElement | null, form: HTMLFormElement}>} */
const underWay = new Map(); // by the keys of moves: where they were asked for
let missed = 0; // since when what is sent has got no answer, in milliseconds; 0 if it gets one
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;

/** What a move is about: a later one about the same takes its place. @param {Move} move */
function about(move) {
  return move.action + JSON.stringify(move.fields.filter(([name]) => move.action === "/do/vote" && name === "trigger"));
}

/** All that a move says, but its key. @param {Move} move */
function wordsOf(move) {
  return move.action + JSON.stringify(move.fields.filter(([name]) => name !== "key"));
}

/** @param {Move} move */
function keyIn(move) {
  return move.fields.find(([name]) => name === "key")?.[1] ?? "";
}

/** @param {Move} move */
function send(move) {
  if (LATEST.includes(move.action)) queue = queue.filter((one, at) => (at === 0 && isSending) || about(one) !== about(move));
  queue.push(move);
  saveQueue();
  void flush();
}

function saveQueue() {
  try {
    sessionStorage.setItem(queued, JSON.stringify(queue));
  } catch {
    // it is still sent, if the page lives long enough
  }
}

/** Send what waits, one after another, the same key each time: what was heard already counts once. */
async function flush() {
  if (isSending) return;
  clearTimeout(retry);
  isSending = true;
  try {
    while (queue.length) {
      const move = queue[0];
      const answer = await post(move);
      if (!answer) {
        missed = missed || Date.now();
        patience = Math.min(8000, 1.5 * patience);
        later(isOver ? REST : 250); // it waits until there is a way
        return;
      }
      patience = 1000;
      missed = 0;
      if (answer.status === 429) {
        complain("That was too fast. It is sent again in a moment.");
        later(2000);
        return;
      }
      queue.shift();
      saveQueue();
      await heard(move, answer);
    }
  } finally {
    isSending = false;
  }
}

/** What is answered; nothing if there is no way to whoever answers. @param {Move} move @returns {Promise<Response | null>} */
async function post(move) {
  const mine = (way = new AbortController());
  const late = setTimeout(() => mine.abort(), patience);
  try {
    return await fetch(move.action, {
      method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(move.fields), signal: mine.signal,
    });
  } catch {
    return null;
  } finally {
    clearTimeout(late);
  }
}

/** Try again, once. @param {number} wait milliseconds */
function later(wait) {
  clearTimeout(retry);
  retry = setTimeout(() => void flush(), wait);
}

/** Send what waits, and what is under way on a connection that may be dead, anew: the same key counts once. */
function flushAnew() {
  way.abort();
  patience = 1000;
  void flush();
}

/** @type {Map<string, number>} */
const counted = new Map(); // what was heard, and from which revision on pages show it: until then ours is newer than theirs

/** Forget what pages of this revision show themselves. @param {number} revision */
function settle(revision) {
  for (const [key, since] of counted) {
    if (revision < since) continue;
    counted.delete(key);
    if (!queue.some((one) => one.clears.includes(key))) forget([key]);
  }
}

/** @param {Move} move @param {Response} answer */
async function heard(move, answer) {
  const from = underWay.get(keyIn(move));
  underWay.delete(keyIn(move));
  from?.button?.removeAttribute("aria-busy");
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) {
    const isLatest = (/** @type {string} */ key) => !queue.some((one) => one.clears.includes(key));
    if (move.action !== "/do/vote") forget(move.clears);
    else for (const key of move.clears.filter(isLatest)) {
      remember(key, null);
      counted.set(key, said.revision ?? 0);
      setTimeout(() => settle(counted.get(key) ?? 0), 1500);
    }
    if (Date.now() > stays) complain("");
    if (move.says) speak(move.says);
    if (move.action === "/do/note") from?.form.reset();
    if (move.action === "/do/sit" && here.page === "/seat/choose") go("/"); // who was told sooner has gone already
    if (move.action === "/do/advance" && here.page === "/host/lobby") go("/host/console"); // from the door to the desk
    return;
  }
  if (here.page === "/screen") return; // whoever only looks is told nothing
  complain(said.says ?? "That did not work. Look again.");
  if (move.action === "/do/vote") forget(move.clears); // what does not count is shown no more
  if (answer.status === 409 || answer.status === 423) ask();
}

/** @param {string} words */
function complain(words) {
  let place = document.getElementById("refused");
  if (!place && words) {
    place = document.createElement("p");
    place.id = "refused";
    place.className = "says";
    place.setAttribute("role", "alert");
    document.getElementById("main")?.prepend(place);
  }
  if (place) {
    place.textContent = words.slice(0, 1).toUpperCase() + words.slice(1);
    place.hidden = !words;
    if (words) place.scrollIntoView({ block: "nearest" });
  }
}

/**
 * A press of a button, by a pointer or by a key: the `nth` of a hasty row at one place, which began at `since` with `first`.
 * @typedef {{button: HTMLButtonElement, at: number, x: number, y: number, isKey: boolean, nth: number, since: number, first: Element}} Press
 */

/** @type {Press | null} */
let pressed = null; // the latest, which also tells browsers that do not say so by which button a form was sent
addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  pressed = button && pressOf(button, event, pressed);
}, true);

/** @param {HTMLButtonElement} button @param {MouseEvent} event @param {Press | null} before @returns {Press} */
function pressOf(button, event, before) {
  const one = { button, at: Date.now(), x: event.clientX, y: event.clientY, isKey: event.detail === 0 };
  const isThere = before && (before.button === button || (!one.isKey && !before.isKey && Math.hypot(one.x - before.x, one.y - before.y) < NEAR));
  if (!before || !isThere || (one.at - before.at >= HASTE && event.detail < 2)) return { ...one, nth: 1, since: one.at, first: button };
  return { ...one, nth: before.nth + 1, since: before.since, first: before.first };
}

let stays = 0; // until when a sentence about a press stands, whatever is heard of others

/**
 * Whether a press was meant for what stood there before. The second of a double click is passed over in silence; whoever
 * presses what has just become another button is told so. @param {HTMLElement} button
 */
function isMeantForAnother(button) {
  const row = pressed?.button === button ? pressed : null;
  const became = turned.get(button) ?? 0;
  const isAnother = row !== null && row.nth > 1 && (row.first !== button || became >= row.since);
  if (!isAnother && Date.now() - became >= HASTE) return false;
  if (!isAnother || row.nth > 2) {
    complain("The button has just become another one. Look, and press again.");
    stays = Date.now() + SPOKEN; // the answer to what was pressed before takes no sentence about this press away
  }
  return true;
}

let said = ""; // the words of the move that was sent last

/** @param {HTMLFormElement} form @param {HTMLElement | null} button */
function submit(form, button) {
  if (button && isMeantForAnother(button)) return;
  if (form.dataset.sure && !confirm(form.dataset.sure)) return;
  /** @type {[string, string][]} */
  const fields = [];
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && name !== "key") fields.push([name, value]);
  if (button instanceof HTMLButtonElement && button.name) fields.push([button.name, button.value]);
  fields.push(["key", newKey()]);
  const clears = form.dataset.keep ? [...new Set([...form.elements].map((one) => keptField(one)).filter((one) => one !== null).map(keyOf))] : [];
  const move = { action: new URL(form.action).pathname, fields, clears };
  const words = wordsOf(move);
  if (LATEST.includes(move.action) && pressed && pressed.nth > 1 && words === said) return; // a hasty hand says it twice
  if (queue.some((one) => wordsOf(one) === words)) {
    if (button && pressed?.nth !== 2) complain("That is being sent already. Wait a moment.");
    return;
  }
  said = words;
  button?.setAttribute("aria-busy", "true");
  underWay.set(keyIn(move), { button, form });
  send(move);
}

/** Tell the team what one person wants, as soon as it is chosen. @param {HTMLInputElement} radio @param {string} trigger */
function vote(radio, trigger) {
  const turn = radio.form?.querySelector('input[name="turn"]');
  send({
    action: "/do/vote",
    fields: [["trigger", trigger], ["option", radio.value], ["turn", turn instanceof HTMLInputElement ? turn.value : here.turn], ["key", newKey()]],
    clears: [keyOf(radio)],
    says: `You want: ${radio.closest("label")?.querySelector(".name")?.textContent ?? radio.value}`,
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.post) return;
  event.preventDefault();
  submit(form, event.submitter ?? (pressed?.button.form === form ? pressed.button : form.querySelector("button")));
});

/** Turn the debrief on the wall: from a page of whoever leads, or in the window of the projector on the same machine. */
document.addEventListener("keydown", (event) => {
  const isTyping = event.target instanceof Element && event.target.closest("input, select, textarea, .scrolls");
  if (isTyping || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const isWall = here.page === "/screen";
  const step = event.key === "ArrowRight" || (isWall && event.key === "PageDown") ? "1" : event.key === "ArrowLeft" || (isWall && event.key === "PageUp") ? "-1" : "";
  const form = step ? document.querySelector(`form[data-post="slide"][data-step="${step}"]`) : null;
  if (!(form instanceof HTMLFormElement) || form.querySelector("button[disabled]")) return;
  event.preventDefault();
  submit(form, null);
});

/** A key that is held down presses once. */
document.addEventListener("keydown", (event) => {
  const where = event.repeat && event.key === "Enter" && event.target instanceof Element ? event.target : null;
  if (where?.closest("form[data-post]") && where.matches("button, input")) event.preventDefault();
});

document.addEventListener("input", (event) => {
  const field = keptField(event.target);
  if (field) keep(field);
  if (event.target instanceof Element) shown(event.target);
});

document.addEventListener("change", (event) => {
  const field = keptField(event.target);
  const asked = field?.closest("[data-vote]");
  if (field instanceof HTMLInputElement && asked instanceof HTMLElement) vote(field, asked.dataset.vote ?? "");
});

// ---------------------------------------------------------------------------------------------- being told

/** @type {WebSocket | null} */
let socket = null;
let last = Date.now();
let tries = 0;
let isFirst = true; // whether no socket of this page was asked for yet
let isOver = false;
let ended = ""; // what was said when it ended
let ahead = 0; // by how many seconds the clock of the server is ahead of ours

function connect() {
  if (!body.hasAttribute("data-live") || (socket && socket.readyState <= WebSocket.OPEN)) return;
  const asked = new URLSearchParams(here);
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live?${asked}`);
  socket = mine;
  const giveUp = setTimeout(() => lost(mine), isFirst ? FIRST : PATIENCE);
  isFirst = false;
  mine.onopen = () => {
    clearTimeout(giveUp);
    tries = 0;
    last = Date.now();
    flushAnew();
  };
  mine.onmessage = (event) => {
    if (socket !== mine) return;
    last = Date.now();
    const message = JSON.parse(event.data);
    if (isOver && !message.ends) location.reload(); // the same command was given again: it goes on
    say(unsent());
    told(message);
  };
  mine.onclose = () => {
    clearTimeout(giveUp);
    lost(mine);
  };
}

/** A socket is closed, or does not open: another is tried, later each time. @param {WebSocket} mine */
function lost(mine) {
  if (socket !== mine) return;
  socket = null;
  mine.close();
  setTimeout(connect, (isOver ? REST : Math.min(1500, 250 * 2 ** tries++)) * (0.75 + Math.random() / 2));
}

/** Ask for everything anew, on a new socket if the old one may be dead; one that is being opened is told everything. */
function ask() {
  if (socket?.readyState === WebSocket.OPEN && Date.now() - last < SILENCE) socket.send(JSON.stringify({ want: 0 }));
  else if (socket?.readyState !== WebSocket.CONNECTING) anew();
  void flush();
}

/** Open another socket, whatever has become of the old one. */
function anew() {
  const old = socket;
  socket = null;
  old?.close();
  connect();
}

/** @param {any} message */
function told(message) {
  if (typeof message.beat === "number") ahead = message.beat - Date.now() / 1000;
  if (message.ends) {
    isOver = true;
    ended = String(message.ends);
    say(ended);
    return;
  }
  if (message.regions && typeof message.revision === "number") settle(message.revision);
  for (const [name, markup] of Object.entries(message.regions ?? {})) {
    const there = document.getElementById(name);
    if (there?.hasAttribute("data-region")) grow(there, String(markup));
    if (name === "told") speak(there?.textContent ?? "", "told");
  }
  if (message.regions) restore();
  tick();
  if (message.state) stands(message.state);
  if (message.regions) fit();
}

/** @type {HTMLElement | null} */
let was = null; // where somebody was before the screens went blank
/** @param {any} state */
function stands(state) {
  if (state.clock?.now) ahead = state.clock.now - Date.now() / 1000;
  const isBlank = Boolean(state.is_blank) && !here.page.startsWith("/host");
  const blank = document.getElementById("blank");
  const main = document.getElementById("main");
  if (blank && main && blank.hidden === isBlank) {
    const focused = document.activeElement;
    blank.hidden = !isBlank;
    main.hidden = isBlank;
    if (isBlank) {
      was = focused instanceof HTMLElement && focused !== body ? focused : null;
      blank.tabIndex = -1;
      blank.focus();
      speak(blank.textContent ?? "");
    } else {
      if (document.activeElement === blank || document.activeElement === body) was?.focus();
      speak("The screens are back.");
    }
  }
  const goes = typeof state.goes_to === "string" && state.goes_to.startsWith("/") ? state.goes_to : "";
  if (goes && goes !== here.page) go(goes);
  const moved = document.getElementById("moved");
  const isLater = state.phase !== here.phase || String(state.turn) !== here.turn;
  if (isLater && !goes && /^\/seat\/(decide|reveal)$/.test(here.page)) go(here.page);
  if (moved && here.page.startsWith("/seat/")) moved.hidden = !isLater || state.at === here.page;
}

let isGoing = false;
/** Go to another page, once. @param {string} where */
function go(where) {
  if (isGoing) return;
  isGoing = true;
  location.assign(where);
}

/** What is said while the server is heard, but does not hear. */
function unsent() {
  return missed && Date.now() - missed > SILENCE ? "What you chose last is not sent yet. It is kept, and tried again." : "";
}

/** The banner. @param {string} words */
function say(words) {
  if (!banner || (isOver && !words)) return;
  if (banner.textContent !== words) banner.textContent = words;
  banner.hidden = !words;
}

let spoken = 0;
/** @type {Map<string, string>} */
const waiting = new Map(); // by kind: what is said next, the latest of each
/** One quiet sentence for whoever listens instead of looking. @param {string} words */
function speak(words, kind = "") {
  const place = document.getElementById("say");
  if (!place || !words || place.textContent === words) return;
  const wait = spoken + SPOKEN - Date.now();
  const isWaiting = waiting.size > 0;
  waiting.set(kind, words);
  if (isWaiting) return;
  setTimeout(() => {
    place.textContent = [...waiting.values()].join(". ");
    waiting.clear();
    spoken = Date.now();
  }, Math.max(0, wait));
}

/** What is on a wall fills it, and fits it, for nobody can scroll there: few words are larger, too many a little smaller. */
function fit() {
  if (here.page !== "/screen") return;
  const root = document.documentElement;
  root.style.removeProperty("--grown");
  if (!matchMedia("(min-width: 60rem)").matches) return; // somebody enlarged it, and scrolls
  const all = (/** @type {string} */ what) => [...document.querySelectorAll(what)];
  const cut = () => all(".came .text").filter((one) => one.scrollHeight > one.clientHeight + 1).length;
  const ends = (/** @type {Element | null} */ one) => one?.getBoundingClientRect().right ?? 0;
  const before = cut();
  const holds = (/** @type {number} */ part) => {
    root.style.setProperty("--grown", part.toFixed(3));
    return root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth && cut() <= before
      && all("#main .scrolls").every((one) => one.scrollWidth <= one.clientWidth)
      && (part <= 1 || all("#main svg.drawn text").every((one) => ends(one) <= ends(one.closest("svg")) + 1));
  };
  let [small, large] = [0.7, 2];
  if (holds(large)) return;
  while (large - small > 0.002) {
    const middle = (small + large) / 2;
    if (holds(middle)) small = middle;
    else large = middle;
  }
  root.style.setProperty("--grown", small.toFixed(3));
}
addEventListener("resize", fit);
addEventListener("load", fit);

// ---------------------------------------------------------------------------------------------- the clock

function tick() {
  for (const clock of document.querySelectorAll("[data-clock][data-ends]")) {
    const left = Math.max(0, Number(clock.getAttribute("data-ends")) - Date.now() / 1000 - ahead);
    const words = `${Math.floor(left / 60)}:${String(Math.floor(left % 60)).padStart(2, "0")}`;
    if (clock.textContent !== words) clock.textContent = words;
    clock.classList.toggle("late", left < 30);
  }
  for (const since of document.querySelectorAll("[data-since]")) {
    const words = `, for ${Math.max(0, Math.round(Date.now() / 1000 + ahead - Number(since.getAttribute("data-since"))))} s now`;
    if (since.textContent !== words) since.textContent = words;
  }
  if (isOver && queue.length) say(`${ended} What you chose since then is not sent. It is kept, in case it goes on.`);
  if (!body.hasAttribute("data-live") || isOver) return;
  if (Date.now() - last > SILENCE) {
    say("The connection is lost. What you choose is kept, and sent when it is back.");
    if (socket?.readyState === WebSocket.OPEN && Date.now() - last > SILENCE + 1000) anew();
  } else say(unsent());
}

document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
addEventListener("online", () => {
  anew();
  void flush();
});
addEventListener("pageshow", (event) => {
  isGoing = false;
  if (event.persisted) ask();
});
setInterval(tick, 250);
restore();
unfoldAsked();
tick();
connect();
void flush();
