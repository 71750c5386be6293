// The page is complete without this script. Its words come from #words;
// nothing is parsed as markup, stored or sent.
'use strict';
(() => {
const $ = (s, e = document) => e.querySelector(s), $$ = (s, e = document) => [...e.querySelectorAll(s)];
const on = (e, what, f) => e.addEventListener(what, f);
const html = document.documentElement, main = $('main'), words = $('#words'), picks = $$('input[name=lang]');
if (!main || !words) return;

// Words, as nodes in every language or as text in the one shown.
const entry = k => $(`[data-k="${CSS.escape(k)}"]`, words.content);
const nodes = k => entry(k) ? [...entry(k).cloneNode(true).childNodes] : [k];
const said = e => {
  if (e.nodeType === 3) return e.data;
  if (e.nodeType !== 1 || picks[0] && (e.lang || e.tagName === 'I' && 'en' || html.lang).slice(0, 2) !== html.lang.slice(0, 2)) return '';
  return [...e.childNodes].map(said).join('');
};
const tidy = e => said(e).replace(/\s+/g, ' ').trim();
const terms = s => s.toLowerCase().split(/\s+/).filter(Boolean);
const is = (e, c) => e.classList.contains(c);

function make(tag, attrs, ...children) {
  const e = document.createElement(tag);
  for (const k in attrs) e.setAttribute(k, attrs[k]);
  e.append(...children);
  return e;
}

// Attributes hold one language, and are written again.
const labels = [];
function label(e, k, ...attrs) {
  const f = () => attrs.forEach(a => e.setAttribute(a, said(entry(k))));
  labels.push(f);
  f();
  return e;
}

// The address keeps the language chosen: #findings&lang=zh.
let chosen = '';
const address = () => {
  const [id, lang] = location.hash.slice(1).split('&lang=');
  try { return [decodeURIComponent(id), lang]; } catch { return [id, lang]; }
};
function write(id) {
  if (id || chosen) try { history.replaceState(null, '', '#' + id + (chosen && '&lang=' + chosen)); } catch { }
}
function speak(lang) {
  const p = picks.find(p => p.id === 'lang-' + lang);
  if (!p) return;
  p.checked = true;
  html.lang = lang === 'zh' ? 'zh-CN' : 'en';
  labels.forEach(f => f());
}
for (const p of picks) on(p, 'change', () => {
  speak(chosen = p.id.slice(5));
  write(address()[0]);
});

// What an anchor leads to is unfolded and unfiltered.
const resets = [];
function show(e) {
  for (let p = e; p; p = p.parentElement) if (p.tagName === 'DETAILS') p.open = true;
  if (e.closest('[hidden]')) resets.forEach(f => f());
}
function go(e) {
  show(e);
  write(e.id);
  e.tabIndex = -1;
  e.focus({ preventScroll: true });
  e.scrollIntoView({ behavior: 'instant', block: e.tagName === 'TR' ? 'center' : 'start' });
  $$('.hit').forEach(h => h.classList.remove('hit'));
  e.classList.add('hit');
}
function arrive() {
  const [id, lang] = address(), e = id && document.getElementById(id);
  if (lang) speak(chosen = lang);
  else if (id && chosen) write(id);
  if (e) { show(e); e.scrollIntoView({ behavior: 'instant' }); }
}

// Chips of one row are alternatives, rows narrow each other.
function filterFindings() {
  const items = $$('#findings [data-severity]'), sets = {};
  const bar = label(make('div', { class: 'filter', role: 'group' }), 'filter-findings', 'aria-label');
  const count = make('p', { class: 'count', role: 'status' }), clear = make('button', { type: 'button' }, ...nodes('clear'));
  const values = (e, k) => (e.getAttribute('data-' + k) || '').split(' ').filter(Boolean);
  const ranks = $$('[data-k]', words.content).map(e => e.dataset.k);
  const apply = () => {
    for (const e of items) e.hidden = Object.keys(sets).some(k => sets[k].size && !values(e, k).some(v => sets[k].has(v)));
    for (const d of $$('#findings details')) if (sets.waived?.size && $('[data-waived]', d)) d.open = true;
    const busy = Object.values(sets).some(s => s.size);
    bar.classList.toggle('busy', busy);
    clear.hidden = !busy;
    count.replaceChildren(`${items.filter(e => !e.hidden).length} / ${items.length} `, ...nodes('findings-shown'));
  };
  for (const k of ['severity', 'level', 'chapter', 'verdict', 'waived']) {
    const all = [...new Set(items.flatMap(e => values(e, k)))], rank = v => ranks.indexOf(k + '-' + v);
    if (all.length < (k === 'waived' ? 1 : 2)) continue;
    sets[k] = new Set();
    bar.append(label(make('div', { class: 'chip-row', role: 'group' }, make('span', { class: 'of', 'data-of': k }, ...nodes(k)),
      ...all.sort((a, b) => rank(a) - rank(b)).map(v => {
        const b = make('button', { type: 'button', 'aria-pressed': false }, ...(entry(k + '-' + v) ? nodes(k + '-' + v) : [v]));
        on(b, 'click', () => {
          const now = !sets[k].delete(v);
          if (now) sets[k].add(v);
          b.setAttribute('aria-pressed', now);
          apply();
        });
        return b;
      })), k, 'aria-label'));
  }
  if (!bar.firstChild) return;
  const reset = () => {
    for (const k in sets) sets[k].clear();
    $$('[aria-pressed]', bar).forEach(b => b.setAttribute('aria-pressed', false));
    apply();
  };
  on(clear, 'click', () => { reset(); $('button', bar).focus(); });
  resets.push(reset);
  bar.append(make('div', { class: 'chip-row' }, count, clear));
  $('#findings > h2').after(bar);
  apply();
}

// value is what a cell holds as a number; "< 0.001" is just under it.
const figure = /^[[(]?([<>≤≥≈~]?) ?([-−–+]?)(?:[A-Z]{0,3}[¥$€£]? ?)([-−–+]?)(\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?|∞) ?([万亿]?)/i;
function value(s) {
  const m = figure.exec(s);
  if (!m) return NaN;
  const x = (m[4] === '∞' ? Infinity : m[4].replace(/,/g, '') * ({ 万: 1e4, 亿: 1e8 }[m[5]] || 1)) * (/[-−–]/.test(m[2] + m[3]) ? -1 : 1);
  return m[1] === '<' ? x - Math.abs(x) * 1e-9 : m[1] === '>' ? x + Math.abs(x) * 1e-9 : x;
}
const date = /^\d{4}[-年./]\d|\d:\d/, blank = s => /^[-–—]?$/.test(s), collator = new Intl.Collator(['zh', 'en'], { numeric: true });

// Rows under a heading (tr.over) stay under it.
function table(t) {
  const body = t.tBodies[0], heads = $$('thead th', t), rows = body ? [...body.rows] : [], plain = rows.filter(r => !is(r, 'over'));
  if (plain.length > 1) heads.forEach((th, c) => {
    const b = make('button', { type: 'button', class: 'sort' }, ...th.childNodes);
    th.append(b);
    on(b, 'click', () => {
      const up = !th.ariaSort, done = th.ariaSort === 'descending';
      for (const h of heads) h.removeAttribute('aria-sort');
      if (done) return body.append(...rows);
      th.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const text = plain.map(r => r.cells[c] ? tidy(r.cells[c]) : ''), told = text.filter(s => !blank(s));
      const numeric = is(th, 'num') || told.every(s => !date.test(s) && !isNaN(value(s)));
      const key = new Map(plain.map((r, i) => [r, blank(text[i]) || numeric && isNaN(value(text[i])) ? null : numeric ? value(text[i]) : text[i]]));
      const compare = (a, b) => {
        const x = key.get(a), y = key.get(b);
        if (x === null || y === null) return (x === null) - (y === null);
        return (numeric ? (x > y) - (x < y) : collator.compare(x, y)) * (up ? 1 : -1);
      };
      const groups = [];
      for (const r of rows) is(r, 'over') || !groups[0] ? groups.push(is(r, 'over') ? [[r], []] : [[], [r]]) : groups.at(-1)[1].push(r);
      for (const g of groups) g[1].sort(compare);
      body.append(...groups.sort((a, b) => compare(a[1][0], b[1][0])).flat(2));
    });
  });
  if (plain.length <= 15) return;
  const box = label(make('input', { type: 'search' }), 'filter-rows', 'placeholder', 'aria-label'), count = make('span', { role: 'status' });
  let over = '';
  const text = new Map(rows.map(r => [r, (is(r, 'over') ? over = r.textContent : over + ' ' + r.textContent).toLowerCase()]));
  const apply = () => {
    const want = terms(box.value);
    let n = 0, head;
    for (const r of body.rows) {
      if (is(r, 'over')) { head = r; r.hidden = true; }
      else if (!(r.hidden = !want.every(w => text.get(r).includes(w)))) { n++; if (head) head.hidden = false; }
    }
    count.textContent = want[0] ? `${n} / ${plain.length}` : '';
  };
  const reset = () => { box.value = ''; apply(); };
  on(box, 'input', apply);
  on(box, 'keydown', e => { if (e.key === 'Escape') reset(); });
  resets.push(reset);
  (t.closest('.scroll') || t).before(make('div', { class: 'row-filter' }, box, count));
}

// Search in every language at once.
function search() {
  const list = label(make('ul', { id: 'results', role: 'listbox', hidden: '' }), 'search', 'aria-label'), count = make('span', { role: 'status' });
  const box = make('input', { type: 'search', role: 'combobox', autocomplete: 'off', 'aria-expanded': false, 'aria-controls': 'results', 'aria-autocomplete': 'list' });
  label(box, 'search', 'aria-label');
  label(box, 'search-hint', 'placeholder');
  let top = $('.top');
  if (!top) $('.page').prepend(top = make('div', { class: 'top' }));
  top.prepend(make('div', { class: 'search', role: 'search' }, box, count, list));
  let index, found = [], at = -1;
  const add = (kind, target, title, more = '') => title && target && index.push({ kind, target, title, text: (title.textContent + ' ' + more).toLowerCase() });
  const build = () => {
    index = [];
    for (const e of $$('#findings [data-severity]')) add('finding', e, $('h3', e) || e.cells?.[1], e.id + ' ' + ($('.verdicts', e) || e).textContent);
    for (const e of $$('.manual')) add('check', e, $('summary', e));
    for (const e of $$('h1, h2, section > h3, figcaption', main)) add('heading', is(e.parentNode, 'chapter') && e.tagName === 'H3' ? e : e.closest('[id]'), e);
    let over = '';
    for (const r of $$('.metrics tbody tr')) is(r, 'over') ? over = r.textContent : add('metric', r, r, over);
  };
  const paint = i => {
    at = i;
    [...list.children].forEach((o, j) => o.setAttribute('aria-selected', j === i));
    list.children[i]?.scrollIntoView({ block: 'nearest' });
    i < 0 ? box.removeAttribute('aria-activedescendant') : box.setAttribute('aria-activedescendant', 'result-' + i);
  };
  const fold = shut => { list.hidden = shut; box.setAttribute('aria-expanded', !shut); paint(shut ? -1 : 0); };
  const take = i => { if (found[i]) { fold(true); go(found[i].target); } };
  const look = () => {
    if (!index) build();
    const want = terms(box.value), all = want[0] ? index.filter(x => want.every(w => x.text.includes(w))) : [];
    found = all.slice(0, 20);
    list.replaceChildren(...found.map((f, i) => {
      const title = f.title.cells ? [...f.title.cells].map(tidy).join(' · ') : tidy(f.title);
      const o = make('li', { role: 'option', id: 'result-' + i }, make('span', { class: 'of' }, ...nodes('kind-' + f.kind)), ' ' + title.slice(0, 120));
      on(o, 'mousedown', e => { e.preventDefault(); take(i); });
      return o;
    }));
    count.replaceChildren(...(want[0] ? found[0] ? [all.length] : nodes('nothing') : []));
    fold(!found[0]);
  };
  on(box, 'input', look);
  on(box, 'blur', () => fold(true));
  on(box, 'keydown', e => {
    const n = found.length, step = { ArrowDown: 1, ArrowUp: n - 1 }[e.key];
    if (e.isComposing) return; // an input method is at work
    if (e.key === 'Escape') { box.value = ''; look(); }
    else if (e.key === 'Enter') take(Math.max(at, 0));
    else if (step && n) { if (list.hidden) fold(false); else paint((at + step) % n); }
    else return;
    e.preventDefault();
  });
  on(document, 'keydown', e => {
    if (e.key !== '/' || e.ctrlKey || e.metaKey || e.altKey || e.target.matches('[type=search]')) return;
    e.preventDefault();
    box.select();
    box.focus();
  });
}

// Print: all is unfolded, and afterwards as it was.
let folded = [];
on(window, 'beforeprint', () => { folded = $$('details:not([open])'); folded.forEach(d => { d.open = true; }); });
on(window, 'afterprint', () => { folded.forEach(d => { d.open = false; }); folded = []; });

speak(/^zh\b/i.test(navigator.language) ? 'zh' : picks.find(p => p.checked)?.id.slice(5));
search();
filterFindings();
$$('main table').forEach(table);
on(window, 'hashchange', arrive);
arrive();
})();
