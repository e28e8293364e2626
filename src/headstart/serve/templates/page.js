
"use strict";
const MOST_BARS = 8;
const part = id => document.getElementById(id);
let token = "";
let model = null;
let question = new AbortController();
let shown = "";

/** An answer of the service as an object; what it refuses becomes an error in its own words. */
async function ask(path, options = {}) {
  const headers = new Headers(options.headers);
  if (token) headers.set("Authorization", `Bearer ${token}`);
  let answer;
  try {
    answer = await fetch(path, { ...options, headers, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The service cannot be reached. Is it still running?");
  }
  const content = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw Object.assign(new Error(content.error), { refused: true });
  const reason = content.predictions?.[0]?.reason;
  if (reason) throw new Error(`This ${noun()} cannot be read: ${reason}.`);
  if (!answer.ok) throw new Error(content.error || `The service answered ${answer.status}.`);
  return content;
}

const noun = () => (model?.modality === "text" ? "text" : "picture");
const percent = share => `${(100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

/** What is told aloud; where the page shows it anyway, it is not shown twice. */
function say(text, isShown = false) {
  part("status").textContent = text;
  part("status").classList.toggle("unseen", isShown);
}

function complain(text) {
  part("fault").textContent = text;
  part("fault").hidden = !text;
}

async function open() {
  complain("");
  say("Asking for the model …");
  try {
    model = await ask("/model");
  } catch (error) {
    say("");
    if (error.refused) part("access").hidden = false;
    complain(error.refused ? "The token is wrong." : error.message);
    if (error.refused) part("token").select();
    return;
  }
  say("");
  part("access").hidden = true;
  introduce();
}

function introduce() {
  const isText = model.modality === "text";
  document.title = `${model.name} – headstart`;
  part("model-name").textContent = model.name;
  part("question").textContent = isText ? "What does it make of your text?" : "What does it see in your picture?";
  const learned = `It learned from ${model.n_train} ${noun()}s`;
  part("about").textContent = `${learned} ${purpose()}.`;
  part("ask-picture").hidden = isText;
  part("ask-text").hidden = !isText;
  part("ask").hidden = false;
  part(isText ? "text" : "file").focus();
}

function purpose() {
  if (model.targets.length) return `to answer for each: ${listed(model.targets.map(one => one.name))}`;
  if (model.task === "segmentation") return `to tell ${listed(model.classes)} apart, pixel by pixel`;
  if (findsPlaces()) return `to find ${listed(model.classes)}`;
  return model.classes.length ? `to tell ${listed(model.classes)} apart` : "to predict a number";
}

const findsPlaces = () => model.palette.length > 0;

function listed(names) {
  if (names.length === 1) return names[0];
  const some = names.slice(0, 6);
  const more = names.length - some.length;
  if (more) return `${some.join(", ")} and ${more} more`;
  return `${some.slice(0, -1).join(", ")} and ${some.at(-1)}`;
}

/** Predict first, because that is there at once; then explain. */
async function put(body, type) {
  question.abort();
  const own = question = new AbortController();
  const options = { method: "POST", body, headers: { "Content-Type": type }, signal: own.signal };
  complain("");
  part("result").hidden = true;
  say("Predicting …");
  try {
    const found = await ask("/predict", options);
    if (own.signal.aborted) return;
    show(found.predictions[0]);
    if (!model.explains) {
      say(part("answer").textContent + ".", true);
      return;
    }
    say(`${part("answer").textContent}. Explaining …`);
    const why = await ask("/explain", options);
    if (own.signal.aborted) return;
    explain(why);
    say(part("answer").textContent + ".", true);
  } catch (error) {
    if (error.name === "AbortError") return;
    say("");
    complain(error.message);
    if (error.refused) { part("ask").hidden = true; part("access").hidden = false; part("token").focus(); }
  }
}

function show(prediction) {
  part("why").hidden = part("nearest").hidden = true;
  part("bars").replaceChildren();
  part("more").hidden = part("targets").hidden = true;
  part("given").hidden = !shown;
  if (shown) part("given-picture").src = shown;
  part("boxes").toggleAttribute("hidden", !prediction.boxes);
  part("mask").hidden = !prediction.mask;
  part("answer").parentElement.parentElement.classList.toggle("of-places", findsPlaces());
  if (prediction.boxes) {
    showBoxes(prediction);
  } else if (prediction.mask) {
    showMask(prediction);
  } else if (prediction.targets) {
    showTargets(prediction.targets);
  } else {
    part("answer").textContent = inShort(prediction);
    part("bars").append(...likeliest(prediction).slice(0, MOST_BARS).map(bar));
    tellMore(part("more"), prediction);
  }
  part("result").hidden = false;
}

const likeliest = ({ probabilities = {} }) => Object.entries(probabilities).sort((a, b) => b[1] - a[1]);

function inShort({ label, probabilities, value }) {
  if (!probabilities) return Number(value.toPrecision(6)).toString();
  return `${label}, ${percent(probabilities[label])}`;
}

function tellMore(place, prediction) {
  const left = likeliest(prediction).length - MOST_BARS;
  place.hidden = left <= 0;
  place.textContent = `and ${left} less likely ones`;
}

/** A block for each target: what is answered, and how likely each class is. */
function showTargets(targets) {
  const count = model.targets.length;
  part("answer").textContent = count === 1 ? "1 answer" : `${count} answers`;
  part("targets").replaceChildren(...model.targets.map(one => block(one, targets[one.name])));
  part("targets").hidden = false;
}

function block({ name, task }, prediction) {
  const made = element("section", undefined, "target");
  const manyHold = task === "multi-label";
  const rows = likeliest(prediction);
  const title = element("h3");
  title.append(element("bdi", name), ": ", element("bdi", manyHold ? allThatHold(rows) : inShort(prediction)));
  const bars = element("ol", undefined, "bars");
  bars.append(...rows.slice(0, MOST_BARS).map((row, place) => bar(row, manyHold ? Number(row[1] < 0.5) : place)));
  const more = element("p", undefined, "hint");
  tellMore(more, prediction);
  made.append(title, bars, more);
  return made;
}

/** The labels that are as likely to hold as not, or more. */
function allThatHold(rows) {
  const held = rows.filter(row => row[1] >= 0.5).map(row => row[0]);
  return held.length ? held.join(", ") : "none of the labels";
}

/** Boxes on the picture, each in the colour of its class, and a list of them. */
function showBoxes({ width, height, boxes }) {
  part("answer").textContent = boxes.length ? `${boxes.length} found` : "Nothing found";
  part("boxes").setAttribute("viewBox", `0 0 ${width} ${height}`);
  part("boxes").setAttribute("preserveAspectRatio", "none");
  part("boxes").replaceChildren(...[...boxes].reverse().flatMap(box => [drawn(box, "casing"), drawn(box, "box")]));
  part("bars").append(...boxes.slice(0, MOST_BARS).map(box => coloured(box.label, box.score)));
  part("more").hidden = boxes.length <= MOST_BARS;
  part("more").textContent = `and ${boxes.length - MOST_BARS} less likely ones`;
}

function drawn(box, kind) {
  const made = document.createElementNS(part("boxes").namespaceURI, "rect");
  made.setAttribute("x", box.xmin);
  made.setAttribute("y", box.ymin);
  made.setAttribute("width", box.xmax - box.xmin);
  made.setAttribute("height", box.ymax - box.ymin);
  made.setAttribute("class", kind);
  if (kind === "box") made.style.stroke = colourOf(box.label);
  return made;
}

const colourOf = label => model.palette[model.classes.indexOf(label)];

function coloured(label, share) {
  const row = bar([label, share], 1);
  const swatch = element("span", undefined, "swatch");
  swatch.style.background = colourOf(label) || "transparent";
  row.firstChild.prepend(swatch);
  return row;
}

/** Each pixel in the colour of its class over the picture, and how much of it each class takes. */
function showMask({ mask, shares }) {
  const rows = Object.entries(shares).filter(row => row[1] > 0).sort((a, b) => b[1] - a[1]);
  part("answer").textContent = `Mostly ${rows[0][0]}, ${percent(rows[0][1])}`;
  part("bars").append(...rows.slice(0, MOST_BARS).map(row => coloured(...row)));
  part("more").hidden = rows.length <= MOST_BARS;
  part("more").textContent = `and ${rows.length - MOST_BARS} smaller ones`;
  const picture = new Image();
  picture.addEventListener("load", () => paint(picture));
  picture.src = `data:image/png;base64,${mask}`;
}

function paint(picture) {
  const canvas = part("mask");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  if (model.palette[0] !== null) return;
  const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
  for (let place = 0; place < pixels.data.length; place += 4) {  // black is the background
    const [red, green, blue] = pixels.data.subarray(place, place + 3);
    if (red + green + blue === 0) pixels.data[place + 3] = 0;
  }
  context.putImageData(pixels, 0, 0);
}

function bar([label, share], place) {
  const row = element("li", undefined, place ? "" : "first");
  const lane = element("span", undefined, "lane");
  const filled = element("span", undefined, "bar");
  filled.style.width = `${100 * share}%`;
  lane.append(filled);
  lane.setAttribute("aria-hidden", "true");
  row.append(element("bdi", label), lane, element("span", percent(share), "share"));
  return row;
}

function explain({ explanation, nearest }) {
  part("why").hidden = !explanation;
  part("heat").hidden = explanation?.kind !== "picture";
  part("words").hidden = explanation?.kind !== "text";
  if (explanation?.kind === "picture") showHeat(explanation);
  if (explanation?.kind === "text") showWords(explanation);
  part("nearest").hidden = !nearest.length;
  part("cards").className = nearest.some(one => one.thumbnail) ? "cards" : "cards of-texts";
  part("cards").replaceChildren(...nearest.map(card));
}

function showHeat(explanation) {
  const what = model.classes.length ? explanation.label : "a higher number";
  part("why-lead").textContent = `Orange places speak for ${what}, blue ones against it.`;
  part("heat-picture").alt = `The picture, with the places that speak for and against ${what} marked`;
  part("heat-picture").src = explanation.overlay;
}

function showWords({ label, words }) {
  const most = Math.max(...words.map(word => Math.abs(word.weight)), 1e-9);
  const strongest = words.filter(word => word.weight > most / 10 && word.text.trim())
    .sort((a, b) => b.weight - a.weight).slice(0, 5).map(word => word.text.trim());
  const what = model.classes.length ? label : "a higher number";
  const mostOfAll = strongest.length ? `Most of all: ${strongest.join(", ")}.` : "None does so clearly.";
  part("why-lead").textContent = `Orange words speak for ${what}, blue ones against it. ${mostOfAll}`;
  part("words").replaceChildren(...words.map(word => {
    const level = Math.ceil(3 * Math.abs(word.weight) / most - 0.1);
    return element("span", word.text, level > 0 ? `${word.weight > 0 ? "p" : "n"}${level}` : "");
  }));
}

function card(one) {
  const item = element("li");
  if (one.thumbnail) {
    const picture = element("img");
    picture.src = one.thumbnail;
    picture.alt = "";
    item.append(picture);
  }
  if (one.text) item.append(element("q", one.text));
  item.append(element("b", one.label));
  item.append(element("small", `similarity ${one.similarity.toFixed(2)}${one.text ? "" : ` · ${one.name}`}`));
  return item;
}

function takeFile(file) {
  if (!model || model.modality !== "image" || !file) return;
  if (file.size > model.limits.body_bytes) {
    part("result").hidden = true;
    say("");
    complain(`The file has ${(file.size / 2 ** 20).toFixed(0)} MiB; at most ${(model.limits.body_bytes / 2 ** 20).toFixed(0)} are accepted.`);
    return;
  }
  if (shown) URL.revokeObjectURL(shown);
  shown = URL.createObjectURL(file);
  put(file, "application/octet-stream");
}

part("access-form").addEventListener("submit", event => {
  event.preventDefault();
  token = part("token").value.trim();
  if (/^[!-~]+$/.test(token)) open();
  else complain("A token is one word of letters, digits and signs.");
});
part("file").addEventListener("change", event => {
  takeFile(event.target.files[0]);
  event.target.value = "";
});
part("file").addEventListener("keydown", event => {  // the space bar opens it without our help
  if (event.key === "Enter") { event.preventDefault(); event.target.click(); }
});
part("ask-text").addEventListener("submit", event => {
  event.preventDefault();
  const text = part("text").value;
  if (text.trim()) put(JSON.stringify({ texts: [text] }), "application/json");
  else { complain("Type a text first."); part("text").focus(); }
});
part("text").addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) part("ask-text").requestSubmit();
});
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, event => { event.preventDefault(); part("drop").classList.add("over"); });
}
for (const name of ["dragleave", "drop"]) {
  document.addEventListener(name, event => { event.preventDefault(); part("drop").classList.remove("over"); });
}
document.addEventListener("drop", event => takeFile(event.dataTransfer?.files[0]));
document.addEventListener("paste", event => takeFile(event.clipboardData?.files[0]));

if (document.body.dataset.token === "needed") {
  part("access").hidden = false;
  part("token").focus();
} else {
  open();
}
