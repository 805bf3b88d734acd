/** What this build of the app says of itself to the server. */
export const APP_BUILD = '0.1.0';
/** Form of the intents and rows that this build knows. */
export const APP_SCHEMA = 1;
