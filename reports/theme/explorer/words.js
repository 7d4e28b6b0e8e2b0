// Numbers and words, written as on the other pages.
"use strict";

const explorer = { views: {} }; // what the files of this folder leave for one another; views by their name in the address

{
  const NBSP = "\u00a0";
  const grouped = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
  const SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
  const isKnown = (value) => value !== null && value !== undefined;
  const minus = (text) => text.replace("-", "−");
  // A tie goes to the even digit, as everywhere else on the site; only quarters and halves can be ties.
  const fair = (value, digits) => {
    const scaled = value * 10 ** digits;
    if (!Number.isInteger(value * 4) || !Number.isInteger(scaled * 2) || Number.isInteger(scaled)) return value;
    const below = Math.floor(scaled);
    return (below % 2 === 0 ? below : below + 1) / 10 ** digits;
  };
  const fixed = (value, digits) => fair(value, digits).toFixed(digits);
  const whole = (value) => minus(grouped.format(fair(value, 0)));
  const decimal = (value) => minus(Math.abs(value) < 19.95 ? fixed(value, 1) : whole(value));
  const signed = (value) => {
    const text = Math.abs(value) < 99.95 ? fixed(Math.abs(value), 1) : whole(Math.abs(value));
    return `${Number(text.replace(",", "")) === 0 ? "" : value > 0 ? "+" : "−"}${text}${NBSP}%`;
  };
  const cardinal = (n) => (n < SMALL.length ? SMALL[n] : whole(n));
  const count = (n, noun) => `${cardinal(n)} ${noun}${n > 1 ? "s" : ""}`.replace(/ys$/, "ies");
  const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const listing = (items) =>
    items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;
  const have = (n) => (n === 1 ? "has" : "have");

  Object.assign(explorer, { NBSP, isKnown, fixed, whole, decimal, signed, cardinal, count, sentence, listing, have });
}
