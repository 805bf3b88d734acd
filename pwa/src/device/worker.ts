/**
 * The dedicated worker: runs the engine away from the screens.
 *
 * No code is in this file, or what is fetched later would import it from here, and WebKit runs the first file of a worker once more when
 * another imports it: a second engine would answer the page, one that nobody has started.
 */
import('./answering').catch(reportError);
