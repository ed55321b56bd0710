// What scrolls sideways can be reached and scrolled with the keyboard.
for (const box of document.querySelectorAll("pre, .cell_output, .table-wrapper, figure, mjx-container")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
