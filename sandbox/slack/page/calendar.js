// A month to pick a day from; arrow keys move by day and week, Page Up and Page Down by month.

import { iconButton } from "./controls.js";
import { fromIso, isoDate, longDate, monthName } from "./dates.js";
import { h, reconcile } from "./dom.js";
import { closePopover, openPopover } from "./layers.js";

const WEEKDAYS = ["Su", "Mo", "Tu", "We", "Th", "Fr", "Sa"];
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

/** Open the calendar under `anchor`; `onPick` gets the day as YYYY-MM-DD. */
export function openCalendar(anchor, selected, onPick) {
  const state = { day: fromIso(selected) ?? new Date() };
  const box = h("div", { class: "calendar", role: "dialog", "aria-label": "Choose a date" });

  function choose(day) {
    closePopover();
    anchor.focus();
    onPick(isoDate(day));
  }

  function go(day) {
    state.day = day;
    draw();
    box.querySelector(`[data-date="${isoDate(day)}"]`)?.focus();
  }

  function draw() {
    reconcile(box, [heading(state.day, go), weekdays(), days(state.day, selected, choose)]);
  }

  box.addEventListener("keydown", (event) => {
    const day = target(event.key, state.day);
    if (!day) return;
    event.preventDefault();
    go(day);
  });
  draw();
  openPopover(anchor, box, { className: "popover-calendar" });
  go(state.day);
}

function heading(day, go) {
  const turn = (months, name, label) => iconButton(name, label, { click: () => go(shiftMonth(day, months)), size: 16 });
  return h(
    "div",
    { class: "calendar-head" },
    turn(-1, "left", "Previous month"),
    h("strong", { "aria-live": "polite" }, monthName(day)),
    turn(1, "right", "Next month"),
  );
}

function weekdays() {
  return h(
    "div",
    { class: "calendar-grid calendar-week", "aria-hidden": "true" },
    WEEKDAYS.map((name) => h("span", null, name)),
  );
}

function days(day, selected, choose) {
  const first = new Date(day.getFullYear(), day.getMonth(), 1);
  const count = new Date(day.getFullYear(), day.getMonth() + 1, 0).getDate();
  const blanks = Array.from({ length: first.getDay() }, () => h("span"));
  const cells = Array.from({ length: count }, (_, index) => dayCell(shiftDay(first, index), day, selected, choose));
  return h("div", { class: "calendar-grid" }, blanks, cells);
}

function dayCell(day, current, selected, choose) {
  const date = isoDate(day);
  const today = date === isoDate(new Date());
  return h(
    "button",
    {
      type: "button",
      class: today ? "calendar-day is-today" : "calendar-day",
      tabIndex: date === isoDate(current) ? 0 : -1,
      "aria-label": longDate(day),
      "aria-pressed": String(date === selected),
      data: { date },
      on: { click: () => choose(day) },
    },
    String(day.getDate()),
  );
}

function target(key, day) {
  if (STEPS[key]) return shiftDay(day, STEPS[key]);
  if (key === "PageUp") return shiftMonth(day, -1);
  if (key === "PageDown") return shiftMonth(day, 1);
  return null;
}

function shiftDay(day, days) {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
}

function shiftMonth(day, months) {
  const last = new Date(day.getFullYear(), day.getMonth() + months + 1, 0).getDate();
  return new Date(day.getFullYear(), day.getMonth() + months, Math.min(day.getDate(), last));
}
