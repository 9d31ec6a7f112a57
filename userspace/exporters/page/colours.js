// SPDX-License-Identifier: Apache-2.0
// A hue for each kind of code, a shade for each name; the same name has the same shade everywhere.

// Hue, its span, saturation, lightness in the light theme, lightness in the dark one.
const BANDS = {
  all: [40, 0, 14, 84, 30], container: [214, 14, 32, 74, 36], process: [214, 14, 24, 84, 30],
  kernel: [2, 14, 66, 70, 43], native: [24, 24, 88, 66, 42], inlined: [46, 10, 84, 74, 46],
  python: [203, 16, 70, 68, 42], javascript: [70, 18, 54, 62, 38], java: [128, 22, 42, 64, 36],
  go: [178, 14, 50, 60, 36], jit: [270, 26, 50, 76, 48],
};
const MATCH = { light: "#d946c6", dark: "#e05bd0" };

function nameHash(name) {
  let hash = 2166136261;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 16777619) >>> 0;
  }
  return (hash ^ (hash >>> 15)) >>> 0;
}

function colourOf(kind, name, dark) {
  const [hue, span, saturation, light, low] = BANDS[kind];
  const hash = nameHash(name);
  const shade = (Math.floor(hash / 101) % 101) / 100;
  const lightness = (dark ? low : light) + shade * 7;
  return `hsl(${(hue + span * (hash % 101) / 100).toFixed(1)} ${dark ? saturation * 0.72
    : saturation}% ${lightness.toFixed(1)}%)`;
}
