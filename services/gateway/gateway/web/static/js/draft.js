/** Keeps a photo and the choices made for it in this browser while its owner signs in; an hour at most. */
const DATABASE = "figurine-studio";
const STORE = "drafts";
const ONLY = "order";
const KEPT_MS = 60 * 60 * 1000;

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function store(mode, act) {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await settled(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** Remembers `{photo, fields}`. */
export const holdDraft = (draft) => store("readwrite", (drafts) => drafts.put({ ...draft, at: Date.now() }, ONLY));

/** Gives the draft back and forgets it; null when there is none or it is old. */
export async function takeDraft() {
  const draft = await store("readonly", (drafts) => drafts.get(ONLY));
  await store("readwrite", (drafts) => drafts.delete(ONLY));
  return draft && Date.now() - draft.at < KEPT_MS ? draft : null;
}
