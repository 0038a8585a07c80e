// Times as people read them. A Slack `ts` is seconds since 1970 with a sequence after the point.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const SECONDS = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit", second: "2-digit" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const SHORT = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", year: "numeric" });
const LONG = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric", year: "numeric" });
const MONTH = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric" });

export const instant = (ts) => new Date(Number.parseFloat(ts) * 1000);
export const clock = (ts) => CLOCK.format(instant(ts));
export const fullTime = (ts) => FULL.format(instant(ts));
export const sameDay = (a, b) => instant(a).toDateString() === instant(b).toDateString();
export const monthName = (date) => MONTH.format(date);

/** "Today", "Yesterday" or the day by name. */
export function dayName(ts) {
  return nearDay(instant(ts)) ?? DAY.format(instant(ts));
}

/** "3 minutes ago" for the line under a thread's first message. */
export function ago(ts, now) {
  const minutes = Math.round((now - instant(ts)) / 60000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} minute${minutes === 1 ? "" : "s"} ago`;
  return `${nearDay(instant(ts))?.toLowerCase() ?? SHORT.format(instant(ts))} at ${clock(ts)}`;
}

/** The text of `<!date^seconds^format^link|fallback>`, given without its brackets and leading "!". */
export function slackDate(body, fallback) {
  const [, seconds, format = ""] = body.split("^");
  const when = new Date(Number(seconds) * 1000);
  if (Number.isNaN(when.getTime())) return fallback;
  return format.replace(/\{(\w+)\}/g, (whole, name) => DATE_TOKENS[name]?.(when) ?? whole);
}

/** A local calendar date as YYYY-MM-DD. */
export function isoDate(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The local midnight of a YYYY-MM-DD date, or null. */
export function fromIso(text) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text ?? "");
  return parts ? new Date(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3])) : null;
}

export const shortDate = (date) => SHORT.format(date);
export const longDate = (date) => LONG.format(date);

const DATE_TOKENS = {
  date_num: isoDate,
  date: (when) => SHORT.format(when),
  date_short: (when) => SHORT.format(when),
  date_long: (when) => LONG.format(when),
  date_pretty: (when) => nearDay(when) ?? SHORT.format(when),
  date_short_pretty: (when) => nearDay(when) ?? SHORT.format(when),
  date_long_pretty: (when) => nearDay(when) ?? LONG.format(when),
  time: (when) => CLOCK.format(when),
  time_secs: (when) => SECONDS.format(when),
};

function nearDay(when) {
  const today = new Date();
  if (when.toDateString() === today.toDateString()) return "Today";
  today.setDate(today.getDate() - 1);
  return when.toDateString() === today.toDateString() ? "Yesterday" : null;
}
