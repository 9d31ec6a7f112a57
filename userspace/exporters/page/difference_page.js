// SPDX-License-Identifier: Apache-2.0
// The page of a comparison: boxes are as wide as the mean of their shares before and after, red where
// the share grew, blue where it shrank, pale where that may be chance.

const SAME = { light: [236, 232, 224], dark: [52, 54, 59] };
const MORE = { light: [214, 48, 36], dark: [214, 62, 50] };
const LESS = { light: [38, 98, 190], dark: [62, 122, 214] };
const UNCERTAIN = 0.22;
const CERTAIN = 0.85;

function changeColour(change, certain, strongest, dark) {
  const theme = dark ? "dark" : "light";
  const part = Math.min(Math.abs(change) / strongest, 1) ** 0.6 * (certain ? CERTAIN : UNCERTAIN);
  const to = (change > 0 ? MORE : LESS)[theme];
  const mixed = SAME[theme].map((from, index) => Math.round(from + (to[index] - from) * part));
  return `rgb(${mixed.join(" ")})`;
}

class DifferenceTree extends CallTree {
  constructor(data) {
    super(data);
    this.strongest = data.strongest;
    for (const name of ["before", "after", "certain"]) {
      this[name] = new Float64Array(this.count);
      data[name].forEach((value, box) => { this[name][this.place[box]] = value; });
    }
  }

  change(box) { return this.after[box] - this.before[box]; }
  isNew(box) { return this.before[box] === 0 && this.after[box] > 0; }
  isGone(box) { return this.before[box] > 0 && this.after[box] === 0; }
}

class DifferenceView extends FlameView {
  colour(box) {
    let colour = this.colours.get(box);
    if (!colour) {
      const { tree } = this;
      colour = changeColour(tree.change(box), tree.certain[box] > 0, tree.strongest, this.dark);
      this.colours.set(box, colour);
    }
    return colour;
  }

  drawBox(box, above) {
    super.drawBox(box, above);
    const { context, tree } = this;
    const { left, width } = this.span(box);
    if (width < 4 || (!tree.isGone(box) && !tree.isNew(box))) { return; }
    const gone = tree.isGone(box);
    context.save();
    context.strokeStyle = changeColour(gone ? -1 : 1, true, 0.5, this.dark);
    context.lineWidth = 1.4;
    if (gone) { context.setLineDash([4, 3]); }
    context.strokeRect(left + 0.7, this.top(tree.depth[box]) + 0.7, width - 2.2, ROW - 2.4);
    context.restore();
  }
}

class DifferencePage extends Page {
  constructor(tree, data) {
    super(tree, data, DifferenceView);
    for (const button of document.querySelectorAll("button[data-find]")) {
      button.addEventListener("click", () => this.find(button.textContent));
    }
  }

  find(name) {
    const again = byId("search").value === name;
    byId("search").value = again ? "" : name;
    this.search(byId("search").value);
    byId("flames").scrollIntoView({ behavior: "smooth", block: "start" });
  }

  amount(box) {
    const { tree } = this;
    const points = 100 * tree.change(box);
    const shares = `${(100 * tree.before[box]).toFixed(2)} \u2192 ${(100 * tree.after[box]).toFixed(2)} %`;
    const change = `${points > 0 ? "+" : points < 0 ? "\u2212" : ""}${Math.abs(points).toFixed(2)} points`;
    let word = tree.certain[box] > 0 ? "" : "  \u00b7  may be chance";
    if (tree.isNew(box)) { word = `  \u00b7  new${word}`; }
    if (tree.isGone(box)) { word = `  \u00b7  gone${word}`; }
    return `${shares}  \u00b7  ${change}${box === 0 ? "" : word}`;
  }

  paintLegend(dark) {
    for (const swatch of document.querySelectorAll("#legend [data-change]")) {
      swatch.firstElementChild.style.background = changeColour(Number(swatch.dataset.change), true, 1,
        dark);
    }
  }
}

startPage(DifferenceTree, DifferencePage);
