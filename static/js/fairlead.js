/* The little the pages do by themselves; everything else works without JavaScript. */
(function () {
  "use strict";

  /* "/" goes to the search box, unless one is writing. */
  document.addEventListener("keydown", function (event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = event.target;
    if (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName)) return;
    const search = document.querySelector('[data-shortcut="/"]');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });

  /* Menus (details.menu, the folded rail) close on Escape, giving the focus back, and on a click elsewhere. */
  const open = "details.menu[open], details.rail-fold[open]";
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll(open).forEach(function (menu) {
      if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
      menu.open = false;
    });
  });
  document.addEventListener("click", function (event) {
    document.querySelectorAll(open).forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  function rest(form) {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
  }

  /* A form sent once stays sent once: a second click is ignored until the next page comes. The server is safe without this too. */
  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    form.setAttribute("aria-busy", "true");
    /* A form may answer with a file and leave the page where it is: it may be sent again then. */
    window.setTimeout(function () { rest(form); }, 4000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(rest);
  });

  /* A file picker lists what was picked. */
  document.addEventListener("change", function (event) {
    const picker = event.target;
    if (picker.type !== "file" || !picker.dataset.lists) return;
    const list = document.getElementById(picker.dataset.lists);
    if (!list) return;
    list.replaceChildren.apply(list, Array.from(picker.files, function (file) {
      const item = document.createElement("li");
      item.textContent = file.name + " · " + Math.max(1, Math.round(file.size / 1024)).toLocaleString() + " KB";
      return item;
    }));
  });
})();
