/* Language, size, theme and motion before the first paint. Same keys and values as src/prefs.ts. */
(() => {
  try {
    const prefs = JSON.parse(localStorage.getItem('doorstep.prefs') ?? '{}');
    const root = document.documentElement;
    if (prefs.language === 'en') root.lang = 'en';
    if (prefs.size === 'large' || prefs.size === 'largest') root.dataset.size = prefs.size;
    if (prefs.theme === 'light' || prefs.theme === 'dark') root.dataset.theme = prefs.theme;
    if (prefs.motion === 'off') root.dataset.motion = 'off';
  } catch {
    /* no storage: the defaults stand */
  }
})();
