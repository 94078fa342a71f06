package stats

// script keeps the page up to date: every two seconds, unless nobody sees it. What it
// says is what the server said when the page came, by the same rules (format.go, html.go).
const script = `
"use strict";
(function () {
const every = 2000, kept = 60;
const all = (q, f) => document.querySelectorAll(q).forEach(f);
const at = (tree, path) => path.split(".").reduce((t, k) => t == null ? undefined : t[k], tree);
const num = (tree, path) => { const x = at(tree, path); return typeof x === "number" ? x : 0; };

function digits(x) {
  let d = 2, m = 100;
  if (x === Math.trunc(x) && x < 1000 || x >= 99.95) { d = 0; m = 1; }
  else if (x >= 9.995) { d = 1; m = 10; }
  return (Math.floor(x * m + 0.5) / m).toFixed(d);
}
function scaled(x, step, units) {
  let i = 0;
  for (; x >= 999.5 && i < units.length - 1; i++) x /= step;
  return [digits(x), units[i]];
}
function seconds(x) {
  if (x <= 0) return ["–", ""];
  if (x < 0.0009995) return [digits(x * 1e6), "µs"];
  if (x < 0.9995) return [digits(x * 1e3), "ms"];
  if (x < 99.5) return [digits(x), "s"];
  return [digits(x / 60), "min"];
}
function age(x) {
  let n = Math.trunc(x);
  const parts = [];
  for (const [name, size] of [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]]) {
    const k = Math.floor(n / size);
    if ((k > 0 || size === 1 && parts.length === 0) && parts.length < 2) parts.push(k + " " + name);
    else if (parts.length > 0) break;
    n %= size;
  }
  return parts.join(" ");
}
function shown(format, v) {
  if (typeof v === "string") return [v, ""];
  if (typeof v === "boolean") return [v ? "fit" : "left alone", ""];
  if (typeof v !== "number") return ["–", ""];
  switch (format) {
  case "rate": return scaled(v, 1000, ["/s", "k/s", "M/s", "G/s"]);
  case "bytes": return scaled(v, 1024, ["B", "KiB", "MiB", "GiB", "TiB"]);
  case "byterate": return scaled(v, 1024, ["B/s", "KiB/s", "MiB/s", "GiB/s"]);
  case "seconds": return seconds(v);
  case "age": return [age(v), ""];
  }
  return [v.toFixed(0).replace(/\B(?=(\d{3})+$)/g, ","), ""];
}
function text(e, s) { if (e.textContent !== s) e.textContent = s; }
function put(e, format, v) {
  const [number, unit] = shown(format, v);
  if (e.childElementCount !== 2) e.replaceChildren(document.createElement("span"), document.createElement("small"));
  text(e.children[0], number);
  text(e.children[1], unit);
}
function attribute(e, name, v) { if (e.getAttribute(name) !== v) e.setAttribute(name, v); }
const percent = x => Math.round(Math.min(Math.max(x, 0), 1) * 10000) / 100 + "%";

function rows(body, list) {
  const columns = body.dataset.columns.split(" ").map(c => c.split(":"));
  if (list.length === 0) {
    if (body.querySelector(".none")) return;
    const row = document.createElement("tr"), cell = document.createElement("td");
    row.className = "none";
    cell.colSpan = columns.length;
    cell.textContent = body.dataset.empty;
    row.append(cell);
    body.replaceChildren(row);
    return;
  }
  if (body.querySelector(".none")) body.replaceChildren();
  while (body.rows.length > list.length) body.deleteRow(-1);
  list.forEach((item, i) => {
    let row = body.rows[i];
    if (!row) {
      row = body.insertRow();
      columns.forEach(() => row.insertCell());
    }
    columns.forEach(([name, format], k) => {
      const v = item[name];
      put(row.cells[k], format, v);
      row.cells[k].className = format + (v === false ? " no" : "");
    });
    row.className = item[columns[columns.length - 1][0]] === 0 ? "zero" : "";
  });
}
function stack(e, tree) {
  const parts = e.querySelectorAll("[data-c]");
  let total = 0, x = 0;
  parts.forEach(r => { total += num(tree, e.dataset.stack + "." + r.dataset.c); });
  parts.forEach(r => {
    const share = num(tree, e.dataset.stack + "." + r.dataset.c) / Math.max(total, 1);
    attribute(r, "x", percent(x));
    attribute(r, "width", percent(share));
    x += share;
  });
}
function spectrum(e, list) {
  const bars = e.querySelectorAll("rect"), heights = new Array(bars.length).fill(0);
  for (const b of list) {
    const i = Math.ceil(2 * Math.log2(b.below_seconds / 1.024e-6) - 1e-9) - 1;
    heights[Math.min(Math.max(i, 0), bars.length - 1)] += b.count;
  }
  const most = Math.max(...heights);
  bars.forEach((r, i) => {
    const tall = heights[i] > 0 ? Math.max(heights[i] / most, 0.015) : 0;
    attribute(r, "y", percent((1 - tall) * 0.84));
    attribute(r, "height", percent(tall * 0.84));
  });
}
// What 99 of 100 took at most, of those between two reports.
function recent(before, now) {
  const had = new Map(before.map(b => [b.below_seconds, b.count]));
  const list = now.map(b => [b.below_seconds, b.count - (had.get(b.below_seconds) || 0)]);
  let left = Math.max(Math.ceil(0.99 * list.reduce((n, b) => n + b[1], 0)), 1);
  for (const [bound, n] of list) {
    if (n >= left) return bound;
    left -= n;
  }
  return 0;
}
const history = {};
function spark(e, v) {
  const list = history[e.dataset.spark] = (history[e.dataset.spark] || []).concat(v).slice(-kept);
  if (list.length < 2) return;
  const most = Math.max(...list) || 1;
  const line = list.map((x, i) => (100 - (list.length - 1 - i) * 100 / (kept - 1)).toFixed(2) + "," + (29 - 27 * x / most).toFixed(2));
  const from = line[0].split(",")[0];
  e.querySelector(".line").setAttribute("d", "M" + line.join("L"));
  e.querySelector(".area").setAttribute("d", "M" + from + ",30L" + line.join("L") + "L100,30Z");
}

let last = null, when = 0;
function show(r, now) {
  const passed = Math.max((now - when) / 1000, 0.001);
  const again = last !== null && r.server.uptime_seconds >= last.server.uptime_seconds;
  all("[data-v]", e => put(e, e.dataset.f, at(r, e.dataset.v)));
  all("[data-part]", e => attribute(e.querySelector(".fill"), "width", percent(num(r, e.dataset.part) / Math.max(num(r, e.dataset.whole), 1))));
  all("[data-rows]", e => rows(e, at(r, e.dataset.rows) || []));
  all("[data-stack]", e => stack(e, r));
  all("[data-spectrum]", e => spectrum(e, at(r, e.dataset.spectrum) || []));
  if (again) {
    const speed = path => Math.max(num(r, path) - num(last, path), 0) / passed;
    const p99 = recent(last.latency.buckets, r.latency.buckets);
    all("[data-r]", e => put(e, e.dataset.f, speed(e.dataset.r)));
    all("[data-spark]", e => spark(e, e.dataset.spark === "p99" ? p99 : e.dataset.spark === "connections.open" ? num(r, e.dataset.spark) : speed(e.dataset.spark)));
    put(document.getElementById("p99"), "seconds", p99);
    all(".when", e => text(e, "now"));
    document.body.classList.add("live");
  }
  last = r;
  when = now;
}
function say(s, lost) {
  text(document.getElementById("said"), s);
  document.getElementById("state").classList.toggle("lost", lost);
}
async function look() {
  if (document.hidden) return;
  try {
    const r = await fetch(location.pathname + "?format=json", {cache: "no-store"});
    if (!r.ok) throw new Error("status " + r.status);
    const report = await r.json();
    show(report, performance.now());
    say(report.server.state, false);
  } catch (e) {
    say(last ? "no answer since " + last.server.time.slice(11, 19) + " UTC" : "no answer", true);
    last = null;
  }
}
window.brigade = {shown: shown};
look();
setInterval(look, every);
document.addEventListener("visibilitychange", look);
})();
`
