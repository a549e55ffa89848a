/** The privacy page for somebody who is not signed in: what the studio stores about people. */
import { showParts } from "./part.js";
import { showStored } from "./stored.js";

showParts({ stored: () => showStored("/v1/privacy/processing") });
