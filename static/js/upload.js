/* Sends the files of a form[data-upload] one by one, with progress and each file's fate. Without this script the form is
   an ordinary one and the page comes back with the same fates. Sentences stand in the form's data attributes, translated. */
(function () {
  "use strict";

  document.querySelectorAll("form[data-upload]").forEach(function (form) {
    const picker = form.querySelector('input[type="file"]');
    const fates = form.querySelector("[data-fates]");
    const place = form.querySelector("[data-drop-here]");
    if (!picker || !fates || !window.XMLHttpRequest) return;

    const hint = document.createElement("p");
    hint.className = "form-text";
    hint.textContent = form.dataset.drop;
    place.appendChild(hint);
    picker.required = false;

    ["dragover", "dragleave", "drop"].forEach(function (kind) {
      place.addEventListener(kind, function (event) {
        event.preventDefault();
        place.classList.toggle("over", kind === "dragover");
        if (kind === "drop") send(Array.from(event.dataTransfer.files));
      });
    });

    /* In the capturing phase: before the house's own guard against double submits takes the form for sent. */
    form.addEventListener("submit", function (event) {
      if (!picker.files.length) return;
      event.preventDefault();
      event.stopPropagation();
      send(Array.from(picker.files));
      picker.value = "";
    }, true);

    let running = 0;
    let accepted = 0;
    let refused = 0;

    function send(files) {
      files.forEach(function (file) {
        const line = document.createElement("li");
        line.textContent = file.name;
        fates.appendChild(line);
        if (Number(form.dataset.most) && file.size > Number(form.dataset.most)) {
          refused += 1;
          say(line, false, file.name + " " + form.dataset.tooLarge);
          return;
        }
        running += 1;
        one(file, line);
      });
      finish();
    }

    function one(file, line) {
      const bar = document.createElement("progress");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", form.dataset.progress + " " + file.name);
      line.appendChild(bar);
      const data = new FormData(form);
      data.delete(picker.name);
      data.append(picker.name, file, file.name);
      const call = new XMLHttpRequest();
      call.open("POST", form.action.split("#")[0]);
      call.setRequestHeader("Accept", "application/json");
      call.upload.addEventListener("progress", function (event) {
        if (event.lengthComputable) bar.value = 100 * event.loaded / event.total;
      });
      call.addEventListener("loadend", function () {
        running -= 1;
        const fate = answer(call);
        if (fate.accepted) accepted += 1; else refused += 1;
        say(line, fate.accepted, fate.words || file.name + ": " + form.dataset.failed);
        finish();
      });
      call.send(data);
    }

    function answer(call) {
      try {
        const said = JSON.parse(call.responseText);
        return said.files[0] || { accepted: false, words: said.errors[0] };
      } catch (error) {
        return { accepted: false, words: "" };
      }
    }

    function say(line, good, words) {
      line.className = "fate " + (good ? "ok" : "bad");
      line.textContent = words;
    }

    /* All well: the page shows the papers in their places. Something refused: it stays, with a way to see the rest. */
    function finish() {
      if (running) return;
      if (accepted && !refused) {
        window.location.hash = "papers";
        window.location.reload();
      } else if (accepted && !fates.querySelector("a")) {
        const line = document.createElement("li");
        const link = document.createElement("a");
        link.href = window.location.pathname + "?again=" + Date.now() + "#papers";
        link.textContent = form.dataset.done;
        line.appendChild(link);
        fates.appendChild(line);
      }
    }
  });
})();
