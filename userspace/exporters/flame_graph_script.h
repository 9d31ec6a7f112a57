// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace culprit {

// The static parts of a flame graph. Class names begin with "fg-", for in an HTML page a style
// applies to all of it.

inline constexpr std::string_view kFlameGraphStyle = R"CSS(
.fg-svg text { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 11px; fill: #222; }
.fg-svg .fg-title { font-family: system-ui, "DejaVu Sans", Verdana, sans-serif; font-size: 17px;
  font-weight: 600; text-anchor: middle; }
.fg-svg .fg-subtitle { font-family: system-ui, "DejaVu Sans", Verdana, sans-serif; fill: #666;
  text-anchor: middle; }
.fg-svg .fg-note, .fg-svg .fg-legend text { fill: #666; }
.fg-svg .fg-right { text-anchor: end; }
.fg-svg .fg-button { cursor: pointer; fill: #1f5fa8; }
.fg-svg .fg-button:hover { text-decoration: underline; }
.fg-svg .fg-hidden { display: none; }
.fg-frame { cursor: pointer; }
.fg-frame rect { stroke: #fffdf8; stroke-width: 0.6; }
.fg-frame:hover rect { stroke: #222; stroke-width: 1; }
.fg-frame text { pointer-events: none; }
.fg-frame.fg-above { opacity: 0.55; }
.fg-frame.fg-match rect { fill: #d946c6; }
)CSS";

// Reads positions from the drawn boxes and names from their tooltips; writes text content and
// positions only. No "]]>" in it, for it stands in a CDATA section.
inline constexpr std::string_view kFlameGraphScript = R"JS(
(function () {
  "use strict";
  var svg = document.currentScript && document.currentScript.ownerSVGElement
    ? document.currentScript.ownerSVGElement : document.documentElement;
  var left = 10, width = 1180, letter = 6.7;
  var details = svg.querySelector(".fg-details");
  var matched = svg.querySelector(".fg-matched");
  var reset = svg.querySelector(".fg-reset");
  var search = svg.querySelector(".fg-search");
  var wanted = "";
  var frames = Array.prototype.map.call(svg.querySelectorAll(".fg-frame"), function (group) {
    var box = group.querySelector("rect");
    var lines = group.querySelector("title").textContent.split("\n");
    return { group: group, box: box, label: group.querySelector("text"), name: lines[0],
             about: lines.join("   "), x: Number(box.getAttribute("x")),
             width: Number(box.getAttribute("width")), y: Number(box.getAttribute("y")) };
  });

  function fit(name, room) {
    var count = Math.floor((room - 6) / letter);
    var letters = Array.from(name);
    if (letters.length <= count) { return name; }
    return count < 3 ? "" : letters.slice(0, count - 2).join("") + "..";
  }

  function place(frame, x, boxWidth) {
    frame.box.setAttribute("x", x);
    frame.box.setAttribute("width", boxWidth);
    frame.label.setAttribute("x", x + 3);
    frame.label.textContent = fit(frame.name, boxWidth);
  }

  function zoom(target) {
    var scale = width / target.width, slack = 0.05;
    frames.forEach(function (frame) {
      var around = frame.y > target.y && frame.x <= target.x + slack &&
        frame.x + frame.width >= target.x + target.width - slack;
      var inside = frame.y <= target.y && frame.x >= target.x - slack &&
        frame.x + frame.width <= target.x + target.width + slack;
      frame.group.classList.toggle("fg-hidden", !around && !inside);
      frame.group.classList.toggle("fg-above", around);
      if (around) { place(frame, left, width); }
      if (inside) { place(frame, left + (frame.x - target.x) * scale, frame.width * scale); }
    });
    reset.classList.toggle("fg-hidden", target.width >= width - slack);
    find(wanted);
  }

  function find(text) {
    wanted = text;
    var needle = text.toLowerCase(), spans = [];
    frames.forEach(function (frame) {
      var hit = needle !== "" && frame.name.toLowerCase().indexOf(needle) >= 0;
      frame.group.classList.toggle("fg-match", hit);
      if (hit && !frame.group.classList.contains("fg-hidden")) {
        spans.push([Number(frame.box.getAttribute("x")), Number(frame.box.getAttribute("width"))]);
      }
    });
    spans.sort(function (one, other) { return one[0] - other[0] || other[1] - one[1]; });
    var end = 0, sum = 0;
    spans.forEach(function (span) {
      if (span[0] + span[1] > end) {
        sum += span[0] + span[1] - Math.max(end, span[0]);
        end = span[0] + span[1];
      }
    });
    matched.textContent = needle === "" ? ""
      : "matched: " + (100 * sum / width).toFixed(1) + " %";
    search.textContent = needle === "" ? "Search" : "Clear search";
  }

  function frameOf(node) {
    var group = node.closest ? node.closest(".fg-frame") : null;
    return frames.filter(function (frame) { return frame.group === group; })[0];
  }

  function ask() {
    if (wanted !== "") { find(""); return; }
    find(window.prompt("Part of a function's name:", "") || "");
  }

  svg.addEventListener("click", function (event) {
    var frame = frameOf(event.target);
    if (frame) { zoom(frame); }
  });
  svg.addEventListener("mouseover", function (event) {
    var frame = frameOf(event.target);
    details.textContent = frame ? fit(frame.about, width) : "";
  });
  reset.addEventListener("click", function () { zoom(frames[0]); });
  search.addEventListener("click", ask);
  if (svg === document.documentElement) {
    window.addEventListener("keydown", function (event) {
      if ((event.ctrlKey || event.metaKey) && event.key === "f") { event.preventDefault(); ask(); }
      if (event.key === "Escape") { find(""); if (frames[0]) { zoom(frames[0]); } }
    });
  }
  search.classList.toggle("fg-hidden", frames.length === 0);
}());
)JS";

}  // namespace culprit
