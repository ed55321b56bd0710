// What scrolls sideways can be reached and scrolled with the keyboard.
const MAY = "pre, .cell_output, .table-wrapper, figure, mjx-container, p:has(> img)";
function reachable() {
  for (const box of document.querySelectorAll(MAY)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}
reachable();
addEventListener("load", reachable); // pictures have come
addEventListener("resize", reachable);
