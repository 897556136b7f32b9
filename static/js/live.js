/* News while a page is open: the bell's number, a line that says what happened, lists that offer their new rows, and
   alerts that show what a colleague did with them.
   Of several tabs one holds the stream (a lock of the browser's) and tells the others: under HTTP/1.1 a browser opens six
   connections to a host, and open tabs must not use them up. Without this script the pages show the same when loaded. */
(function () {
  "use strict";

  const box = document.getElementById("live");
  if (!box || !box.dataset.url || !window.EventSource) return;
  const words = box.dataset;
  const name = "fairlead-live-" + words.person;
  const tabs = window.BroadcastChannel ? new BroadcastChannel(name) : null;
  const MOST_LINES = 4, SHOWN_MS = 20000, SILENT_MS = 40000, FRESH_MS = 20000, AWAY_MS = 90000;
  const SHAPES = ["info", "warn", "bad", "bad"];

  const told = new Set();
  let last = remembered();
  let source = null, release = null, heardAt = 0, toldAt = Date.now(), tries = 0, timer = 0, ended = false;
  let waiting = [];

  /* --- the stream ------------------------------------------------------------------------------------------------- */

  function lead() {
    if (!navigator.locks) return connect();  /* only over HTTPS or on this machine: else each tab listens for itself */
    navigator.locks.request(name, function () {
      return new Promise(function (done) { release = done; connect(); });
    });
  }

  function connect() {
    disconnect();
    if (ended) return;
    heardAt = Date.now();
    source = new EventSource(words.url + (last ? "?after=" + encodeURIComponent(last) : ""));
    ["state", "news", "catch-up", "beat", "bye"].forEach(function (kind) {
      source.addEventListener(kind, function (event) {
        heardAt = Date.now();
        tries = 0;
        const said = { kind: kind, data: JSON.parse(event.data), last: event.lastEventId };
        if (tabs) tabs.postMessage(said);
        take(said);
      });
    });
    /* A lost line the browser mends by itself; an answer that is no stream it takes for the end. */
    source.onerror = function () { if (source && source.readyState === 2) later(5000 * Math.pow(2, Math.min(tries++, 6))); };
  }

  function disconnect() {
    window.clearTimeout(timer);
    if (source) source.close();
    source = null;
  }

  function later(ms) {
    disconnect();
    timer = window.setTimeout(connect, ms * (1 + Math.random()));
  }

  function leading() { return !navigator.locks || release !== null; }

  function catchUp(silence) {
    if (leading() && !ended && (!source || source.readyState === 2 || Date.now() - heardAt > silence)) connect();
  }

  window.setInterval(function () { if (source) catchUp(SILENT_MS); }, 10000);
  document.addEventListener("visibilitychange", function () {
    if (document.hidden) return;
    const held = waiting;
    waiting = [];
    held.forEach(line);
    if (leading()) catchUp(FRESH_MS); else if (tabs) tabs.postMessage({ kind: "ask" });
  });
  window.addEventListener("pagehide", function () {
    disconnect();
    if (release) { release(); release = null; }
  });
  window.addEventListener("pageshow", function (event) { if (event.persisted) lead(); });
  if (tabs) tabs.onmessage = function (event) {
    if (event.data.kind === "ask") catchUp(FRESH_MS); else take(event.data);
  };

  /* --- what was said ---------------------------------------------------------------------------------------------- */

  function take(said) {
    if (said.last) remember(said.last);
    if (said.kind === "bye") return bye(said.data.why);
    const away = Date.now() - toldAt > AWAY_MS;  /* the server tells what changed in the last two minutes only */
    toldAt = Date.now();
    if (away || said.data.alerts) renew(said.data.alerts || [], away);
    if (typeof said.data.unread === "number") bell(said.data.unread);
    if (said.kind === "state" || said.kind === "beat") return;
    const fresh = said.data.news.filter(function (news) { return !told.has(news.id); });
    fresh.forEach(function (news) { told.add(news.id); say(entry(news)); });
    const more = said.data.new - said.data.news.length;
    if (more > 0) say({ href: words.notices, text: filled(fresh.length ? words.more : words.many, more), shape: "info" });
    if (fresh.length || more > 0) offer(said.data.about || {});
  }

  function bye(why) {
    disconnect();
    if (why === "session") ended = true;
    else if (leading()) later(why === "firms" ? 200 : 60000);
  }

  function entry(news) {
    const elsewhere = news.exporter && String(news.exporter) !== words.firm;
    const alert = news.subject.indexOf("alert:") === 0;
    return {
      href: words.notice.replace("0", news.id),
      text: (elsewhere ? news.firm + ": " : "") + news.headline,
      link: alert ? words.see : words.open,
      shape: SHAPES[news.gravity] || "info",
    };
  }

  function bell(number) {
    const link = document.getElementById("bell");
    if (!link) return;
    let shown = link.querySelector(".bell-n");
    if (number && !shown) {
      shown = document.createElement("span");
      shown.className = "bell-n";
      shown.setAttribute("aria-hidden", "true");
      link.insertBefore(shown, link.querySelector(".visually-hidden"));
    }
    if (shown && number) shown.textContent = number; else if (shown) shown.remove();
    const said = number === 0 ? words.none : filled(number === 1 ? words.unreadOne : words.unread, number);
    link.querySelector(".visually-hidden").textContent = said;
  }

  /* A tab nobody looks at keeps its lines until it is looked at: a screen reader would not read them either. */
  function say(news) { if (document.hidden) waiting.push(news); else line(news); }

  function line(news) {
    const shown = document.createElement("p");
    shown.className = "news-line " + news.shape;
    const link = document.createElement("a");
    link.href = news.href;
    link.textContent = news.text;
    shown.appendChild(link);
    if (news.link) {
      const act = document.createElement("span");
      act.className = "news-act";
      act.textContent = news.link;
      link.appendChild(document.createTextNode(" — "));
      link.appendChild(act);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "btn-close";
    close.setAttribute("aria-label", words.close);
    close.addEventListener("click", function () { shown.remove(); });
    shown.appendChild(close);
    box.appendChild(shown);
    while (box.children.length > MOST_LINES) box.firstChild.remove();
    fade(shown);
  }

  /* It goes by itself (what it says stays under the bell), but not while somebody is at it. */
  function fade(shown) {
    window.setTimeout(function () {
      if (shown.matches(":hover") || shown.contains(document.activeElement)) fade(shown); else shown.remove();
    }, SHOWN_MS);
  }

  /* A list says how many rows it lacks; they come when one asks for them, not under one's hand. */
  function offer(about) {
    document.querySelectorAll("[data-live-rows]").forEach(function (list) {
      const wanted = list.dataset.liveRows;
      const came = Object.keys(about).filter(function (what) {
        return wanted === "" || what === words.firm + ":" + wanted;
      });
      const number = came.reduce(function (sum, what) { return sum + about[what]; }, Number(list.dataset.number || 0));
      if (!came.length || !number) return;
      list.dataset.number = number;
      list.querySelector("a").textContent = filled(number === 1 ? list.dataset.one : list.dataset.many, number);
      list.hidden = false;
    });
  }

  /* What a colleague did with an alert: the parts that show it are taken from the page as the server has it now. A row
     that the list lacks now (done, and the list shows open ones) stays where it is and says who has done it. */
  function renew(alerts, all) {
    const changed = new Map(alerts.map(function (alert) { return [String(alert.alert), alert]; }));
    const old = Array.from(document.querySelectorAll("[data-live-alert]")).filter(function (part) {
      const change = changed.get(part.dataset.liveAlert);
      return all || (change && change.version > Number(part.dataset.version));
    });
    if (!old.length) return;
    fetch(window.location.href, { credentials: "same-origin" }).then(function (answer) {
      return answer.ok && !answer.redirected ? answer.text() : "";
    }).then(function (text) {
      if (!text) return;
      const now = new DOMParser().parseFromString(text, "text/html");
      old.forEach(function (part) {
        const fresh = now.getElementById(part.id), change = changed.get(part.dataset.liveAlert);
        if (fresh) swap(part, document.importNode(fresh, true)); else if (change && change.done_by) closed(part, change);
      });
    }).catch(function () { /* the page stays as it is until it is loaded again */ });
  }

  function swap(part, fresh) {
    const held = part.contains(document.activeElement);
    part.replaceWith(fresh);
    const again = held && fresh.querySelector("a, button");
    if (again) again.focus();
  }

  function closed(part, change) {
    const state = part.querySelector(".state");
    if (!state) return;
    state.textContent = state.dataset.done.replace("{name}", change.done_by);
    part.dataset.version = change.version;
    part.classList.add("mut");
  }

  function filled(sentence, number) { return sentence.replace("{n}", number); }

  /* --- the last notice this tab knows ----------------------------------------------------------------------------- */

  function remembered() {
    try { return sessionStorage.getItem(name) || ""; } catch (error) { return ""; }
  }

  function remember(number) {
    last = number;
    try { sessionStorage.setItem(name, number); } catch (error) { /* then a page that is loaded anew begins with now */ }
  }

  lead();
})();
