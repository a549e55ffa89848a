/** Tells every open page of the studio in this browser that somebody said something about being counted. */
export function askAgain() {
  const pages = new BroadcastChannel("counting");
  pages.postMessage("ask again");
  pages.close();
}
