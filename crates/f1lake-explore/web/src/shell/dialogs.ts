import { createStore } from "../store";

/** The dialog on the screen; one at a time. */
export const openDialog = createStore<"find" | "keys" | null>(null);
