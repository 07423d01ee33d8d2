// The page and the device: a keyboard that covers half of it, and files that are dropped on it.

const viewport = window.visualViewport;

// Some phones lay the keyboard over the page instead of making it smaller: then the page is made as high as what can be seen.
function fit() {
  const covered = innerHeight - viewport.height > 1 && viewport.scale === 1;
  if (covered) document.documentElement.style.setProperty("--seen", `${viewport.height}px`);
  else document.documentElement.style.removeProperty("--seen");
  if (covered) scrollTo(0, 0);
}

viewport?.addEventListener("resize", fit);

// A file that is dropped would open in place of the chat. `refused()` says that it can't be taken; it is not looked at (S40).
export function takeNoFiles(refused) {
  const has = (transfer) => transfer?.types.includes("Files");
  addEventListener("dragover", (event) => has(event.dataTransfer) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!has(event.dataTransfer)) return;
    event.preventDefault();
    refused();
  });
  addEventListener("paste", (event) => {
    if (!has(event.clipboardData) || event.clipboardData.types.includes("text/plain")) return;
    event.preventDefault();
    refused();
  });
}
