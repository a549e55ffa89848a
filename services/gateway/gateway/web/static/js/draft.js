/**
 * Keeps a photo and the choices made for it while its owner signs in: for the tab it was chosen in, an hour at most.
 *
 * A computer may be shared. The draft lies in IndexedDB under a random key that only the tab's own sessionStorage
 * knows, and that goes with the tab. What nobody came back for is dropped by the next page of ours, whoever opens it.
 */
const DATABASE = "figurine-studio";
const STORE = "drafts";
const TAB_KEY = "figurine-studio-draft";
const KEPT_MS = 60 * 60 * 1000;

const isFresh = (draft) => Date.now() - draft.at < KEPT_MS;

async function open() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return new Promise((resolve, reject) => {
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

/** Does `act` with the drafts; resolves with the request it returned once all of it is on disk. */
async function store(act) {
  const database = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(STORE, "readwrite");
      const request = act(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** Remembers `{photo, fields}` for this tab. Rejects where the browser keeps nothing, as some private windows do. */
export async function holdDraft(draft) {
  const key = sessionStorage.getItem(TAB_KEY) ?? crypto.randomUUID();
  sessionStorage.setItem(TAB_KEY, key);
  await store((drafts) => drafts.put({ ...draft, at: Date.now() }, key));
}

/** Gives this tab's draft back and forgets it; null when there is none or it is old. */
export async function takeDraft() {
  const key = sessionStorage.getItem(TAB_KEY);
  if (!key) return null;
  const { result: draft } = await store((drafts) => {
    const asked = drafts.get(key);
    drafts.delete(key);
    return asked;
  });
  sessionStorage.removeItem(TAB_KEY);
  return draft && isFresh(draft) ? draft : null;
}

/** Forgets the drafts of every tab whose hour is over. */
export const dropOldDrafts = () =>
  store((drafts) => {
    const walk = drafts.openCursor();
    walk.onsuccess = () => {
      const cursor = walk.result;
      if (!cursor) return;
      if (!isFresh(cursor.value)) cursor.delete();
      cursor.continue();
    };
    return walk;
  });

/** Forgets the drafts of every tab: whoever sits here next is somebody else. */
export async function dropAllDrafts() {
  sessionStorage.removeItem(TAB_KEY);
  await store((drafts) => drafts.clear());
}
