"use strict";
// The page of `kgbuild serve`: shows a named question, puts its parameters into the text as terms, asks, and shows the answer as a table.
const at = id => document.getElementById(id);
const questions = JSON.parse(at("questions").textContent);
const prefixes = JSON.parse(at("prefixes").textContent);
at("address").textContent = new URL("/query", location.href).href;

// What RFC 3987 lets stand in no IRI is percent-encoded; a literal is escaped as JSON is, which SPARQL 1.1 (19.7) reads the same way.
function term(parameter, value) {
  if (parameter.kind === "number") return /^[0-9]+$/.test(value) ? value : "UNDEF";
  if (parameter.kind === "text") return JSON.stringify(value);
  const colon = value.indexOf(":");
  const base = colon > 0 ? prefixes[value.slice(0, colon)] : undefined;
  const iri = /^https?:/.test(value) ? value : base ? base + value.slice(colon + 1) : prefixes.kgr + encodeURIComponent(value);
  return "<" + iri.replace(/[\u0000-\u0020<>"{}|^`\\]/g, c => encodeURIComponent(c)) + ">";
}

function show() {
  const question = questions[at("question").value];
  at("parameters").replaceChildren(...question.parameters.map(parameter => {
    const label = document.createElement("label"), input = document.createElement("input");
    label.textContent = `${parameter.name}: ${parameter.about}`;
    input.dataset.name = parameter.name;
    input.value = parameter.default ?? "";
    input.required = true;
    input.addEventListener("input", write);
    label.append(input);
    return label;
  }));
  write();
}

function write() {
  const question = questions[at("question").value];
  let text = question.text;
  question.parameters.forEach((parameter, n) => {
    const value = at("parameters").querySelectorAll("input")[n].value.trim();
    if (value) text = text.replaceAll(new RegExp(`VALUES \\?${parameter.name} \\{ [^{}\\n]* \\}`, "g"), () => `VALUES ?${parameter.name} { ${term(parameter, value)} }`);
  });
  at("text").value = text;
}

function cell(value) {
  const td = document.createElement("td");
  if (!value) return td;
  if (value.type !== "uri") { td.textContent = value.value; return td; }
  const known = Object.entries(prefixes).filter(([, base]) => value.value.startsWith(base)).sort((a, b) => b[1].length - a[1].length)[0];
  td.textContent = known ? `${known[0]}:${value.value.slice(known[1].length)}` : value.value;
  td.title = value.value;
  return td;
}

function row(cells) {
  const tr = document.createElement("tr");
  tr.append(...cells);
  return tr;
}

async function ask(event) {
  event.preventDefault();
  const status = at("status");
  status.className = "";
  status.textContent = "asking …";
  at("answer").replaceChildren();
  try {
    const response = await fetch("/query", { method: "POST", body: at("text").value,
      headers: { "Content-Type": "application/sparql-query", "Accept": "application/sparql-results+json, text/turtle;q=0.5" } });
    const body = await response.text();
    if (!response.ok) throw new Error(body.trim());
    if (!response.headers.get("Content-Type").includes("json")) { status.textContent = body; return; }
    const answer = JSON.parse(body);
    if ("boolean" in answer) { status.textContent = answer.boolean; return; }
    const names = answer.head.vars, rows = answer.results.bindings;
    const heads = names.map(name => { const th = document.createElement("th"); th.textContent = name; return th; });
    at("answer").replaceChildren(row(heads), ...rows.map(found => row(names.map(name => cell(found[name])))));
    status.textContent = `${rows.length} ${rows.length === 1 ? "row" : "rows"}`;
  } catch (error) {
    status.className = "error";
    status.textContent = error.message;
  }
}

at("question").addEventListener("change", show);
at("form").addEventListener("submit", ask);
show();
